import type { Reason } from '../../reasons';
import { isObject, readPath, textOf } from '../http/json-path';
import { fieldsOf, fromIso, fromSeconds, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest } from '../receipts/receipt';
import { hasToken } from '../receipts/token';
import { statusOfWord } from '../receipts/words';

/** Names of the fields of a report, or paths in its JSON such as `data.status`. Empty: there is none. */
export interface ReceiptFields {
	/** Our message id, as `$$MessageID` gave it to the provider. */
	messageId: string;
	/** The provider's id of the message. */
	providerId: string;
	status: string;
	address: string;
	code: string;
	detail: string;
}

/** What CleverTap's codes of errors mean for the recipient (docs.clevertap.com/docs/generic-sms). */
const CODES: Record<string, Reason> = { 901: 'unsubscribed', 903: 'unsubscribed', 910: 'invalid_recipient', 913: 'unsubscribed' };

/** The recipient answered STOP. */
const STOPPED = '903';

/**
 * Reports of any provider of text messages. The address has a token. Read are CleverTap's callbacks
 * (`[{"event": "delivered", "data": [{"ts": ..., "meta": "<our message id>"}]}]`), and queries, forms or JSON in which
 * `fields` names what is what; statuses are words, those of SMPP among them.
 */
export function genericSmsReceipts({ token, fields }: { token: string; fields: ReceiptFields }): ReceiptReader {
	return {
		verify: (request) => hasToken(request, token),
		parse: (request) => cleverTapReports(request)?.flatMap(ofCleverTap) ?? plainReports(request).flatMap((report) => byFields(report, fields)),
	};
}

/** Reports with the event they are of; undefined: the request is in another format. */
export function cleverTapReports(request: ReceiptRequest): Array<Record<string, unknown> & { event: string }> | undefined {
	if (!/^\s*\[/.test(request.body.subarray(0, 100).toString('utf8'))) return undefined;
	const groups = objectsOf(request);
	if (groups.length === 0 || !groups.every(({ event, data }) => typeof event === 'string' && Array.isArray(data))) return undefined;
	return groups.flatMap(({ event, data }) => (data as unknown[]).filter(isObject).map((report) => ({ ...report, event: event as string })));
}

function ofCleverTap(report: Record<string, unknown> & { event: string }): Receipt[] {
	const status = statusOfWord(report.event);
	const messageId = textOf(report['meta']);
	if (status === undefined || !messageId) return [];
	const code = textOf(report['code']);
	const about = { channel: 'sms' as const, messageId, at: fromSeconds(report['ts']) };
	if (status === 'clicked') return [{ ...about, status, url: textOf(report['url']) }];
	if (status === 'replied') return [{ ...about, status, text: textOf(report['incomingText'])?.slice(0, 512) }];
	if (status !== 'failed' && status !== 'bounced') return [{ ...about, status }];
	const reason = status === 'bounced' ? 'invalid_recipient' : 'provider_rejected';
	const failed: Receipt = { ...about, status: 'failed', reason: code !== undefined && Object.hasOwn(CODES, code) ? CODES[code] : reason, code, detail: textOf(report['description']) };
	return code === STOPPED ? [failed, { ...about, status: 'unsubscribed', code }] : [failed];
}

function plainReports(request: ReceiptRequest): unknown[] {
	return /^\s*[[{]/.test(request.body.subarray(0, 100).toString('utf8')) ? objectsOf(request) : fieldsOf(request);
}

function byFields(report: unknown, fields: ReceiptFields): Receipt[] {
	const read = (path: string) => (path === '' ? undefined : textOf(readPath(report, path)) || undefined);
	const said = read(fields.status) ?? '';
	const status = statusOfWord(said);
	const messageId = read(fields.messageId);
	const providerId = read(fields.providerId);
	if (status === undefined || (messageId === undefined && providerId === undefined)) return [];
	const at = fromIso(read('timestamp')) ?? fromSeconds(read('ts'));
	const about = { channel: 'sms' as const, messageId, providerId, address: read(fields.address), at };
	if (status !== 'failed' && status !== 'bounced') return [{ ...about, status }];
	// Whether parts of a long text have ids of their own differs from one provider to the next.
	const ofPart = messageId !== undefined && providerId !== undefined && { mayBeOfPart: true };
	return [{ ...about, ...ofPart, status: 'failed', reason: status === 'bounced' ? 'invalid_recipient' : 'provider_rejected', code: read(fields.code) ?? said, detail: read(fields.detail) }];
}
