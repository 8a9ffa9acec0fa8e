import type { Reason } from '../../reasons';
import { fieldsOf } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptStatus } from '../receipts/receipt';
import { hasToken } from '../receipts/token';

const STATUSES: Record<string, ReceiptStatus> = {
	queued: 'sent', sending: 'sent', submitted: 'sent', sent: 'sent', delivered: 'delivered', failed: 'failed', expired: 'failed', undelivered: 'failed',
	// The words in which DetailedStatus says the same where Status is not there.
	delivered_to_handset: 'delivered',
};

/** Detailed status codes that are about the recipient: as in exotel.ts. */
const REASONS: Record<string, Reason> = { 23005: 'unsubscribed', 23010: 'invalid_recipient', 23020: 'unsubscribed', 23083: 'unsubscribed' };

/**
 * Exotel's status callbacks, as a form or JSON. Exotel signs nothing, so the address has a token. Source:
 * developer.exotel.com (SMS webhooks, status codes); the names of the fields are partly not confirmed. Our message id comes
 * back as `CustomField`. An entry in the do-not-disturb register is not a word of the person, and opts nobody out.
 */
export function exotelReceipts({ token }: { token: string }): ReceiptReader {
	return { verify: (request) => hasToken(request, token), parse: (request) => fieldsOf(request).flatMap(receiptsOf) };
}

function receiptsOf(fields: Record<string, string>): Receipt[] {
	const said = (fields['Status'] || fields['DetailedStatus'] || '').toLowerCase();
	const status = Object.hasOwn(STATUSES, said) ? STATUSES[said] : undefined;
	const providerId = fields['SmsSid'] || fields['Sid'] || undefined;
	const messageId = fields['CustomField'] || undefined;
	if (status === undefined || (providerId === undefined && messageId === undefined)) return [];
	const about = { channel: 'sms' as const, messageId, providerId, address: fields['To'] };
	if (status !== 'failed') return [{ ...about, status }];
	const code = fields['DetailedStatusCode'] || said;
	return [{ ...about, status, reason: Object.hasOwn(REASONS, code) ? REASONS[code] : 'provider_rejected', code, detail: fields['DetailedStatus'] || said }];
}
