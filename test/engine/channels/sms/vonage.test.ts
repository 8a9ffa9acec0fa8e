import type { SmsMessage } from '../../../../engine/channels/provider';
import { VonageSms, type VonageConfig } from '../../../../engine/channels/sms/vonage';
import { readAnswer } from '../../../support/exchange';
import { describeProviderContract } from '../../../support/provider-contract';

const SECRET = 'vonage/secret+0123';
const config = (extra: Partial<VonageConfig> = {}): VonageConfig => ({ label: 'Vonage EU', apiKey: 'abcd1234', apiSecret: SECRET, from: '+447700900001', ...extra });
const message: SmsMessage = { to: '+14155552671', body: 'Hé & you? 100%', messageId: 'm1', campaignId: 'c1' };
const form = (extra: Partial<VonageConfig> = {}, over: Partial<SmsMessage> = {}) => Object.fromEntries(new URLSearchParams(new VonageSms(config(extra)).request({ ...message, ...over }).body));
const part = (status: unknown, extra: object = {}) => ({ status, ...extra });
const answer = (...messages: unknown[]) => ({ 'message-count': String(messages.length), messages });
const sent = (id = '0A01') => part('0', { to: '14155552671', 'message-id': id, 'remaining-balance': '3.14', network: '310' });

describe('VonageSms.request', () => {
	it('posts a form that signs in', () => {
		const { method, url, headers } = new VonageSms(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST',
			url: 'https://rest.nexmo.com/sms/json',
			headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8', Accept: 'application/json' },
		});
		expect(form()).toEqual({ api_key: 'abcd1234', api_secret: SECRET, from: '447700900001', to: '14155552671', text: message.body, 'client-ref': 'm1' });
	});

	it.each([
		['a name', { from: 'Hotel Lyon' }, {}, { from: 'Hotel Lyon' }],
		['a text beyond GSM 7-bit', {}, { body: 'नमस्ते 😀' }, { type: 'unicode', text: 'नमस्ते 😀' }],
		['callback and validity', { statusCallback: 'https://n8n.example.com/x', validityPeriod: 600 }, {}, { callback: 'https://n8n.example.com/x', 'status-report-req': 'true', ttl: '600000' }],
		['what India asks for', { dltEntityId: 'E1', dltTemplateId: 'T1' }, {}, { 'entity-id': 'E1', 'content-id': 'T1' }],
		['the template of the message before that of the provider', { dltTemplateId: 'T1' }, { templateId: 'T2' }, { 'content-id': 'T2' }],
	])('with %s', (_name, extra, over, fields) => expect(form(extra, over)).toMatchObject(fields));

	it('uses another base URL', () => expect(new VonageSms(config({ baseUrl: 'https://proxy.example.com/vonage/' })).request(message).url).toBe('https://proxy.example.com/vonage/sms/json'));

	it('shares its pace by account and sender', () => {
		const { identity } = new VonageSms(config());
		expect(new VonageSms(config({ label: 'Other', apiSecret: 'rotated-secret' })).identity).toBe(identity);
		for (const other of [{ apiKey: 'other' }, { from: 'Hotel' }, { baseUrl: 'http://127.0.0.1:9' }]) expect(new VonageSms(config(other)).identity).not.toBe(identity);
	});

	it.each([
		[{ apiKey: ' ' }, /no API Key/],
		[{ apiSecret: '' }, /no API Secret/],
		[{ from: '' }, /needs a sender/],
		[{ from: 'Hotel du Lac' }, /no sender for Vonage/],
		[{ from: '1234567890123456' }, /no sender for Vonage/],
		[{ baseUrl: 'nonsense' }, /not a URL/],
		[{ baseUrl: 'ftp://rest.nexmo.com' }, /not a URL/],
		[{ baseUrl: 'https://rest.nexmo.com?api_secret=x' }, /more than scheme, host and path/],
	])('refuses %j', (extra, why) => expect(() => new VonageSms(config(extra))).toThrow(why));
});

describe('VonageSms.read', () => {
	const provider = new VonageSms(config());
	const read = (status: number, body: unknown, headers = {}) => readAnswer(provider, message, status, body, headers);

	it.each([
		['one part', answer(sent())],
		['a status that is a number', answer(part(0, { 'message-id': '0A01' }))],
	])('sent: %s', (_name, body) => expect(read(200, body)).toEqual({ outcome: 'sent', providerId: '0A01' }));

	it('sent in parts: the ids of all', () => expect(read(200, answer(sent('0A01'), sent('0A02'), sent('0A03')))).toEqual({ outcome: 'sent', providerId: '0A01 0A02 0A03' }));

	it.each([6, 7, 33])('recipient: %i', (code) => {
		expect(read(200, answer(part(String(code), { 'error-text': 'The number' })))).toEqual({ outcome: 'recipient', reason: 'invalid_recipient', code: String(code), detail: 'The number' });
	});

	it.each([
		[1, 'transient'], [2, 'request'], [3, 'request'], [4, 'auth'], [5, 'transient'], [8, 'auth'], [9, 'auth'], [10, 'transient'], [11, 'auth'], [12, 'request'],
		[14, 'auth'], [15, 'request'], [22, 'request'], [23, 'request'], [29, 'request'], [32, 'auth'],
	])('refused: status %i is %s', (code, kind) => {
		expect(read(200, answer(part(String(code), { 'error-text': 'Something' })))).toEqual({ outcome: 'refused', kind, code: String(code), detail: 'Something' });
	});

	it('refused when all parts are', () => expect(read(200, answer(part('1'), part('1')))).toMatchObject({ outcome: 'refused', kind: 'transient', code: '1' }));

	it('a listed status decides under any status of HTTP', () => expect(read(401, answer(part('4')))).toMatchObject({ outcome: 'refused', kind: 'auth', code: '4' }));

	it('hands on Retry-After', () => expect(read(200, answer(part('1')), { 'retry-after': '2' })).toMatchObject({ kind: 'transient', retryAfterMs: 2000 }));

	it.each([
		[400, '', 'request'], [401, '', 'auth'], [403, '<html>', 'auth'], [404, '{}', 'request'], [422, answer(), 'request'], [429, '', 'transient'],
	])('refused by the status alone: HTTP %i %j is %s', (status, body, kind) => expect(read(status, body)).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` }));

	it.each([
		['part of it was accepted', 200, answer(sent(), part('5')), 'partly_accepted'],
		['accepted without an id', 200, answer(part('0')), 'http_200'],
		['an unlisted status', 200, answer(part('99', { 'error-text': '?' })), '99'],
		['one listed and one unlisted status', 200, answer(part('1'), part('99')), '1'],
		['no status', 200, answer(part(undefined)), 'http_200'],
		['parts that are none', 200, answer(null, 'x'), 'http_200'],
		['no parts', 200, answer(), 'http_200'],
		['accepted, says a failing server', 502, answer(sent()), 'http_502'],
		['a name that every object has', 200, answer(part('constructor')), 'constructor'],
	])('unknown: %s', (_name, status, body, code) => expect(read(status, body)).toMatchObject({ outcome: 'unknown', code }));
});

describeProviderContract('VonageSms', {
	make: (baseUrl, settings) => new VonageSms(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: answer(sent()), providerId: '0A01' },
	secrets: [SECRET],
	error: (words) => answer(part('3', { 'error-text': words })),
});
