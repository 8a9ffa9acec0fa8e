import { readPath, textOf } from '../http/json-path';
import { fromIso, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader } from '../receipts/receipt';
import { hasToken } from '../receipts/token';

/** Types of bounces (https://postmarkapp.com/developer/api/bounce-api#bounce-types) after which the address is of no use. */
const HARD = new Set(['HardBounce', 'BadEmailAddress', 'AddressChange']);
const COMPLAINTS = new Set(['SpamComplaint', 'SpamNotification']);
/** The message did not reach anybody; another one may. */
const SOFT = new Set(['SoftBounce', 'DnsError', 'Blocked', 'DMARCPolicy', 'VirusNotification', 'Unknown', 'TemplateRenderingFailed', 'SMTPApiError', 'Undeliverable']);

/**
 * Postmark's webhooks: JSON with one record each. Postmark signs nothing, so the address has a token, in its query or as the
 * password of HTTP Basic. Source: postmarkapp.com/developer/webhooks. Our message id comes back among the metadata.
 */
export function postmarkReceipts({ token }: { token: string }): ReceiptReader {
	return { verify: (request) => hasToken(request, token), parse: (request) => objectsOf(request).flatMap(receiptsOf) };
}

function receiptsOf(record: Record<string, unknown>): Receipt[] {
	const read = (path: string) => textOf(readPath(record, path));
	const about = { channel: 'email' as const, messageId: read('Metadata.message_id'), providerId: read('MessageID'), address: read('Recipient') ?? read('Email') };
	if (about.messageId === undefined && about.providerId === undefined) return [];
	const at = (name: string) => ({ ...about, at: fromIso(read(name)) });
	switch (read('RecordType')) {
		case 'Delivery':
			return [{ ...at('DeliveredAt'), status: 'delivered' }];
		case 'Open':
			return [{ ...at('ReceivedAt'), status: 'viewed' }];
		case 'Click':
			return [{ ...at('ReceivedAt'), status: 'clicked', url: read('OriginalLink') }];
		case 'SpamComplaint':
			return [{ ...at('BouncedAt'), status: 'complained' }];
		case 'SubscriptionChange':
			if (read('SuppressSending') === 'true') return [{ ...at('ChangedAt'), ...suppressed(read('SuppressionReason')) }];
			// Whoever works with the account may make an address usable again, which says nothing of what the person wants.
			return read('SuppressSending') === 'false' && read('Origin') === 'Recipient' ? [{ ...at('ChangedAt'), status: 'resubscribed' }] : [];
		case 'Bounce':
			return bounced({ ...at('BouncedAt'), code: read('Type'), detail: read('Details') || read('Description') });
		default:
			return [];
	}
}

function suppressed(reason: string | undefined): Pick<Receipt, 'status' | 'reason'> {
	if (reason === 'HardBounce') return { status: 'bounced', reason: 'invalid_recipient' };
	return { status: reason === 'SpamComplaint' ? 'complained' : 'unsubscribed' };
}

/** Types that are not listed are answers of machines, or attempts that Postmark repeats. */
function bounced(about: Omit<Receipt, 'status'>): Receipt[] {
	const type = about.code ?? '';
	if (HARD.has(type)) return [{ ...about, status: 'bounced', reason: 'invalid_recipient' }];
	if (COMPLAINTS.has(type)) return [{ ...about, status: 'complained' }];
	if (type === 'Unsubscribe') return [{ ...about, status: 'unsubscribed' }];
	return SOFT.has(type) ? [{ ...about, status: 'failed', reason: 'provider_rejected' }] : [];
}
