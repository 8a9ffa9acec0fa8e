import { createPublicKey, verify } from 'node:crypto';

import { textOf } from '../http/json-path';
import { fromSeconds, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest } from '../receipts/receipt';

/**
 * SendGrid's signed event webhook: a JSON array of events. Signed with ECDSA (P-256, SHA-256) over the timestamp and the
 * body as it came, in `X-Twilio-Email-Event-Webhook-Signature` and `-Timestamp`; the public key is the account's.
 * Sources: the pages on the event webhook and its security features; the test vector of the npm package
 * @sendgrid/eventwebhook is ours. Our message id comes back among the custom arguments.
 *
 * A `bounce` of the type `blocked` is about this message alone, and `deferred` is tried again by SendGrid. `dropped` was
 * not tried because of what SendGrid knows of the address. `group_resubscribe` is of one group, and takes back neither a
 * global unsubscribe nor a report of spam: it says nothing of the channel.
 */
export function sendGridReceipts({ verificationKey }: { verificationKey: string }): ReceiptReader {
	return { verify: (request) => isSigned(request, verificationKey), parse: (request) => objectsOf(request).flatMap(receiptsOf) };
}

function isSigned({ headers, body }: ReceiptRequest, verificationKey: string): boolean {
	const signature = headers['x-twilio-email-event-webhook-signature'];
	const timestamp = headers['x-twilio-email-event-webhook-timestamp'];
	if (!signature || !timestamp || verificationKey.trim() === '') return false;
	try {
		const der = Buffer.from(verificationKey.replace(/-----[^-]+-----/g, ''), 'base64');
		const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
		return verify('sha256', Buffer.concat([Buffer.from(timestamp), body]), key, Buffer.from(signature, 'base64'));
	} catch {
		// A key or signature that is none.
		return false;
	}
}

function receiptsOf(event: Record<string, unknown>): Receipt[] {
	const providerId = textOf(event['sg_message_id'])?.split('.')[0];
	const about = { channel: 'email' as const, messageId: textOf(event['message_id']), providerId, address: textOf(event['email']), at: fromSeconds(event['timestamp']) };
	if (about.messageId === undefined && !providerId) return [];
	const code = textOf(event['status']);
	const detail = textOf(event['reason']) ?? textOf(event['response']);
	switch (textOf(event['event'])) {
		case 'processed':
			return [{ ...about, status: 'sent' }];
		case 'delivered':
			return [{ ...about, status: 'delivered' }];
		case 'open':
			return [{ ...about, status: 'viewed' }];
		case 'click':
			return [{ ...about, status: 'clicked', url: textOf(event['url']) }];
		case 'bounce':
			if (textOf(event['type']) === 'blocked') return [{ ...about, status: 'failed', reason: 'provider_rejected', code, detail }];
			return [{ ...about, status: 'bounced', reason: 'invalid_recipient', code, detail }];
		case 'dropped':
			return dropped(about, detail);
		case 'spamreport':
			return [{ ...about, status: 'complained' }];
		case 'unsubscribe':
		case 'group_unsubscribe':
			return [{ ...about, status: 'unsubscribed' }];
		default:
			return [];
	}
}

function dropped(about: Omit<Receipt, 'status'>, why = ''): Receipt[] {
	const failed = { ...about, code: 'dropped', detail: why };
	// "Invalid SMTPAPI header" is about the request.
	if (/bounced|invalid(?! smtpapi)/i.test(why)) return [{ ...failed, status: 'bounced', reason: 'invalid_recipient' }];
	if (/unsubscribed|spam report/i.test(why)) return [{ ...failed, status: 'failed', reason: 'unsubscribed' }, { ...failed, status: 'unsubscribed' }];
	return [{ ...failed, status: 'failed', reason: 'provider_rejected' }];
}
