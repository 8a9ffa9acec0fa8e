import type { SmsMessage } from '../../../../engine/channels/provider';
import { ExotelSms, type ExotelConfig } from '../../../../engine/channels/sms/exotel';
import { readAnswer } from '../../../support/exchange';
import { describeProviderContract } from '../../../support/provider-contract';

const TOKEN = 'exotel-token-0123456789';
const config = (extra: Partial<ExotelConfig> = {}): ExotelConfig => ({ label: 'Exotel', accountSid: 'acme1', apiKey: 'key-1', apiToken: TOKEN, from: 'ACMEIN', ...extra });
const message: SmsMessage = { to: '+919812345678', body: 'Hé & you? 100%', messageId: 'm1', campaignId: 'c1' };
const form = (extra: Partial<ExotelConfig> = {}, over: Partial<SmsMessage> = {}) => Object.fromEntries(new URLSearchParams(new ExotelSms(config(extra)).request({ ...message, ...over }).body));
const sms = (extra: object = {}) => ({ SMSMessage: { Sid: 's1', AccountSid: 'acme1', Status: 'queued', DetailedStatusCode: 21010, DetailedStatus: 'PENDING_TO_OPERATOR', ...extra } });
const exception = (status: number, text = 'Something', extra: object = {}) => ({ RestException: { Status: status, Message: text, ...extra } });

describe('ExotelSms.request', () => {
	it('posts a form to the account', () => {
		const { method, url, headers } = new ExotelSms(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST',
			url: 'https://api.exotel.com/v1/Accounts/acme1/Sms/send.json',
			headers: {
				Authorization: `Basic ${Buffer.from(`key-1:${TOKEN}`).toString('base64')}`,
				'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
				Accept: 'application/json',
			},
		});
		expect(form()).toEqual({ From: 'ACMEIN', To: '+919812345678', Body: message.body, EncodingType: 'plain', CustomField: 'm1' });
	});

	it.each([
		['a text beyond GSM 7-bit', {}, { body: 'नमस्ते' }, { Body: 'नमस्ते', EncodingType: 'unicode' }],
		['kind and callback', { smsType: 'promotional', statusCallback: 'https://n8n.example.com/x' }, {}, { SmsType: 'promotional', StatusCallback: 'https://n8n.example.com/x' }],
		['what India asks for', { dltEntityId: 'E1', dltTemplateId: 'T1' }, {}, { DltEntityId: 'E1', DltTemplateId: 'T1' }],
		['the template of the message before that of the provider', { dltTemplateId: 'T1' }, { templateId: 'T2' }, { DltTemplateId: 'T2' }],
	] as const)('with %s', (_name, extra, over, fields) => expect(form(extra, over)).toMatchObject(fields));

	it('asks the Mumbai cluster', () => expect(new ExotelSms(config({ baseUrl: 'https://api.in.exotel.com' })).request(message).url).toBe('https://api.in.exotel.com/v1/Accounts/acme1/Sms/send.json'));

	it('shares its pace by account and sender', () => {
		const { identity } = new ExotelSms(config());
		expect(new ExotelSms(config({ label: 'Other', apiKey: 'key-2', apiToken: 'rotated-token' })).identity).toBe(identity);
		for (const other of [{ accountSid: 'acme2' }, { from: 'OTHER' }]) expect(new ExotelSms(config(other)).identity).not.toBe(identity);
	});

	it.each([
		[{ accountSid: '' }, /no Account SID/],
		[{ apiKey: '' }, /no API Key/],
		[{ apiToken: '' }, /no API Token/],
		[{ from: '' }, /needs a sender/],
		[{ baseUrl: 'https://key-1:token@api.exotel.com' }, /more than scheme, host and path/],
	])('refuses %j', (extra, why) => expect(() => new ExotelSms(config(extra))).toThrow(why));
});

describe('ExotelSms.read', () => {
	const read = (status: number, body: unknown, headers = {}) => readAnswer(new ExotelSms(config()), message, status, body, headers);

	it.each([
		['queued', 200, sms()],
		['accepted', 202, sms()],
		['sending', 200, sms({ Status: 'sending', DetailedStatusCode: 21015 })],
		['submitted', 200, sms({ Status: 'submitted', DetailedStatusCode: '21020' })],
		['delivered at once', 200, sms({ Status: 'sent', DetailedStatusCode: 20005 })],
		['in the other range of codes', 200, sms({ Status: 'submitted', DetailedStatusCode: 20002 })],
		['without any code', 200, { SMSMessage: { Sid: 's1' } }],
	])('sent: %s', (_name, status, body) => expect(read(status, body)).toEqual({ outcome: 'sent', providerId: 's1' }));

	it.each([[23005, 'unsubscribed'], [23010, 'invalid_recipient'], [23020, 'unsubscribed'], [23083, 'unsubscribed']])('recipient: detailed code %i is %s', (code, reason) => {
		expect(read(200, sms({ Status: 'failed', DetailedStatusCode: code }))).toMatchObject({ outcome: 'recipient', reason, code: String(code) });
	});

	it.each([23015, 23072, 23080, 23081, 23082, 30001, 30002, 30003, 30004, 30005, 30006, 30007, 30008, 30009])('refused: detailed code %i', (code) => {
		expect(read(200, sms({ Status: 'failed', DetailedStatusCode: code }))).toMatchObject({ outcome: 'refused', kind: 'request', code: String(code) });
	});

	it.each([[400, 'request'], [401, 'auth'], [402, 'auth'], [403, 'auth'], [404, 'request'], [405, 'request'], [429, 'transient'], [503, 'transient']])('refused: HTTP %i is %s', (status, kind) => {
		expect(read(status, exception(status))).toEqual({ outcome: 'refused', kind, code: `http_${status}`, detail: 'Something' });
		expect(read(200, exception(status, 'Something', { Code: 'SOME_CODE' }))).toEqual({ outcome: 'refused', kind, code: 'SOME_CODE', detail: 'Something' });
	});

	it('judges no number by words, as Exotel asks', () => expect(read(400, exception(400, 'Invalid Recipient [x]'))).toMatchObject({ outcome: 'refused', kind: 'request' }));

	it.each([[400, 'request'], [401, 'auth'], [429, 'transient']])('refused by the status alone: HTTP %i is %s', (status, kind) => {
		expect(read(status, '<TwilioResponse><RestException/></TwilioResponse>')).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` });
	});

	it('hands on Retry-After', () => expect(read(429, exception(429), { 'retry-after': '2' })).toMatchObject({ kind: 'transient', retryAfterMs: 2000 }));

	it.each([
		['a duplicate, which may be on its way', 409, exception(409)],
		['a duplicate without words', 409, ''],
		['500', 500, exception(500)],
		['502', 502, exception(502)],
		['503 of somebody in between', 503, exception(500)],
		['an error without a status', 200, exception(NaN)],
		['failed for an unlisted reason', 200, sms({ Status: 'failed', DetailedStatusCode: 29999 })],
		['expired', 200, sms({ Status: 'expired' })],
		['no id', 200, sms({ Sid: '' })],
		['XML', 200, '<TwilioResponse><SMSMessage><Sid>s1</Sid></SMSMessage></TwilioResponse>'],
	])('unknown: %s', (_name, status, body) => expect(read(status, body)).toMatchObject({ outcome: 'unknown' }));
});

describeProviderContract('ExotelSms', {
	make: (baseUrl, settings) => new ExotelSms(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: sms(), providerId: 's1' },
	secrets: [TOKEN],
	error: (words) => exception(400, words),
});
