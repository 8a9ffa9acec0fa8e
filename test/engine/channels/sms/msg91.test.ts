import type { SmsMessage } from '../../../../engine/channels/provider';
import { Msg91Sms, type Msg91Config } from '../../../../engine/channels/sms/msg91';
import { readAnswer, sendOnce } from '../../../support/exchange';
import { describeProviderContract } from '../../../support/provider-contract';

const KEY = 'msg91-auth-key-0123456789';
const config = (extra: Partial<Msg91Config> = {}): Msg91Config => ({ label: 'MSG91', authKey: KEY, templateId: 'T1', variables: [{ name: 'VAR1', value: '$$Body' }], ...extra });
const message: SmsMessage = { to: '+919812345678', body: 'Hé & "you"? 😀', messageId: 'm1', campaignId: 'c1', keyValues: { city: 'Lyon' } };
const json = (extra: Partial<Msg91Config> = {}, over: Partial<SmsMessage> = {}) => JSON.parse(new Msg91Sms(config(extra)).request({ ...message, ...over }).body ?? '') as object;
const error = (text: string, extra: object = {}) => ({ type: 'error', message: text, ...extra });

describe('Msg91Sms.request', () => {
	it('posts a template with its variables', () => {
		const { method, url, headers } = new Msg91Sms(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST',
			url: 'https://control.msg91.com/api/v5/flow',
			headers: { authkey: KEY, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
		});
		expect(json()).toEqual({ template_id: 'T1', short_url: '0', recipients: [{ mobiles: '919812345678', VAR1: message.body }] });
	});

	it.each([
		['sender, route and short links', { senderId: '600123', promotional: true, shortenLinks: true }, {}, { sender: '600123', route: '1', short_url: '1' }],
		['its own template before that of the message', {}, { templateId: 'T2' }, { template_id: 'T1' }],
		['the template of the message where it has none', { templateId: undefined }, { templateId: 'T2' }, { template_id: 'T2' }],
		['values of the message', { variables: [{ name: 'City', value: 'in $$city' }, { name: 'ref', value: '$$MessageID' }] }, {}, { recipients: [{ mobiles: '919812345678', City: 'in Lyon', ref: 'm1' }] }],
		['no variables', { variables: [] }, {}, { recipients: [{ mobiles: '919812345678' }] }],
		['variables of the message by number', { variables: [] }, { templateVariables: ['Ann', '5'] }, { recipients: [{ mobiles: '919812345678', VAR1: 'Ann', VAR2: '5' }] }],
		['named ones before those', {}, { templateVariables: ['Ann', '5'] }, { recipients: [{ mobiles: '919812345678', VAR1: message.body, VAR2: '5' }] }],
	])('with %s', (_name, extra, over, fields) => expect(json(extra, over)).toMatchObject(fields));

	it('never reads a value as a template', () => expect(json({}, { body: '$$MessageID' })).toMatchObject({ recipients: [{ VAR1: '$$MessageID' }] }));

	it('refuses a message without a template, or without a value, before anything leaves', async () => {
		const provider = new Msg91Sms(config({ templateId: undefined, baseUrl: 'http://127.0.0.1:9' }));
		expect(await sendOnce(provider, message)).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'msg91_template', detail: expect.stringContaining('Set Template ID') }] });
		const lacking = new Msg91Sms(config({ variables: [{ name: 'VAR1', value: '$$zip' }], baseUrl: 'http://127.0.0.1:9' }));
		expect(await sendOnce(lacking, message)).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'missing_value' }] });
	});

	it('shares its pace by account and sender, and names the account by nothing that leads back to its key', () => {
		const { identity } = new Msg91Sms(config());
		expect(new Msg91Sms(config({ label: 'Other', templateId: 'T2' })).identity).toBe(identity);
		for (const other of [{ authKey: 'another-key' }, { senderId: '600123' }, { baseUrl: 'http://127.0.0.1:9' }]) expect(new Msg91Sms(config(other)).identity).not.toBe(identity);
	});

	it.each([
		[{ authKey: '' }, /no Auth Key/],
		[{ variables: [{ name: 'mobiles', value: '$$city' }] }, /can be called "mobiles"/],
		[{ baseUrl: 'nonsense' }, /not a URL/],
	])('refuses %j', (extra, why) => expect(() => new Msg91Sms(config(extra))).toThrow(why));
});

describe('Msg91Sms.read', () => {
	const read = (status: number, body: unknown, headers = {}) => readAnswer(new Msg91Sms(config()), message, status, body, headers);

	it('sent: the request is the message', () => expect(read(200, { type: 'success', message: '3462616d6f6e' })).toEqual({ outcome: 'sent', providerId: '3462616d6f6e' }));

	it.each(['Invalid mobile', 'Invalid mobile number 12', 'invalid number', 'Mobile no. is invalid', 'mobiles not valid', 'Phone number is incorrect'])('recipient: %s', (text) => {
		for (const status of [200, 400]) expect(read(status, error(text))).toEqual({ outcome: 'recipient', reason: 'invalid_recipient', code: `http_${status}`, detail: text });
	});

	it.each([
		['Invalid authkey', 'auth'], ['Auth key is missing', 'auth'], ['Unauthorized', 'auth'], ['template id missing', 'request'], ['Flow id missing', 'request'], ['Invalid sender number', 'request'],
		['DLT template is invalid for this mobile', 'request'], ['Invalid number of variables', 'request'], ['Invalid number of recipients', 'request'], ['Something else', 'request'], ['', 'request'],
	])('refused: %j is %s', (text, kind) => {
		for (const status of [200, 400, 422]) expect(read(status, error(text))).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` });
	});

	it.each([
		[200, error('IP is blocked', { code: '418' }), 'auth', '418'],
		[200, error('IP is blocked', { code: 418 }), 'auth', '418'],
		[418, '', 'auth', 'http_418'],
		[401, error('Invalid mobile'), 'auth', 'http_401'],
		[403, '', 'auth', 'http_403'],
		[429, error('Invalid mobile'), 'transient', 'http_429'],
		[404, '<html>', 'request', 'http_404'],
		[400, error('template id missing', { code: '211' }), 'request', '211'],
	])('refused: HTTP %i %j is %s', (status, body, kind, code) => expect(read(status, body)).toMatchObject({ outcome: 'refused', kind, code }));

	it('hands on Retry-After', () => expect(read(429, error('Slow down'), { 'retry-after': '2' })).toMatchObject({ kind: 'transient', retryAfterMs: 2000 }));

	it.each([
		[500, error('Invalid mobile')], [503, error('template id missing')], [200, { type: 'success' }], [200, { type: 'success', message: '' }], [200, { message: '3462616d6f6e' }],
		[200, { type: 'pending', message: '3462616d6f6e' }], [500, { type: 'success', message: '3462616d6f6e' }], [200, '3462616d6f6e'],
	])('unknown: HTTP %i %j', (status, body) => expect(read(status, body)).toMatchObject({ outcome: 'unknown' }));
});

describeProviderContract('Msg91Sms', {
	make: (baseUrl, settings) => new Msg91Sms(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: { type: 'success', message: '3462616d6f6e' }, providerId: '3462616d6f6e' },
	secrets: [KEY],
	error,
});
