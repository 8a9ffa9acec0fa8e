import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { NumberedReceipt } from './apply';
import type { FoundMessage } from './find';

/** The `mark` of what failed at an attempt before the last. */
export const EARLIER = 'earlier';

/** How far a provider's clock may be behind ours. */
export const CLOCKS_APART_MS = 10_000;

/** Only these are of one attempt: whoever got a message, at whichever attempt, has got it. */
const FAILURES: ReadonlySet<ReceiptStatus> = new Set(['failed', 'bounced']);

/**
 * Whether a receipt tells of a failure that sending the message again has put right. A message keeps its id, so that is
 * told by the provider's id of it where there are two to compare, else by the provider's time, else by when the receipt came.
 * Another id says nothing where it may be that of a part of one message whose ids nobody has told us.
 */
export function isOfEarlierAttempt({ status, providerId, mayBeOfPart = false, at, heardAt }: NumberedReceipt, message: FoundMessage): boolean {
	if (!FAILURES.has(status)) return false;
	// What waits to be sent again, or was kept from it, has no attempt but earlier ones.
	if (message.state === 'held' || message.state === 'not_sent') return true;
	if (message.attempts < 2 || message.sentAt === null) return false;
	if (providerId !== undefined && message.providerId !== null) {
		if (providerId === message.providerId || message.providerId.split(' ').includes(providerId)) return false;
		if (!mayBeOfPart) return true;
	}
	if (at !== undefined) return at < message.sentAt - CLOCKS_APART_MS;
	return heardAt !== undefined && heardAt < message.sentAt;
}
