import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { PushMessage } from '../../../../engine/channels/push/message';
import { WebPush, type WebPushConfig } from '../../../../engine/channels/push/web-push';
import { attemptGroup } from '../../../../engine/delivery/attempt';
import { attemptOptions, readAnswer, sendOnce } from '../../../support/exchange';
import { describeProviderContract } from '../../../support/provider-contract';
import { pushMessage } from '../../../support/push';
import { AUTH, BROWSER, claimsOf, decrypt, makeKeys, subscription, VAPID } from '../../../support/web-push';

const SERVICE = 'https://updates.push.services.mozilla.com/wpush/v2/abc';
const config = (extra: Partial<WebPushConfig> = {}): WebPushConfig => ({ label: 'Web', ...VAPID, subject: 'mailto:push@example.com', ...extra });
const message = (over: Partial<PushMessage> = {}) => pushMessage({ device: subscription(SERVICE), ...over });
const built = (over: Partial<PushMessage> = {}, extra: Partial<WebPushConfig> = {}) => new WebPush(config(extra)).request(message(over));
const read = (bytes: Buffer | undefined) => JSON.parse(decrypt(bytes as Buffer, BROWSER, AUTH)) as unknown;

it('the decryption of these tests gives the plaintext of RFC 8291, appendix A', () => {
	const vector = 'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN';
	const browser = { publicKey: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4', privateKey: 'q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94' };
	expect(decrypt(Buffer.from(vector, 'base64url'), browser, 'BTBZMqHH6r4Tts7J_aSIgg')).toBe('When I grow up, I want to be a watermelon');
});

describe('WebPush.request', () => {
	it('posts to the subscription what only the browser can read', () => {
		const { method, url, headers, bytes } = built();
		expect({ method, url }).toEqual({ method: 'POST', url: SERVICE });
		expect(headers).toMatchObject({ TTL: '2419200', Urgency: 'high', 'Content-Encoding': 'aes128gcm', 'Content-Type': 'application/octet-stream', 'Content-Length': String((bytes as Buffer).length) });
		expect(read(bytes)).toEqual({ title: 'Still thinking?', body: 'Your cart is waiting', data: { campaignId: 'c1', messageId: 'fp-1' } });
		expect(() => decrypt(bytes as Buffer, makeKeys(), AUTH)).toThrow();
		expect(built().bytes).not.toEqual(bytes);
	});

	it('signs itself for that push service alone', () => {
		const [, jwt = '', key] = /^vapid t=([^,]+), k=(.+)$/.exec(built().headers.Authorization ?? '') ?? [];
		expect(key).toBe(VAPID.publicKey);
		const { header, claims } = claimsOf(jwt, VAPID.publicKey);
		expect(header).toEqual({ typ: 'JWT', alg: 'ES256' });
		expect(claims).toEqual({ aud: 'https://updates.push.services.mozilla.com', sub: 'mailto:push@example.com', exp: expect.any(Number) });
		const hours = (Number(claims.exp) * 1000 - Date.now()) / 3_600_000;
		expect(hours).toBeGreaterThan(1);
		expect(hours).toBeLessThanOrEqual(24);
	});

	it('shows each push service one signature, and another after an hour', () => {
		const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
		const provider = new WebPush(config());
		const shown = (token: string) => provider.request(message({ device: subscription(token) })).headers.Authorization ?? '';
		const first = shown(SERVICE);
		expect(shown(`${SERVICE}/other`)).toBe(first);
		const other = shown('https://web.push.apple.com/abc');
		expect(claimsOf(other.slice('vapid t='.length).split(',')[0] ?? '', VAPID.publicKey).claims).toMatchObject({ aud: 'https://web.push.apple.com' });
		clock.mockReturnValue(1_000 + 3_599_000);
		expect(shown(SERVICE)).toBe(first);
		clock.mockReturnValue(1_000 + 3_600_000);
		expect(shown(SERVICE)).not.toBe(first);
		clock.mockRestore();
	});

	it('carries everything a message can say', () => {
		const { headers, bytes } = built({ image: 'https://x.example.com/i.png', links: { web: 'https://shop.example.com/ü', ios: 'shop://i' }, data: { sku: '7' }, badge: 2, priority: 'normal', ttlSeconds: 0, collapseKey: 'cart-1' });
		expect(headers).toMatchObject({ TTL: '0', Urgency: 'normal', Topic: 'cart-1' });
		expect(read(bytes)).toEqual({ title: 'Still thinking?', body: 'Your cart is waiting', image: 'https://x.example.com/i.png', url: 'https://shop.example.com/ü', tag: 'cart-1', badge: 2, data: { sku: '7', campaignId: 'c1', messageId: 'fp-1' } });
	});

	it('makes a topic of any collapse key, always the same', () => {
		const topic = (collapseKey: string) => built({ collapseKey }).headers.Topic;
		expect(topic('A cart!')).toMatch(/^[\w-]{32}$/);
		expect(topic('A cart!')).toBe(topic('A cart!'));
		expect(topic('A cart!')).not.toBe(topic('A cart?'));
	});

	it('takes the longest payload there is in one record, and no longer', () => {
		const room = 3993 - Buffer.byteLength(JSON.stringify({ title: 'Still thinking?', body: '', data: { campaignId: 'c1', messageId: 'fp-1' } }));
		const { bytes } = built({ body: 'x'.repeat(room) });
		expect(bytes).toHaveLength(4096);
		expect(read(bytes)).toMatchObject({ body: 'x'.repeat(room) });
		expect(() => built({ body: 'x'.repeat(room + 1) })).toThrow(expect.objectContaining({ code: 'payload_too_large' }));
	});

	it.each([
		['http', 'http://updates.push.services.mozilla.com/x'],
		['a file', 'file:///etc/passwd'],
		['a password', 'https://user:secret@push.example.com/'],
		['words', 'my token'],
	])('refuses an endpoint with %s', (_name, token) => expect(() => built({ device: subscription(token) })).toThrow(/no https address/));

	it.each([
		[{ p256dh: 'AAAA', auth: AUTH }],
		[{ p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: AUTH }],
		[{ p256dh: BROWSER.publicKey, auth: 'x' }],
		[undefined],
	])('refuses keys that no browser makes: %j', (keys) => expect(() => built({ device: { kind: 'webpush', token: SERVICE, keys } })).toThrow(expect.objectContaining({ code: 'webpush_keys' })));

	it.each([
		[{ publicKey: '' }, /no public key/],
		[{ privateKey: ' ' }, /no private key/],
		[{ privateKey: 'c2hvcnQ' }, /private VAPID key.*32 bytes/],
		[{ publicKey: makeKeys().publicKey }, /not a pair/],
		[{ privateKey: Buffer.alloc(32).toString('base64url') }, /not a pair/],
		[{ subject: '' }, /no Subject/],
		[{ subject: 'push@example.com' }, /neither a mailto/],
	])('refuses the credential with %j, and shows no key', (extra, why) => {
		expect(() => new WebPush(config(extra))).toThrow(why);
		expect(() => new WebPush(config(extra))).not.toThrow(VAPID.privateKey);
	});
});

describe('WebPush.read', () => {
	const answer = (status: number, headers = {}, body: unknown = '') => readAnswer(new WebPush(config()), message(), status, body, headers);
	/** What a provider says of one status, at an endpoint. */
	const says = (provider: WebPush, status: number, endpoint = SERVICE) => readAnswer(provider, message({ device: subscription(endpoint) }), status);
	/** Whose keys no push service of this process has seen. */
	const unproven = () => new WebPush(config(makeKeys()));

	it.each([200, 201, 202, 204])('sent: %i, with the address of the message', (status) => {
		expect(answer(status, { location: 'https://push.example.com/m/1' })).toEqual({ outcome: 'sent', providerId: 'https://push.example.com/m/1' });
		expect(answer(status)).toEqual({ outcome: 'sent', providerId: null });
	});

	it.each([404, 410])('a dead device: %i', (status) => expect(answer(status)).toMatchObject({ outcome: 'recipient', reason: 'user_not_reachable', code: `http_${status}` }));

	it.each([[400, 'request'], [401, 'auth'], [403, 'auth'], [413, 'request'], [429, 'transient'], [301, 'request']])('refused: %i is %s', (status, kind) => expect(says(unproven(), status)).toMatchObject({ outcome: 'refused', kind }));

	describe.each([401, 403])('%i', (status) => {
		const recipient = { outcome: 'recipient', reason: 'invalid_recipient', code: `http_${status}`, mayBeSettings: true };

		it('is about the subscription once the push service has taken a message under the key', () => {
			const provider = unproven();
			says(provider, 201);
			expect(says(provider, status)).toMatchObject(recipient);
			expect(says(unproven(), status)).toMatchObject({ outcome: 'refused', kind: 'auth' });
		});

		it('is about the key while only another push service has taken one', () => {
			const provider = unproven();
			says(provider, 201);
			expect(says(provider, status, 'https://web.push.apple.com/x')).toMatchObject({ outcome: 'refused', kind: 'auth' });
		});

		it('of an endpoint that is no push service we know is about the subscription, and its word proves nothing', () => {
			const provider = unproven();
			expect(says(provider, status, 'https://evil.example.com/x')).toMatchObject(recipient);
			says(provider, 201, 'https://evil.example.com/x');
			expect(says(provider, status)).toMatchObject({ outcome: 'refused', kind: 'auth' });
		});
	});

	it.each([500, 502, 503])('unknown: %i', (status) => expect(answer(status)).toMatchObject({ outcome: 'unknown', code: `http_${status}` }));

	it('lets a push service say when to come again, and nobody else', () => {
		expect(answer(429, { 'retry-after': '60' })).toMatchObject({ retryAfterMs: 60_000 });
		const own = readAnswer(new WebPush(config()), message({ device: subscription('https://push.services.mozilla.com.evil.example/x') }), 429, '', { 'retry-after': '3600' });
		expect(own).toMatchObject({ outcome: 'refused', kind: 'transient' });
		expect(own).not.toHaveProperty('retryAfterMs');
	});

	it('a server that repeats the signature does not bring it into the outcome', () => {
		const provider = new WebPush(config());
		const one = message();
		const { Authorization = '' } = provider.request(one).headers;
		expect(JSON.stringify(readAnswer(provider, one, 400, Authorization))).not.toContain(Authorization.slice(8, 60));
	});
});

it('an endpoint that fails does not keep others from being asked', async () => {
	const provider = new WebPush(config());
	const asked: string[] = [];
	const transport = {
		send: async ({ url }: { url: string }) => {
			asked.push(url);
			return url === SERVICE ? { kind: 'response' as const, response: { status: 201, headers: {}, body: '' } } : { kind: 'unknown' as const, code: 'timeout', detail: 'no answer' };
		},
	};
	const { options, close } = attemptOptions<PushMessage>({ transport });
	const send = async (endpoint: string) => await attemptGroup([provider], message({ device: subscription(endpoint) }), options);
	for (let count = 0; count < 5; count++) await send(`https://evil.example.com/${count}`);
	expect(await send('https://evil.example.com/6')).toMatchObject({ outcome: 'failed', attempts: [{ code: 'circuit_open' }] });
	expect(await send(SERVICE)).toMatchObject({ outcome: 'sent' });
	expect(asked).toHaveLength(6);
	close();
});

describe('WebPush over the network', () => {
	it('what arrives is byte for byte what was encrypted', async () => {
		const got: Buffer[] = [];
		const server = createServer((request, response) => {
			request.on('data', (chunk: Buffer) => got.push(chunk));
			request.on('end', () => response.writeHead(201, { Location: '/m/1' }).end());
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
		const result = await sendOnce(new WebPush(config({ allowPrivate: true })), message({ device: subscription(url), body: 'naïve 😀' }));
		expect(result).toMatchObject({ outcome: 'sent', providerId: '/m/1' });
		expect(read(Buffer.concat(got))).toMatchObject({ body: 'naïve 😀' });
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});

	it.each(['https://127.0.0.1:9/x', 'https://[::1]:9/x', 'https://10.0.0.1/x', 'https://localhost:9/x'])('an endpoint at %s is refused without being asked', async (token) => {
		expect(await sendOnce(new WebPush(config()), message({ device: subscription(token) }))).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient', code: 'private_address', attempts: [{ code: 'private_address' }] });
	});

	it.each([
		['no https endpoint', subscription('http://updates.push.services.mozilla.com/x'), 'webpush_endpoint'],
		['an endpoint that is no address', subscription('x'), 'webpush_endpoint'],
		['keys that no browser makes', { ...subscription(SERVICE), keys: { p256dh: 'AAAA', auth: AUTH } }, 'webpush_keys'],
	])('a subscription with %s is an invalid recipient', async (_name, device, code) => {
		expect(await sendOnce(new WebPush(config()), message({ device }))).toMatchObject({ outcome: 'recipient', reason: 'invalid_recipient', code });
	});
});

/** Sends to an endpoint of the server at hand instead of that of the message. */
class At extends WebPush {
	readonly #url: string;

	constructor(baseUrl: string, settings?: object) {
		super(config({ allowPrivate: true, ...settings }));
		this.#url = `${baseUrl}/push/1`;
	}

	override request(one: PushMessage) {
		return super.request(Object.assign(one, { device: subscription(this.#url) }));
	}
}

describeProviderContract('WebPush', {
	make: (baseUrl, settings) => new At(baseUrl, settings),
	message: message(),
	accepted: { status: 201, headers: { Location: 'https://push.example.com/m/1' }, body: '', providerId: 'https://push.example.com/m/1' },
	statusAlone: true,
	secrets: [VAPID.privateKey],
});
