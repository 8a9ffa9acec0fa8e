import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { MessageState } from '../states';

/** What proves that somebody got the message. */
const ARRIVED: ReadonlySet<ReceiptStatus> = new Set(['delivered', 'viewed', 'clicked', 'replied', 'complained']);

/**
 * What a message becomes by all that is known of it, in whatever order it was told; undefined: it stays what it is.
 * The strongest counts: a bounce (mail servers take messages and give them back later), else an arrival, else a failure,
 * else that it left. So nothing goes backwards: what was delivered is not failed by a late failure.
 *
 * One that waits to be sent (held) is spared that when it has arrived already, and is sent all the same when it has not.
 */
export function stateAfter(state: MessageState, statuses: Iterable<ReceiptStatus>): 'sent' | 'failed' | undefined {
	const known = new Set(statuses);
	const target = known.has('bounced') ? 'failed' : [...known].some((status) => ARRIVED.has(status)) ? 'sent' : known.has('failed') ? 'failed' : known.has('sent') ? 'left' : undefined;
	switch (target) {
		case 'failed':
			return state === 'sent' || state === 'unknown' ? 'failed' : undefined;
		case 'sent':
			return state === 'unknown' || state === 'failed' || state === 'held' ? 'sent' : undefined;
		case 'left':
			return state === 'unknown' || state === 'held' ? 'sent' : undefined;
		default:
			return undefined;
	}
}

/** Whether receipts can be applied to it; until then they are kept. */
export function isReady(state: MessageState): boolean {
	return state !== 'claimed' && state !== 'sending';
}
