import { createHash, createHmac } from 'node:crypto';

import type { Reason } from '../../reasons';
import { MESSAGE_ID } from '../receipts/callback-url';
import { formOf, isSame } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest, ReceiptStatus } from '../receipts/receipt';

const STATUSES: Record<string, ReceiptStatus> = {
	accepted: 'sent',
	queued: 'sent',
	sending: 'sent',
	sent: 'sent',
	delivered: 'delivered',
	read: 'viewed',
	undelivered: 'failed',
	failed: 'failed',
	canceled: 'failed',
};

/** Error codes that are about the recipient (https://www.twilio.com/docs/api/errors). All others: the message was not accepted somewhere. */
const REASONS: Record<string, Reason> = {
	21211: 'invalid_recipient',
	21610: 'unsubscribed',
	21614: 'invalid_recipient',
	30005: 'invalid_recipient', // unknown handset
	30006: 'invalid_recipient', // landline
};

/**
 * Twilio's status callbacks: a form for each change of a message. Signed by the account's auth token (never by an API
 * key's secret) with HMAC-SHA1 over the address as it was given to Twilio and the sorted fields of the form, in
 * `X-Twilio-Signature`; of a JSON body the address has the hash instead. Source: twilio/twilio-node src/webhooks, whose
 * test vectors are ours. Twilio gives back no reference, so our message id stands in the address.
 *
 * An incoming text that stops or starts messages is told by `OptOutType` of a Messaging Service with Advanced Opt-Out, else by its one
 * word, of those that Twilio heeds by itself and that mean nothing else. It names the sender's number alone.
 */
export function twilioReceipts({ authToken }: { authToken: string }): ReceiptReader {
	return {
		verify: (request) => {
			const signature = request.headers['x-twilio-signature'];
			const isForm = !isSame(request.query.get('bodySHA256') ?? '', createHash('sha256').update(request.body).digest('hex'));
			const fields = isForm ? signedFields(formOf(request)) : '';
			const areSame = request.urls.flatMap(withAndWithoutPort).map((url) => isSame(signature, createHmac('sha1', authToken).update(url + fields).digest('base64')));
			return authToken !== '' && areSame.includes(true);
		},
		parse: (request) => [...parse(request), ...textedBy(formOf(request))],
		// Twilio sends plain text to whoever has texted.
		reply: { text: '<Response/>', contentType: 'text/xml' },
	};
}

/** Names and values, sorted; of a field that comes twice each value once. */
function signedFields(form: URLSearchParams): string {
	return [...new Set(form.keys())].sort().flatMap((name) => [...new Set(form.getAll(name))].sort().map((value) => name + value)).join('');
}

/** Twilio leaves out the standard port, or not. */
function withAndWithoutPort(url: string): string[] {
	const [, scheme = '', host = '', rest = ''] = /^(https?):\/\/([^/?#]+)(.*)$/s.exec(url) ?? [];
	const port = scheme === 'https' ? ':443' : ':80';
	if (scheme === '') return [];
	const bare = host.endsWith(port) ? host.slice(0, -port.length) : host;
	return /:\d+$/.test(bare) ? [url] : [`${scheme}://${bare}${rest}`, `${scheme}://${bare}${port}${rest}`];
}

function parse(request: ReceiptRequest): Receipt[] {
	const form = formOf(request);
	const said = form.get('MessageStatus') ?? form.get('SmsStatus') ?? '';
	const status = Object.hasOwn(STATUSES, said) ? STATUSES[said] : undefined;
	const providerId = form.get('MessageSid') ?? form.get('SmsSid') ?? undefined;
	if (status === undefined || providerId === undefined) return [];
	const code = form.get('ErrorCode') || undefined;
	const about = { channel: 'sms' as const, messageId: request.query.get(MESSAGE_ID) ?? undefined, providerId, address: form.get('To') ?? undefined };
	if (status !== 'failed') return [{ ...about, status }];
	const reason = code !== undefined && Object.hasOwn(REASONS, code) ? REASONS[code] : 'provider_rejected';
	const failed: Receipt = { ...about, status, reason, code: code ?? said, detail: form.get('ErrorMessage') ?? undefined };
	return reason === 'unsubscribed' ? [failed, { ...about, status: 'unsubscribed', code }] : [failed];
}

const WORDS: Record<string, ReceiptStatus> = { STOP: 'unsubscribed', STOPALL: 'unsubscribed', UNSUBSCRIBE: 'unsubscribed', START: 'resubscribed', UNSTOP: 'resubscribed' };

/** What somebody says by an incoming text message. */
function textedBy(form: URLSearchParams): Receipt[] {
	const [address, occurrence] = [form.get('From') ?? '', form.get('MessageSid') ?? form.get('SmsSid') ?? undefined];
	const isIncoming = form.get('SmsStatus') === 'received' || form.has('OptOutType');
	const word = form.get('OptOutType') ?? (form.get('Body') ?? '').trim().toUpperCase();
	const status = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
	// WhatsApp and others have a word before the number.
	return isIncoming && status !== undefined && /^\+\d+$/.test(address) ? [{ channel: 'sms', status, address, occurrence }] : [];
}
