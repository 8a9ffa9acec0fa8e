import { createHmac, hash } from 'node:crypto';

import type { Clock } from '../../clock';
import { readPath, textOf } from '../http/json-path';
import { fromSeconds, isSame, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest } from '../receipts/receipt';

/**
 * How far the time of a signature may be from now. Mailgun calls again for 8 hours when it is not answered (10, 10, 15 and 30
 * minutes, 1, 2 and 4 hours), by all that is known with the signature of the first call, and may be late when it has much to tell.
 */
export const SIGNED_WITHIN_MS = 12 * 3_600_000;

/**
 * Mailgun's webhooks: JSON with one event each. Signed with HMAC-SHA256 over timestamp and token by the webhook signing key.
 * The signature does not cover the event: an old one is refused, and each stands for the first event that came with it alone.
 * Source: documentation.mailgun.com (webhook payloads), the example of its page on securing webhooks; that page does not say
 * how repeated calls are signed. Our message id comes back among the user variables. A temporary failure is tried again by Mailgun, and says nothing yet.
 */
export function mailgunReceipts({ signingKey, clock }: { signingKey: string; clock: Clock }): ReceiptReader {
	return {
		verify: (request) => {
			const { timestamp, token, signature, isOne } = signedBy(request);
			if (signingKey === '' || !timestamp || !token || !isOne) return false;
			const isTimely = Math.abs(clock.now() - Number(timestamp) * 1000) <= SIGNED_WITHIN_MS;
			return isSame(signature, createHmac('sha256', signingKey).update(timestamp + token).digest('hex')) && isTimely;
		},
		signedFor: (request) => {
			const { timestamp, token, event } = signedBy(request);
			return { signature: digest(`mailgun ${timestamp}${token}`), content: digest(JSON.stringify(event ?? null)), expiresAt: Number(timestamp) * 1000 + SIGNED_WITHIN_MS };
		},
		parse: (request) => objectsOf(request).flatMap((webhook) => receiptsOf(webhook['event-data'])),
	};
}

/** Empty where there is nothing. `isOne`: the signature is of all that the request says. */
function signedBy(request: ReceiptRequest): { timestamp: string; token: string; signature: string; event: unknown; isOne: boolean } {
	try {
		const webhooks = objectsOf(request);
		const read = (name: string) => textOf(readPath(webhooks[0], `signature.${name}`)) ?? '';
		return { timestamp: read('timestamp'), token: read('token'), signature: read('signature'), event: webhooks[0]?.['event-data'], isOne: webhooks.length === 1 };
	} catch {
		return { timestamp: '', token: '', signature: '', event: undefined, isOne: false };
	}
}

function digest(text: string): string {
	return hash('sha256', text, 'base64url');
}

function receiptsOf(event: unknown): Receipt[] {
	const read = (path: string) => textOf(readPath(event, path));
	const about = {
		channel: 'email' as const,
		messageId: read('user-variables.message_id'),
		providerId: read('message.headers.message-id'),
		address: read('recipient'),
		at: fromSeconds(read('timestamp')),
	};
	if (about.messageId === undefined && about.providerId === undefined) return [];
	switch (read('event')) {
		case 'accepted':
			return [{ ...about, status: 'sent' }];
		case 'delivered':
			return [{ ...about, status: 'delivered' }];
		case 'opened':
			return [{ ...about, status: 'viewed' }];
		case 'clicked':
			return [{ ...about, status: 'clicked', url: read('url') }];
		case 'complained':
			return [{ ...about, status: 'complained' }];
		case 'unsubscribed':
			return [{ ...about, status: 'unsubscribed' }];
		case 'rejected':
			return [{ ...about, status: 'failed', reason: 'provider_rejected', code: 'rejected', detail: read('reject.reason') }];
		case 'failed':
			return read('severity') === 'permanent' ? failed(about, read) : [];
		default:
			return [];
	}
}

function failed(about: Omit<Receipt, 'status'>, read: (path: string) => string | undefined): Receipt[] {
	const why = read('reason') ?? '';
	const known = { ...about, code: read('delivery-status.code') ?? why, detail: read('delivery-status.message') || read('delivery-status.description') || why };
	if (why === 'bounce' || why === 'suppress-bounce') return [{ ...known, status: 'bounced', reason: 'invalid_recipient' }];
	if (why === 'suppress-unsubscribe' || why === 'suppress-complaint') return [{ ...known, status: 'failed', reason: 'unsubscribed' }, { ...known, status: 'unsubscribed' }];
	return [{ ...known, status: 'failed', reason: 'provider_rejected' }];
}
