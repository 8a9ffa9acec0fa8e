import { TwilioSms, type TwilioConfig } from '../../../../engine/channels/sms/twilio';
import type { SmsMessage } from '../../../../engine/channels/provider';
import { sendOnce, readAnswer } from '../../../support/exchange';
import { startLoopback, type Answer } from '../../../support/loopback';
import { describeProviderContract } from '../../../support/provider-contract';

const SID = 'AC00000000000000000000000000000001';
const TOKEN = 'auth-token-0123456789';
const config = (extra: Partial<TwilioConfig> = {}): TwilioConfig => ({ label: 'Twilio EU', accountSid: SID, auth: { type: 'token', authToken: TOKEN }, from: '+15005550006', ...extra });
const message: SmsMessage = { to: '+14155552671', body: 'Hé & you? 100% 😀', messageId: 'm1', campaignId: 'c1' };
const error = (code: number, text = 'Something') => ({ code, message: text, more_info: `https://www.twilio.com/docs/errors/${code}`, status: 400 });

describe('TwilioSms.request', () => {
	it('posts a form to the account', () => {
		const request = new TwilioSms(config()).request(message);
		expect(request).toMatchObject({
			method: 'POST',
			url: `https://api.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`,
			headers: { Authorization: `Basic ${Buffer.from(`${SID}:${TOKEN}`).toString('base64')}`, 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
		});
		expect(Object.fromEntries(new URLSearchParams(request.body))).toEqual({ To: '+14155552671', From: '+15005550006', Body: message.body });
	});

	it.each([
		['a messaging service', { from: undefined, messagingServiceSid: 'MG1' }, { MessagingServiceSid: 'MG1' }],
		['a sender of its pool', { messagingServiceSid: 'MG1' }, { MessagingServiceSid: 'MG1', From: '+15005550006' }],
		['callback and validity', { statusCallback: 'https://n8n.example.com/x', validityPeriod: 600 }, { From: '+15005550006', StatusCallback: 'https://n8n.example.com/x?message_id=m1', ValidityPeriod: '600' }],
	])('with %s', (_name, extra, fields) => {
		const form = new URLSearchParams(new TwilioSms(config(extra)).request(message).body);
		expect(Object.fromEntries(form)).toEqual({ To: message.to, Body: message.body, ...fields });
	});

	it('signs in with an API key, the account staying in the path', () => {
		const { url, headers } = new TwilioSms(config({ auth: { type: 'apiKey', keySid: 'SK1', keySecret: 'key-secret' } })).request(message);
		expect(headers['Authorization']).toBe(`Basic ${Buffer.from('SK1:key-secret').toString('base64')}`);
		expect(url).toContain(SID);
	});

	it('uses another base URL', () => {
		expect(new TwilioSms(config({ baseUrl: 'https://api.dublin.ie1.twilio.com/' })).request(message).url).toBe(`https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`);
	});

	it.each([
		[{ from: undefined }, /needs a sender/],
		[{ accountSid: '' }, /no Account SID/],
		[{ baseUrl: 'nonsense' }, /not a URL/],
		[{ baseUrl: 'https://AC1:token@api.twilio.com' }, /more than scheme, host and path/],
	])('refuses %j', (extra, why) => expect(() => new TwilioSms(config(extra))).toThrow(why));

	it('masks the secret of an API key, too', () => {
		expect(new TwilioSms(config({ auth: { type: 'apiKey', keySid: 'SK1', keySecret: 'key-secret' } })).secrets).toContain('key-secret');
	});
});

describe('TwilioSms.read', () => {
	const provider = new TwilioSms(config());

	it.each([
		['queued', 201, { sid: 'SM1', status: 'queued', error_code: null }],
		['accepted by a messaging service', 201, { sid: 'SM1', status: 'accepted', from: null, messaging_service_sid: 'MG1' }],
	])('sent: %s', (_name, status, body) => expect(readAnswer(provider, message, status, body)).toEqual({ outcome: 'sent', providerId: 'SM1' }));

	it.each([
		[21211, 'invalid_recipient'], [21214, 'invalid_recipient'], [21217, 'invalid_recipient'], [21608, 'invalid_recipient'], [21610, 'unsubscribed'],
		[21612, 'invalid_recipient'], [21614, 'invalid_recipient'], [21265, 'invalid_recipient'], [21635, 'invalid_recipient'],
	])('recipient: %i is %s', (code, reason) => {
		expect(readAnswer(provider, message, 400, error(code, 'The number'))).toEqual({ outcome: 'recipient', reason, code: String(code), detail: 'The number' });
	});

	it.each([
		[401, 20003, 'auth'], [403, 20005, 'auth'], [404, 20404, 'request'], [400, 21212, 'request'], [400, 21606, 'request'], [400, 21603, 'request'], [400, 21604, 'request'],
		[400, 21602, 'request'], [400, 21617, 'request'], [400, 21408, 'request'], [400, 21701, 'request'], [400, 21703, 'request'], [404, 21705, 'request'], [400, 21609, 'request'],
		[400, 21619, 'request'], [400, 21620, 'request'], [429, 20429, 'transient'], [400, 21611, 'transient'], [429, 21611, 'transient'], [503, 20503, 'transient'],
		[400, 29999, 'request'], [422, 29999, 'request'], [429, 29999, 'transient'],
	])('refused: HTTP %i, code %i is %s', (status, code, kind) => {
		expect(readAnswer(provider, message, status, error(code))).toEqual({ outcome: 'refused', kind, code: String(code), detail: 'Something' });
	});

	it.each([
		[401, '', 'auth'],
		[400, '<html>Bad Request</html>', 'request'],
		[429, '', 'transient'],
		[415, '{}', 'request'],
		[404, '[]', 'request'],
	])('refused by the status alone: HTTP %i %j is %s', (status, body, kind) => {
		expect(readAnswer(provider, message, status, body)).toMatchObject({ outcome: 'refused', kind, code: `http_${status}` });
	});

	it('hands on Retry-After', () => {
		expect(readAnswer(provider, message, 429, error(20429), { 'retry-after': '2' })).toMatchObject({ kind: 'transient', retryAfterMs: 2000 });
	});

	it.each([
		[500, error(20500)], [201, { sid: '' }], [201, { sid: 7 }],
	])('unknown: HTTP %i %j', (status, body) => expect(readAnswer(provider, message, status, body)).toMatchObject({ outcome: 'unknown' }));

	it.each(['{"code":"__proto__"}', '{"code":{"a":1}}', '{"code":null,"message":7}', '{"code":"21211"}'])('survives %s', (body) => {
		expect(['refused', 'recipient']).toContain(readAnswer(provider, message, 400, body).outcome);
	});
});

describe('TwilioSms over a loopback server', () => {
	const against = async (answer: Answer) => {
		const server = await startLoopback((_seen, reply) => reply(answer));
		try {
			const result = await sendOnce(new TwilioSms(config({ baseUrl: server.url })), message);
			return { result, seen: server.seen };
		} finally {
			await server.close();
		}
	};

	it('is accepted', async () => {
		const { seen } = await against({ status: 201, body: { sid: 'SM1', status: 'queued' } });
		expect(seen).toMatchObject([{ method: 'POST', url: `/2010-04-01/Accounts/${SID}/Messages.json` }]);
		expect(new URLSearchParams(seen[0]?.body).get('Body')).toBe(message.body);
	});

	it.each([
		['too many requests', { status: 429, headers: { 'Retry-After': '30' }, body: error(20429) }, { outcome: 'failed', reason: 'provider_unavailable', transient: true, retryAfterMs: 30_000 }],
		['wrong credentials', { status: 401, body: error(20003, `Authenticate with ${TOKEN}`) }, { outcome: 'failed', reason: 'provider_auth', transient: true }],
		['a rejected message', { status: 400, body: error(21617) }, { outcome: 'failed', reason: 'provider_rejected', transient: false }],
		['an unsubscribed recipient', { status: 400, body: error(21610) }, { outcome: 'recipient', reason: 'unsubscribed' }],
		['500', { status: 500, body: error(20500) }, { outcome: 'unknown', code: '20500' }],
	])('%s', async (_name, answer, expected) => {
		const { result, seen } = await against(answer);
		expect(result).toMatchObject(expected);
		expect(seen).toHaveLength(1);
	});
});

describeProviderContract('TwilioSms', {
	make: (baseUrl, settings) => new TwilioSms(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 201, body: { sid: 'SM1', status: 'queued' }, providerId: 'SM1' },
	secrets: [TOKEN],
	error: (words) => error(21602, words),
});
