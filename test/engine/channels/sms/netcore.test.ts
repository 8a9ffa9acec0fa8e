import type { SmsMessage } from '../../../../engine/channels/provider';
import { NetcoreSms, type NetcoreConfig } from '../../../../engine/channels/sms/netcore';
import { readAnswer, sendOnce } from '../../../support/exchange';
import { startLoopback } from '../../../support/loopback';
import { describeProviderContract } from '../../../support/provider-contract';

const PASSWORD = 'netcore pass&word';
const config = (extra: Partial<NetcoreConfig> = {}): NetcoreConfig => ({ label: 'Netcore', feedId: '1001', username: 'me', password: PASSWORD, ...extra });
const message: SmsMessage = { to: '+919812345678', body: 'Hé & you? 100%', messageId: 'm1', campaignId: 'c1' };
const form = (extra: Partial<NetcoreConfig> = {}, over: Partial<SmsMessage> = {}) => Object.fromEntries(new URLSearchParams(new NetcoreSms(config(extra)).request({ ...message, ...over }).body));
const MID = '<MID SUBMITDATE="2026-01-02 03:04:05" ID="1" TAG="null" TID="9"/>';
const accepted = `<?xml version="1.0" encoding="UTF-8"?>\n<RESULT REQID="77">${MID}</RESULT>\n`;
const error = (text: string, code = '101') => `<RESULT REQID="77"><ERROR><CODE>${code}</CODE><DESC>${text}</DESC></ERROR></RESULT>`;
const base = { feedid: '1001', username: 'me', password: PASSWORD, To: '919812345678', Text: message.body };

describe('NetcoreSms.request', () => {
	it('posts a form that signs in', () => {
		const { method, url, headers } = new NetcoreSms(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST',
			url: 'https://bulkpush.mytoday.com/BulkSms/SingleMsgApi',
			headers: { Accept: 'application/xml', 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
		});
		expect(form()).toEqual(base);
	});

	it('asks by GET where the operator wants that', () => {
		const { method, url, body, headers } = new NetcoreSms(config({ method: 'GET', baseUrl: 'http://127.0.0.1:9/' })).request(message);
		expect({ method, body, headers }).toEqual({ method: 'GET', body: undefined, headers: { Accept: 'application/xml' } });
		expect(new URL(url).pathname).toBe('/BulkSms/SingleMsgApi');
		expect(Object.fromEntries(new URL(url).searchParams)).toEqual(base);
	});

	it.each([
		['a sender', { senderId: 'ACMEIN' }, {}, { ...base, senderid: 'ACMEIN' }],
		['a text beyond GSM 7-bit', {}, { body: 'नमस्ते' }, { ...base, Text: 'नमस्ते', mtype: '1' }],
		['another type for it', { unicodeType: '8' }, { body: 'नमस्ते' }, { ...base, Text: 'नमस्ते', mtype: '8' }],
		['no type for it', { unicodeType: '' }, { body: 'नमस्ते' }, { ...base, Text: 'नमस्ते' }],
		['what India asks for', { dltEntityId: 'E1', dltTemplateId: 'T1' }, {}, { ...base, entityid: 'E1', templateid: 'T1' }],
		['the template of the message before that of the provider', { dltTemplateId: 'T1' }, { templateId: 'T2' }, { ...base, templateid: 'T2' }],
	])('with %s', (_name, extra, over, fields) => expect(form(extra, over)).toEqual(fields));

	it('shares its pace by feed and sender', () => {
		const { identity } = new NetcoreSms(config());
		expect(new NetcoreSms(config({ label: 'Other', password: 'rotated' })).identity).toBe(identity);
		for (const other of [{ feedId: '1002' }, { senderId: 'ACMEIN' }]) expect(new NetcoreSms(config(other)).identity).not.toBe(identity);
	});

	it.each([
		[{ feedId: '' }, /no Feed ID/],
		[{ username: '' }, /no User/],
		[{ password: '' }, /no Password/],
		[{ baseUrl: 'nonsense' }, /not a URL/],
	])('refuses %j', (extra, why) => expect(() => new NetcoreSms(config(extra))).toThrow(why));
});

describe('NetcoreSms.read', () => {
	const read = (status: number, body: unknown, extra: Partial<NetcoreConfig> = {}, headers = {}) => readAnswer(new NetcoreSms(config(extra)), message, status, body, headers);

	it.each([
		['as seen', accepted],
		['without a declaration', `<RESULT REQID="77">${MID}</RESULT>`],
		['in other words of XML', `<result  reqid = '77' >\n${MID}\n</result>`],
	])('sent: %s', (_name, body) => expect(read(200, body)).toEqual({ outcome: 'sent', providerId: '77' }));

	it.each([
		['Something else', 'request'], ['Invalid username or password', 'auth'], ['Authentication failed', 'auth'], ['Feed id is not active', 'auth'], ['', 'request'],
	])('refused: %j is %s', (text, kind) => {
		expect(read(200, error(text))).toMatchObject({ outcome: 'refused', kind, code: '101' });
		expect(read(200, `<ERROR><CODE>101</CODE><DESC>${text}</DESC></ERROR>`)).toMatchObject({ outcome: 'refused', kind, code: '101' });
	});

	it('says what Netcore says', () => expect(read(200, error('Quota is used up'))).toEqual({ outcome: 'refused', kind: 'request', code: '101', detail: 'Quota is used up' }));

	const codes = { account: ['11', '12'], recipient: ['21'], passing: ['31'] };
	it.each([
		['12', { outcome: 'refused', kind: 'auth' }], ['21', { outcome: 'recipient', reason: 'invalid_recipient' }], ['31', { outcome: 'refused', kind: 'transient' }], ['41', { outcome: 'refused', kind: 'request' }],
	])('code %s means what the operator says', (code, outcome) => expect(read(200, error('Something', code), { codes })).toMatchObject({ ...outcome, code }));

	it.each([[400, 'request'], [401, 'auth'], [403, 'auth'], [404, 'request'], [429, 'transient']])('refused: HTTP %i is %s, with and without words', (status, kind) => {
		expect(read(status, '')).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` });
		expect(read(status, error('Something'))).toMatchObject({ outcome: 'refused', kind, code: '101' });
	});

	it('hands on Retry-After', () => expect(read(200, error('Slow down', '31'), { codes }, { 'retry-after': '2' })).toMatchObject({ kind: 'transient', retryAfterMs: 2000 }));

	it.each([
		['an error and a message', 200, `<RESULT REQID="77">${MID}<ERROR><CODE>101</CODE></ERROR></RESULT>`],
		['an error inside of a message', 200, '<RESULT REQID="77"><MID ID="1"><ERROR><CODE>101</CODE></ERROR></MID></RESULT>'],
		['a message without the id of its request', 200, `<RESULT>${MID}</RESULT>`],
		['a request without a message', 200, '<RESULT REQID="77"></RESULT>'],
		['half an answer', 200, `<RESULT REQID="77">${MID}`],
		['another document', 200, `<html><RESULT REQID="77">${MID}</RESULT></html>`],
		['an error of a failing server', 500, error('Something')],
		['an acceptance of a failing server', 502, accepted],
		['JSON', 200, { error: 'Something' }],
	])('unknown: %s', (_name, status, body) => expect(read(status, body)).toMatchObject({ outcome: 'unknown', code: `http_${status}` }));
});

it('shows no password that the answer repeats in XML', async () => {
	const server = await startLoopback((_seen, answer) => answer({ status: 200, body: error('Wrong: netcore pass&amp;word') }));
	const result = await sendOnce(new NetcoreSms(config({ baseUrl: server.url })), message);
	await server.close();
	expect(result).toMatchObject({ attempts: [{ detail: 'Wrong: ***' }] });
});

describeProviderContract('NetcoreSms', {
	make: (baseUrl, settings) => new NetcoreSms(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: accepted, providerId: '77' },
	secrets: [PASSWORD],
	// As servers do that repeat what they were asked: escaped for XML.
	error: (words) => error(words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
});

describeProviderContract('NetcoreSms by GET', {
	make: (baseUrl, settings) => new NetcoreSms(config({ baseUrl, method: 'GET', ...settings })),
	message,
	accepted: { status: 200, body: accepted, providerId: '77' },
	secrets: [PASSWORD],
	error: (words) => error(words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')),
});
