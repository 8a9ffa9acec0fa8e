import { createHash, createHmac } from 'node:crypto';

import type { Reason } from '../../reasons';
import { fieldsOf, isSame } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptStatus } from '../receipts/receipt';
import { hasToken } from '../receipts/token';

export interface VonageReceiptSettings {
	/** Of the account's signed webhooks. Empty: the account signs nothing, and the address has the token. */
	signatureSecret: string;
	method: 'md5hash' | 'md5' | 'sha1' | 'sha256' | 'sha512';
	token: string;
}

const STATUSES: Record<string, ReceiptStatus> = { accepted: 'sent', buffered: 'sent', delivered: 'delivered', expired: 'failed', failed: 'failed', rejected: 'failed' };

/** `err-code` that is about the recipient. */
const REASONS: Record<string, Reason> = { 3: 'invalid_recipient', 9: 'invalid_recipient' };

/**
 * Vonage's delivery receipts, as a query, a form or JSON, as the account is set. Signed, once the account has it switched
 * on, by `sig` among the fields: over `&name=value` of all others, sorted, with `&` and `=` in values replaced by `_`, as
 * MD5 with the secret behind or as an HMAC. Source: "Signing messages" of developer.vonage.com and the test vectors of
 * Vonage's Python and Ruby packages, which are ours; the Node package builds another text, which is not accepted. Not
 * confirmed: what the codes of errors besides 0 mean. Our message id comes back as `client-ref`.
 */
export function vonageReceipts({ signatureSecret, method, token }: VonageReceiptSettings): ReceiptReader {
	return {
		verify: (request) => {
			if (signatureSecret === '') return hasToken(request, token);
			try {
				const all = fieldsOf(request);
				return all.length > 0 && all.every(({ sig, ...fields }) => isSame(sig?.toLowerCase(), signatureOf(fields, signatureSecret, method)));
			} catch {
				return false;
			}
		},
		parse: (request) => fieldsOf(request).flatMap(receiptsOf),
	};
}

function signatureOf(fields: Record<string, string>, secret: string, method: VonageReceiptSettings['method']): string {
	const text = Object.keys(fields).sort().map((name) => `&${name}=${(fields[name] as string).replace(/[&=]/g, '_')}`).join('');
	return method === 'md5hash' ? createHash('md5').update(text + secret).digest('hex') : createHmac(method, secret).update(text).digest('hex');
}

function receiptsOf(fields: Record<string, string>): Receipt[] {
	const said = fields['status'] ?? '';
	const status = Object.hasOwn(STATUSES, said) ? STATUSES[said] : undefined;
	const providerId = fields['messageId'] ?? fields['message-id'];
	const messageId = fields['client-ref'] || undefined;
	if (status === undefined || (providerId === undefined && messageId === undefined)) return [];
	const code = fields['err-code'] ?? '';
	const about = { channel: 'sms' as const, messageId, providerId, address: fields['msisdn'] };
	// Of a long text each part is reported under an id of its own. The answer to sending had all of them.
	if (status !== 'failed') return [{ ...about, mayBeOfPart: true, status }];
	return [{ ...about, status, reason: Object.hasOwn(REASONS, code) ? REASONS[code] : 'provider_rejected', code: code === '' || code === '0' ? said : code, detail: said }];
}
