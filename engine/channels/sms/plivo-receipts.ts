import { createHmac } from 'node:crypto';

import { MESSAGE_ID } from '../receipts/callback-url';
import { formOf, isSame } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest, ReceiptStatus } from '../receipts/receipt';

const STATUSES: Record<string, ReceiptStatus> = { queued: 'sent', sent: 'sent', delivered: 'delivered', read: 'viewed', undelivered: 'failed', failed: 'failed', rejected: 'failed' };

/** Of a recipient who has opted out at Plivo; not seen confirmed, so that the profile is left alone. */
const OPTED_OUT = '200';

/**
 * Plivo's message callbacks: a form for each change. Signed by the auth token (of the account or its main account) with
 * HMAC-SHA256: in the version 3 over address, fields and a nonce, in the version 2 over address and nonce alone; which one
 * Plivo sends for messages depends on the account. Sources: plivo/plivo-node (v3Security), plivo/plivo-ruby
 * spec/signature_spec.rb, whose test vector of version 2 is ours; that of version 3 was made with Plivo's own package. Plivo
 * gives back no reference, so our message id stands in the address. Not confirmed: what the codes of errors mean.
 */
export function plivoReceipts({ authToken }: { authToken: string }): ReceiptReader {
	return { verify: (request) => authToken !== '' && isSigned(request, authToken), parse };
}

function isSigned(request: ReceiptRequest, authToken: string): boolean {
	const { headers, urls } = request;
	const sign = (text: string) => createHmac('sha256', authToken).update(text).digest('base64');
	const given = (version: 'v2' | 'v3') => [headers[`x-plivo-signature-${version}`], headers[`x-plivo-signature-ma-${version}`]].flatMap((list) => list?.split(',').map((one) => one.trim()) ?? []);
	const nonces = { v2: headers['x-plivo-signature-v2-nonce'] ?? '', v3: headers['x-plivo-signature-v3-nonce'] ?? '' };
	const expected = urls.flatMap((url): Array<['v2' | 'v3', string]> => [
		['v3', sign(`${signedV3(url, request)}.${nonces.v3}`)],
		['v2', sign((url.split('?')[0] ?? '') + nonces.v2)],
	]);
	return expected.flatMap(([version, signature]) => (nonces[version] === '' ? [] : given(version).map((one) => isSame(one, signature)))).includes(true);
}

/** The address with its query sorted, and behind a dot (where there is a query) the fields of the form, sorted, without anything between. */
function signedV3(url: string, request: ReceiptRequest): string {
	const [bare = '', query = ''] = url.split('?');
	const sorted = (parameters: URLSearchParams) => [...new Set(parameters.keys())].sort().flatMap((name) => parameters.getAll(name).sort().map((value) => [name, value] as const));
	const inQuery = sorted(new URLSearchParams(query)).map(([name, value]) => `${name}=${value}`).join('&');
	if (request.method === 'GET') return inQuery === '' ? bare : `${bare}?${inQuery}`;
	const fields = sorted(formOf(request)).map(([name, value]) => name + value).join('');
	if (fields === '') return inQuery === '' ? bare : `${bare}?${inQuery}`;
	return `${bare}?${inQuery}${inQuery === '' ? '' : '.'}${fields}`;
}

function parse(request: ReceiptRequest): Receipt[] {
	const form = formOf(request);
	const said = form.get('Status') ?? '';
	const status = Object.hasOwn(STATUSES, said) ? STATUSES[said] : undefined;
	// Of a long message each part has an id of its own.
	const providerId = form.get('ParentMessageUUID') || form.get('MessageUUID') || undefined;
	if (status === undefined || providerId === undefined) return [];
	const about = { channel: 'sms' as const, messageId: request.query.get(MESSAGE_ID) ?? undefined, providerId, address: form.get('To') ?? undefined };
	if (status !== 'failed') return [{ ...about, status }];
	const code = form.get('ErrorCode') || said;
	return [{ ...about, status, reason: code === OPTED_OUT ? 'unsubscribed' : 'provider_rejected', code, detail: said }];
}
