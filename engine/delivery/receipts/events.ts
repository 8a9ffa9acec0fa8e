import type { Receipt, ReceiptStatus } from '../../channels/receipts/receipt';
import { REASONS, type Reason } from '../../reasons';
import { SENT_EVENT } from '../campaign-events';

/** Names of the events a receipt leaves in the person's history, CleverTap's where it has one. */
const EVENTS: Record<ReceiptStatus, string | undefined> = {
	sent: undefined,
	delivered: 'Notification Delivered',
	viewed: 'Notification Viewed',
	clicked: 'Notification Clicked',
	replied: 'Notification Replied',
	failed: 'Notification Failed',
	bounced: 'Notification Failed',
	complained: undefined,
	unsubscribed: undefined,
	resubscribed: undefined,
};

export const UNSUBSCRIBED_EVENT = 'Channel Unsubscribed';

export const SUBSCRIBED_EVENT = 'Channel Subscribed';

export const RESUBSCRIBED = 'resubscribed' satisfies ReceiptStatus;

/** The `mark` of what a link of our own did: no provider takes it back. */
export const BY_LINK = 'link';

/** What people say themselves. */
export const UNSUBSCRIBED_TYPES: ReadonlySet<ReceiptStatus> = new Set(['complained', 'unsubscribed']);

/** CleverTap's words for why a channel was unsubscribed from. */
export const OPT_OUT_TYPES: Partial<Record<ReceiptStatus, string>> = { bounced: 'bounced', complained: 'spam', unsubscribed: 'unsubscribed' };

/** Every event that receipts of these may leave. */
export function eventsOf(statuses: Iterable<ReceiptStatus>): string[] {
	const known = [...statuses];
	const optsOut = known.some((status) => OPT_OUT_TYPES[status] !== undefined);
	return [...new Set([SENT_EVENT, ...known.flatMap((status) => EVENTS[status] ?? []), ...(optsOut ? [UNSUBSCRIBED_EVENT] : []), ...(known.includes(RESUBSCRIBED) ? [SUBSCRIBED_EVENT] : [])])];
}

export function eventOf(status: ReceiptStatus): string | undefined {
	return EVENTS[status];
}

/** What the event says besides the campaign; no address. */
export function propertiesOf({ status, url, text, reason, code }: Receipt): Record<string, unknown> | undefined {
	if (status === 'clicked') return url === undefined ? undefined : { URL: url };
	if (status === 'replied') return text === undefined ? undefined : { 'Incoming text': text };
	if (status !== 'failed' && status !== 'bounced') return undefined;
	return { Reason: REASONS[reasonOf({ status, reason })], ...(code !== undefined && { Code: code }) };
}

export function reasonOf({ status, reason }: Pick<Receipt, 'status' | 'reason'>): Reason {
	return reason ?? (status === 'bounced' ? 'invalid_recipient' : 'provider_rejected');
}
