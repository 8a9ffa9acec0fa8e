import { createVerify } from 'node:crypto';

import { Fcm, type FcmConfig } from '../../../../engine/channels/push/fcm';
import type { PushMessage } from '../../../../engine/channels/push/message';
import { sendOnce, readAnswer } from '../../../support/exchange';
import { startLoopback, type Answer, type Loopback } from '../../../support/loopback';
import { describeProviderContract } from '../../../support/provider-contract';
import { fcmError, NOW, pushMessage, SERVICE_KEY, serviceAccount, startTokenServer, type TokenServer } from '../../../support/push';

let tokens: TokenServer;
beforeAll(async () => {
	tokens = await startTokenServer();
});
afterAll(async () => await tokens.close());

const config = (extra: Partial<FcmConfig> = {}): FcmConfig => ({ label: 'FCM', serviceAccount: serviceAccount(tokens?.url ?? 'http://127.0.0.1:9'), now: () => NOW, ...extra });
const message = pushMessage();
const sentBody = { name: 'projects/shop-1/messages/0:1' };
const bodyOf = async (over: Partial<PushMessage>) => {
	const request = await new Fcm(config()).request(pushMessage(over));
	return (JSON.parse(request.body as string) as { message: Record<string, unknown> }).message;
};

describe('Fcm.request', () => {
	it('posts to the project of the service account, with an access token', async () => {
		const { method, url, headers, body } = await new Fcm(config()).request(message);
		expect({ method, url, headers }).toEqual({
			method: 'POST',
			url: 'https://fcm.googleapis.com/v1/projects/shop-1/messages:send',
			headers: { Authorization: `Bearer ${tokens.given.at(-1)}`, 'Content-Type': 'application/json', Accept: 'application/json' },
		});
		expect(JSON.parse(body as string)).toEqual({
			message: {
				token: 'fcm-token-1',
				notification: { title: 'Still thinking?', body: 'Your cart is waiting' },
				data: { campaignId: 'c1', messageId: 'fp-1' },
				android: { priority: 'HIGH' },
				apns: { headers: { 'apns-priority': '10' }, payload: { aps: { alert: { title: 'Still thinking?', body: 'Your cart is waiting' } } } },
				webpush: { headers: { Urgency: 'high' } },
			},
		});
	});

	it('carries everything a message can say', async () => {
		const links = { android: 'shop://a', ios: 'shop://i', web: 'https://shop.example.com/w' };
		const all = await bodyOf({ image: 'https://x.example.com/i.png', links, data: { sku: '7' }, androidChannel: 'offers', priority: 'normal', badge: 2, sound: 'ping', ttlSeconds: 3600, collapseKey: 'cart' });
		expect(all).toMatchObject({
			notification: { image: 'https://x.example.com/i.png' },
			data: { sku: '7' },
			android: { priority: 'NORMAL', ttl: '3600s', collapse_key: 'cart', data: { sku: '7', deep_link: 'shop://a' }, notification: { channel_id: 'offers', sound: 'ping', notification_count: 2 } },
			apns: {
				headers: { 'apns-priority': '5', 'apns-expiration': String(NOW / 1000 + 3600), 'apns-collapse-id': 'cart' },
				payload: { aps: { badge: 2, sound: 'ping', 'mutable-content': 1 }, deep_link: 'shop://i' },
				fcm_options: { image: 'https://x.example.com/i.png' },
			},
			webpush: { headers: { TTL: '3600', Urgency: 'normal' }, fcm_options: { link: 'https://shop.example.com/w' } },
		});
	});

	it('leaves a web link out that FCM would refuse', async () => expect((await bodyOf({ links: { web: 'http://x.example.com' } })).webpush).toEqual({ headers: { Urgency: 'high' } }));

	it('asks iOS to try once when the time to live is none', async () => expect(await bodyOf({ ttlSeconds: 0 })).toMatchObject({ android: { ttl: '0s' }, apns: { headers: { 'apns-expiration': '0' } } }));

	it('with the CleverTap payload, Android gets data only', async () => {
		const built = await bodyOf({ cleverTap: true, links: { android: 'shop://a', ios: 'shop://i' }, data: { sku: '7' }, androidChannel: 'offers', ttlSeconds: 60, image: 'https://x.example.com/i.png', badge: 3, collapseKey: 'cart', sound: 'ping' });
		expect(built).not.toHaveProperty('notification');
		expect((built.android as Record<string, unknown>).notification).toBeUndefined();
		expect((built.android as Record<string, unknown>).data).toEqual({
			nt: 'Still thinking?', nm: 'Your cart is waiting', wzrk_bp: 'https://x.example.com/i.png', wzrk_dl: 'shop://a', wzrk_cid: 'offers', pr: 'high', wzrk_bc: '3',
			wzrk_sound: 'ping', wzrk_ttl: String(NOW / 1000 + 60), wzrk_ck: 'cart', wzrk_id: 'c1_20260302', wzrk_pid: 'fp-1', wzrk_dd: 'true', wzrk_pivot: 'wzrk_default',
			wzrk_pn: 'true', wzrk_rnv: 'true', campaignId: 'c1', messageId: 'fp-1', sku: '7',
		});
		expect(built).toMatchObject({ apns: { payload: { aps: { alert: { title: 'Still thinking?' } }, wzrk_dl: 'shop://i' } }, webpush: { notification: { title: 'Still thinking?' } } });
	});

	it('refuses what FCM would not take', async () => {
		await expect(new Fcm(config()).request(pushMessage({ body: 'é'.repeat(2100) }))).rejects.toMatchObject({ code: 'payload_too_large' });
	});

	it('shares its pace by project and account', () => {
		const { identity } = new Fcm(config());
		expect(new Fcm(config({ label: 'Other' })).identity).toBe(identity);
		for (const other of [{ serviceAccount: serviceAccount(tokens.url, { project_id: 'shop-2' }) }, { baseUrl: 'http://127.0.0.1:9' }]) expect(new Fcm(config(other)).identity).not.toBe(identity);
	});

	it.each([
		['', /no JSON/],
		['{', /no JSON/],
		[serviceAccount('https://x.example.com', { project_id: '' }), /no project_id/],
		[serviceAccount('https://x.example.com', { client_email: undefined }), /no client_email/],
		[serviceAccount('https://x.example.com', { private_key: 'nonsense' }), /no RSA key/],
		[serviceAccount('file:///etc/passwd'), /token_uri.*no URL/],
	])('refuses a service account that is none, and shows nothing of it', (account, why) => {
		expect(() => new Fcm(config({ serviceAccount: account }))).toThrow(why);
		expect(() => new Fcm(config({ serviceAccount: account }))).not.toThrow(/nonsense/);
	});
});

describe('Fcm.read', () => {
	const read = (status: number, body: unknown, headers = {}) => readAnswer(new Fcm(config()), message, status, body, headers);

	it('sent: a name', () => expect(read(200, sentBody)).toEqual({ outcome: 'sent', providerId: 'projects/shop-1/messages/0:1' }));

	it.each([
		['UNREGISTERED', 404, fcmError('UNREGISTERED', 'NOT_FOUND'), { reason: 'user_not_reachable', code: 'UNREGISTERED' }],
		['of another project', 403, fcmError('SENDER_ID_MISMATCH', 'PERMISSION_DENIED'), { reason: 'invalid_recipient', code: 'SENDER_ID_MISMATCH', mayBeSettings: true }],
		['not found, without a word of FCM', 404, fcmError(undefined, 'NOT_FOUND'), { reason: 'user_not_reachable', code: 'NOT_FOUND', mayBeSettings: true }],
		['no token, by its words', 400, fcmError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'The registration token is not a valid FCM registration token'), { reason: 'invalid_recipient', code: 'INVALID_ARGUMENT' }],
		['no token, by the field', 400, fcmError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'Bad', [{ '@type': 'x', fieldViolations: [{ field: 'message.token' }] }]), { reason: 'invalid_recipient' }],
	])('recipient: %s', (_name, status, body, outcome) => expect(read(status, body)).toMatchObject({ outcome: 'recipient', ...outcome }));

	it('an app that was removed is certain', () => expect(read(404, fcmError('UNREGISTERED', 'NOT_FOUND'))).not.toHaveProperty('mayBeSettings'));

	it.each([
		['a bad payload', 400, fcmError('INVALID_ARGUMENT', 'INVALID_ARGUMENT'), 'request', 'INVALID_ARGUMENT'],
		['a bad payload, by status', 400, fcmError(undefined, 'INVALID_ARGUMENT'), 'request', 'INVALID_ARGUMENT'],
		['the APNs key in Firebase', 401, fcmError('THIRD_PARTY_AUTH_ERROR', 'UNAUTHENTICATED'), 'request', 'THIRD_PARTY_AUTH_ERROR'],
		['no permission', 403, fcmError(undefined, 'PERMISSION_DENIED'), 'auth', 'PERMISSION_DENIED'],
		['too many', 429, fcmError('QUOTA_EXCEEDED', 'RESOURCE_EXHAUSTED'), 'transient', 'QUOTA_EXCEEDED'],
		['unavailable', 503, fcmError('UNAVAILABLE', 'UNAVAILABLE'), 'transient', 'UNAVAILABLE'],
		['unavailable, by status', 503, fcmError(undefined, 'UNAVAILABLE'), 'transient', 'UNAVAILABLE'],
		['internal', 500, fcmError('INTERNAL', 'INTERNAL'), 'transient', 'INTERNAL'],
		['a path that is none', 404, '<html>', 'request', 'http_404'],
	])('refused: %s', (_name, status, body, kind, code) => expect(read(status, body)).toMatchObject({ outcome: 'refused', kind, code }));

	const quota = (...violations: unknown[]) => fcmError('QUOTA_EXCEEDED', 'RESOURCE_EXHAUSTED', 'Too many', [{ '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations }]);
	it.each<[string, unknown, boolean]>([
		['of a device, by the subject', quota({ subject: 'device:abc', description: 'Too many' }), true],
		['of a device, by the words', quota({ description: 'Device message rate exceeded' }), true],
		['of the project', quota({ subject: 'project:shop-1', description: 'Message rate exceeded' }), false],
		['of whom it does not say', fcmError('QUOTA_EXCEEDED', 'RESOURCE_EXHAUSTED', 'Device?'), false],
		['in no form we know', quota('device', null, { subject: ['device'] }), false],
	])('a quota %s', (_name, body, aboutRecipient) => {
		const found = read(429, body);
		expect(found).toMatchObject({ outcome: 'refused', kind: 'transient', code: 'QUOTA_EXCEEDED' });
		expect('aboutRecipient' in found).toBe(aboutRecipient);
	});

	it('hands on Retry-After', () => expect(read(503, fcmError('UNAVAILABLE', 'UNAVAILABLE'), { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7000 }));

	it.each([
		['internal, not FCM\'s', 500, fcmError(undefined, 'INTERNAL'), 'INTERNAL'],
		['an error it has no name for', 400, fcmError('UNSPECIFIED_ERROR', 'X'), 'UNSPECIFIED_ERROR'],
		['accepted, says a failing server', 502, sentBody, 'http_502'],
		['a name that every object has', 500, fcmError('constructor', 'toString'), 'constructor'],
	])('unknown: %s', (_name, status, body, code) => expect(read(status, body)).toMatchObject({ outcome: 'unknown', code }));
});

describe('the access token', () => {
	let server: TokenServer;
	let fcm: Loopback;
	let says: (nth: number) => Answer;
	let now = NOW;
	const provider = (label = 'FCM') => new Fcm({ label, serviceAccount: serviceAccount(server.url), baseUrl: fcm.url, now: () => now });
	const send = async (label?: string) => await sendOnce(provider(label), pushMessage());
	const used = () => fcm.seen.map(({ headers }) => headers.authorization);
	beforeEach(async () => {
		now = NOW;
		server = await startTokenServer();
		says = () => ({ status: 200, body: sentBody });
		fcm = await startLoopback((_seen, answer) => answer(says(fcm.seen.length)));
	});
	afterEach(async () => {
		await server.close();
		await fcm.close();
	});

	it('is exchanged for a signed assertion', async () => {
		await send();
		const form = new URLSearchParams(server.seen[0]?.body);
		expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
		const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
		const json = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
		expect(json(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
		expect(json(claims)).toEqual({ iss: 'push@shop-1.example.com', scope: 'https://www.googleapis.com/auth/firebase.messaging', aud: 'https://oauth2.googleapis.com/token', iat: NOW / 1000, exp: NOW / 1000 + 3600 });
		expect(createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(SERVICE_KEY.publicKey, signature, 'base64url')).toBe(true);
	});

	it('is kept for all nodes of the process, and until five minutes before its end', async () => {
		await Promise.all([send(), send('Another'), send()]);
		now = NOW + 3_298_000;
		await send();
		expect(server.given).toHaveLength(1);
		now = NOW + 3_299_000;
		await send();
		expect(server.given).toHaveLength(2);
		expect(new Set(used())).toEqual(new Set(server.given.map((token) => `Bearer ${token}`)));
	});

	it('that is refused is exchanged anew, once', async () => {
		says = (nth) => (nth === 1 ? { status: 401, body: fcmError(undefined, 'UNAUTHENTICATED') } : { status: 200, body: sentBody });
		expect(await send()).toMatchObject({ outcome: 'sent', attempts: [{ outcome: 'refused', code: 'http_401' }, { outcome: 'sent' }] });
		expect(used()).toEqual(server.given.map((token) => `Bearer ${token}`));
		expect(server.given).toHaveLength(2);
	});

	it('that is refused twice is about the account', async () => {
		says = () => ({ status: 401, body: fcmError(undefined, 'UNAUTHENTICATED') });
		expect(await send()).toMatchObject({ outcome: 'failed', reason: 'provider_auth', transient: true });
		expect(fcm.seen).toHaveLength(2);
	});

	it('one that others have renewed meanwhile is not thrown away', async () => {
		const refused = { status: 401, headers: {}, body: JSON.stringify(fcmError(undefined, 'UNAUTHENTICATED')) };
		const [one, two] = [provider(), provider()];
		const messages = [pushMessage(), pushMessage()] as const;
		await one.request(messages[0]);
		await two.request(messages[1]);
		one.read(refused, messages[0]);
		await one.request(messages[0]);
		two.read(refused, messages[1]);
		await two.request(messages[1]);
		expect(server.given).toHaveLength(2);
	});

	it.each([
		['revoked key', { status: 400, body: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }, 'provider_auth', 'token_invalid_grant', /Invalid JWT/],
		['broken server', { status: 500, body: 'oops' }, 'provider_unavailable', 'token_http_500', /HTTP 500/],
		['busy server', { status: 429, headers: { 'Retry-After': '9' } }, 'provider_unavailable', 'token_http_429', /HTTP 429/],
		['answer that is none', { status: 200, body: '{}' }, 'provider_unavailable', 'token_unreadable', /could not be read/],
	])('refused by a %s: nothing has left, and it is not asked again at once', async (_name, answer, reason, code, words) => {
		await server.close();
		server = await startTokenServer(() => answer);
		const result = await send();
		expect(result).toMatchObject({ outcome: 'failed', reason, transient: true, attempts: [{ outcome: 'refused', code, detail: expect.stringMatching(words) }] });
		await send();
		expect(server.seen).toHaveLength(1);
		now += 10_000;
		await send();
		expect(server.seen).toHaveLength(2);
		expect(fcm.seen).toEqual([]);
	});

	it('a pause of days is not believed', async () => {
		await server.close();
		server = await startTokenServer((nth) => (nth === 1 ? { status: 429, headers: { 'Retry-After': '900000' } } : undefined));
		await send();
		now += 3_599_999;
		expect(await send()).toMatchObject({ outcome: 'failed' });
		expect(server.seen).toHaveLength(1);
		now += 1;
		expect(await send()).toMatchObject({ outcome: 'sent' });
	});

	it('from a server that is not there, or does not answer, neither', async () => {
		await server.close();
		expect(await send()).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ code: 'token_connect' }] });
		server = await startTokenServer();
		const silent = await startLoopback(() => undefined);
		const provider = new Fcm({ label: 'FCM', serviceAccount: serviceAccount(silent.url), baseUrl: fcm.url, now: () => now, timeoutMs: 100 });
		expect(await sendOnce(provider, pushMessage())).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ code: 'token_timeout' }] });
		await silent.close();
		expect(fcm.seen).toEqual([]);
	});

	it('does not show, nor does the assertion', async () => {
		says = () => ({ status: 403, body: fcmError(undefined, 'PERMISSION_DENIED', `No: ${used().at(-1)}`) });
		expect(JSON.stringify(await send())).not.toContain(server.given[0]);
		await server.close();
		server = await startLoopback(({ body }, answer) => answer({ status: 400, body: { error: 'invalid_grant', error_description: new URLSearchParams(body).get('assertion') } })) as TokenServer;
		const result = await send();
		expect(JSON.stringify(result)).toContain('***');
		expect(JSON.stringify(result)).not.toContain(new URLSearchParams(server.seen[0]?.body).get('assertion')?.slice(0, 60));
	});
});

describeProviderContract('Fcm', {
	make: (baseUrl, settings) => new Fcm(config({ baseUrl, ...settings })),
	message,
	accepted: { status: 200, body: sentBody, providerId: sentBody.name },
	secrets: [SERVICE_KEY.privateKey],
	error: (words) => fcmError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', words),
});
