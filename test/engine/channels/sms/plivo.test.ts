import type { SmsMessage } from '../../../../engine/channels/provider';
import { PlivoSms, type PlivoConfig } from '../../../../engine/channels/sms/plivo';
import { readAnswer } from '../../../support/exchange';
import { describeBatchContract } from '../../../support/batch-contract';
import { describeProviderContract } from '../../../support/provider-contract';

const TOKEN = 'plivo-token-0123456789';
const config = (extra: Partial<PlivoConfig> = {}): PlivoConfig => ({ label: 'Plivo', authId: 'MA1', authToken: TOKEN, from: '+15005550006', ...extra });
const message: SmsMessage = { to: '+14155552671', body: 'Hé & you? 100% 😀', messageId: 'm1', campaignId: 'c1' };
const json = (extra: Partial<PlivoConfig> = {}, over: Partial<SmsMessage> = {}) => JSON.parse(new PlivoSms(config(extra)).request({ ...message, ...over }).body ?? '') as object;
const error = (text: string) => ({ api_id: 'a1', error: text });
const queued = { api_id: 'a1', message: 'message(s) queued', message_uuid: ['uuid-1'] };

describe('PlivoSms.request', () => {
	it('posts JSON to the account', () => {
		const { method, url, headers } = new PlivoSms(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST',
			url: 'https://api.plivo.com/v1/Account/MA1/Message/',
			headers: { Authorization: `Basic ${Buffer.from(`MA1:${TOKEN}`).toString('base64')}`, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
		});
		expect(json()).toEqual({ src: '+15005550006', dst: '+14155552671', text: message.body, type: 'sms' });
	});

	it.each([
		['a powerpack', { from: undefined, powerpackId: 'P1' }, {}, { powerpack_uuid: 'P1' }],
		['callback and validity', { statusCallback: 'https://n8n.example.com/x', validityPeriod: 60 }, {}, { src: '+15005550006', url: 'https://n8n.example.com/x?message_id=m1', method: 'POST', message_expiry: 60 }],
		['nothing kept in logs', { log: 'false' }, {}, { src: '+15005550006', log: 'false' }],
		['what India asks for', { dltEntityId: 'E1', dltTemplateId: 'T1', dltTemplateCategory: 'promotional' }, {}, { src: '+15005550006', dlt_entity_id: 'E1', dlt_template_id: 'T1', dlt_template_category: 'promotional' }],
		['the template of the message before that of the provider', { dltTemplateId: 'T1' }, { templateId: 'T2' }, { src: '+15005550006', dlt_template_id: 'T2' }],
	] as const)('with %s', (_name, extra, over, fields) => expect(json(extra, over)).toEqual({ dst: message.to, text: message.body, type: 'sms', ...fields }));

	it('uses another base URL', () => expect(new PlivoSms(config({ baseUrl: 'http://127.0.0.1:9/' })).request(message).url).toBe('http://127.0.0.1:9/v1/Account/MA1/Message/'));

	it('shares its pace by account and sender', () => {
		const { identity } = new PlivoSms(config());
		expect(new PlivoSms(config({ label: 'Other', authToken: 'rotated-token' })).identity).toBe(identity);
		for (const other of [{ authId: 'MA2' }, { from: '+1' }, { from: undefined, powerpackId: 'P1' }]) expect(new PlivoSms(config(other)).identity).not.toBe(identity);
	});

	it.each([
		[{ authId: '' }, /no Auth ID/],
		[{ authToken: '' }, /no Auth Token/],
		[{ from: '' }, /needs a sender/],
		[{ powerpackId: 'P1' }, /one sender, not two/],
		[{ baseUrl: 'nonsense' }, /not a URL/],
	])('refuses %j', (extra, why) => expect(() => new PlivoSms(config(extra))).toThrow(why));
});

describe('PlivoSms.read', () => {
	const read = (status: number, body: unknown, headers = {}) => readAnswer(new PlivoSms(config()), message, status, body, headers);

	it.each([202, 200])('sent: HTTP %i', (status) => expect(read(status, queued)).toEqual({ outcome: 'sent', providerId: 'uuid-1' }));

	it.each([
		[202, { api_id: 'a1', message: 'message(s) queued', message_uuid: [], invalid_number: ['14155552671'] }],
		[400, error("'14155552671' is not a valid phone number.")],
		[400, error('invalid phone numbers.')],
		[400, error('dst parameter is not valid')],
		[400, error('Invalid number')],
	])('recipient: HTTP %i %j', (status, body) => expect(read(status, body)).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient' }));

	it.each([
		[400, error('dst parameter not present'), 'request'],
		[400, error("'15005550006' is not a valid phone number."), 'request'],
		[400, error('src parameter is not a valid phone number'), 'request'],
		[400, error('invalid src and dst'), 'request'],
		[400, error('text is too long'), 'request'],
		[400, '', 'request'],
		[401, 'Could not verify your access level for that URL.', 'auth'],
		[402, error('insufficient credit'), 'auth'],
		[403, error('not allowed: invalid phone number'), 'auth'],
		[404, error('not found'), 'request'],
		[405, '', 'request'],
		[429, error('invalid pace'), 'transient'],
	])('refused: HTTP %i %j is %s', (status, body, kind) => expect(read(status, body)).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` }));

	it('says what Plivo says', () => expect(read(400, error('text is too long'))).toMatchObject({ detail: 'text is too long' }));

	it('hands on Retry-After', () => expect(read(429, '', { 'retry-after': '2' })).toMatchObject({ kind: 'transient', retryAfterMs: 2000 }));

	it.each([
		[500, error('internal error')], [503, error('invalid phone number')], [202, { message_uuid: [] }], [202, { message_uuid: 'uuid-1' }], [202, { message_uuid: [''] }], [202, error('invalid phone number')],
	])('unknown: HTTP %i %j', (status, body) => expect(read(status, body)).toMatchObject({ outcome: 'unknown', code: `http_${status}` }));
});

describeProviderContract('PlivoSms', {
	make: (baseUrl, settings) => new PlivoSms(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 202, body: queued, providerId: 'uuid-1' },
	secrets: [TOKEN],
	error,
});

const four = [1, 2, 3, 4].map((last): SmsMessage => ({ ...message, to: `+1415555267${last}`, messageId: `m${last}` })) as [SmsMessage, SmsMessage, SmsMessage, SmsMessage];
const uuids = (count: number) => Array.from({ length: count }, (_, index) => `uuid-${index}`);

describe('PlivoSms.batch', () => {
	const { batch } = new PlivoSms(config({ messagesPerRequest: 50 }));
	const read = (body: object) => batch.read({ status: 202, headers: {}, body: JSON.stringify(body) }, four);

	it('posts one text to all numbers', () => {
		const numbers = four.map(({ to }) => to);
		expect(JSON.parse(batch.request(numbers, four).body as string)).toEqual({ src: '+15005550006', dst: '+14155552671<+14155552672<+14155552673<+14155552674', text: message.body, type: 'sms' });
	});

	it('puts equal texts together, unless Plivo is to report on each', () => {
		expect(batch.key({ ...message, to: '+14155552679' })).toBe(batch.key(message));
		expect(batch.key({ ...message, body: 'Other' })).not.toBe(batch.key(message));
		expect(batch.key({ ...message, templateId: 'T1' })).not.toBe(batch.key(message));
		expect(batch.recipient?.(message)).toBe(message.to);
		expect(new PlivoSms(config({ messagesPerRequest: 50, statusCallback: 'https://n8n.example.com/x' })).batch.key(message)).toBeUndefined();
	});

	it.each<[string, object]>([
		['too few UUIDs', { message_uuid: uuids(3) }],
		['too many', { message_uuid: uuids(5) }],
		['an invalid number that was not asked for', { message_uuid: uuids(4), invalid_number: ['123'] }],
		['empty UUIDs', { message_uuid: ['', '', '', ''] }],
	])('does not believe an answer with %s', (_name, body) => expect(read(body)).toMatchObject({ outcome: 'unknown' }));

	it('is used when asked for', () => expect(new PlivoSms(config()).batch.most).toBe(1));
});

describeBatchContract('PlivoSms', {
	make: (baseUrl, settings) => new PlivoSms(config({ baseUrl, messagesPerRequest: 50, ...settings })),
	messages: four,
	mark: ({ to }) => to,
	accepted: (some) => ({ status: 202, body: { ...queued, message_uuid: uuids(some.length) }, ids: some.map(() => null) }),
	lastOneRefused: () => ({ status: 202, body: { ...queued, message_uuid: uuids(3), invalid_number: ['14155552674'] }, result: { outcome: 'recipient', reason: 'invalid_recipient' } }),
	lastOneMissing: () => ({ status: 202, body: { ...queued, message_uuid: uuids(3) } }),
	refused: { status: 400, body: error('text is too long') },
});
