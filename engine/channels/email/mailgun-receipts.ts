import { createHmac } from 'node:crypto';

import { readPath, textOf } from '../http/json-path';
import { fromSeconds, isSame, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader } from '../receipts/receipt';

/**
 * Mailgun's webhooks: JSON with one event each. Signed with HMAC-SHA256 over timestamp and token by the webhook signing key.
 * The signature does not cover the event, so whoever has seen one request could forge others: TLS keeps it from them.
 * Source: documentation.mailgun.com (webhook payloads), the example of its page on securing webhooks. Our message id comes
 * back among the user variables. A temporary failure is tried again by Mailgun, and says nothing yet.
 */
export function mailgunReceipts({ signingKey }: { signingKey: string }): ReceiptReader {
	return {
		verify: (request) => {
			try {
				const [event] = objectsOf(request);
				const [timestamp, token, signature] = ['timestamp', 'token', 'signature'].map((name) => textOf(readPath(event, `signature.${name}`)) ?? '');
				if (signingKey === '' || !timestamp || !token) return false;
				return isSame(signature, createHmac('sha256', signingKey).update(timestamp + token).digest('hex'));
			} catch {
				return false;
			}
		},
		parse: (request) => objectsOf(request).flatMap((webhook) => receiptsOf(webhook['event-data'])),
	};
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
