import { hash } from 'node:crypto';
import type { ServerHttp2Stream } from 'node:http2';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { inspect } from 'node:util';

import { attemptGroup } from '../../../../engine/delivery/attempt';
import { Apns, type ApnsConfig } from '../../../../engine/channels/push/apns';
import type { PushMessage } from '../../../../engine/channels/push/message';
import type { Device } from '../../../../engine/people/records';
import { accept, answer, APNS_KEY, startApns, type ApnsServer } from '../../../support/apns-server';
import { attemptOptions, sendOnce } from '../../../support/exchange';
import { closedPort, startTcp } from '../../../support/loopback';
import { NOW, pushMessage } from '../../../support/push';
import { TEST_TLS } from '../../../support/test-tls';
import { claimsOf } from '../../../support/web-push';

const DEVICE: Device = { kind: 'apns', token: 'a1b2c3', seenAt: 1 };
let server: ApnsServer;
let now = NOW;
let keyId = 0;
afterEach(async () => await server?.close());
beforeEach(() => {
	now = NOW;
	keyId += 1;
});

/** A key ID of its own for each test: tokens and connections are kept for the process. */
const config = (baseUrl: string, extra: Partial<ApnsConfig> = {}): ApnsConfig => ({
	label: 'APNs', keyId: `KEY${keyId}`, teamId: 'TEAM123456', privateKey: APNS_KEY.pem, topic: 'com.example.shop', environment: 'sandbox', baseUrl, ca: TEST_TLS.cert, now: () => now, ...extra,
});
const message = (over: Partial<PushMessage> = {}) => pushMessage({ device: DEVICE, ...over });
const send = async (extra?: Partial<ApnsConfig>, over?: Partial<PushMessage>) => await sendOnce(new Apns(config(server.url, extra)), message(over));
const tokenOf = (index: number) => String(server.seen[index]?.headers.authorization).replace('bearer ', '');

/** Carries bytes to a server. From `cut` on, connections made before lose them, as behind a router that has forgotten them. */
async function startWire(to: string) {
	const alive = new Set<Socket>();
	const { port } = new URL(to);
	const wire = createServer((near) => {
		const far = connect(Number(port), '127.0.0.1');
		alive.add(near);
		near.on('error', () => far.destroy());
		far.on('error', () => near.destroy());
		near.on('data', (chunk) => void (alive.has(near) && far.write(chunk)));
		far.on('data', (chunk) => void (alive.has(near) && near.write(chunk)));
		near.on('close', () => far.destroy());
	});
	await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
	const sockets: Socket[] = [];
	wire.on('connection', (socket) => sockets.push(socket));
	return {
		url: `http://127.0.0.1:${(wire.address() as AddressInfo).port}`,
		cut: () => alive.clear(),
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise<void>((resolve) => wire.close(() => resolve()));
		},
	};
}

describe('a request to APNs', () => {
	it('names device, app and message, and is signed', async () => {
		server = await startApns(accept);
		const result = await send();
		const [one] = server.seen;
		const id = one?.headers['apns-id'];
		expect(result).toMatchObject({ outcome: 'sent', providerId: id });
		expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
		expect(one?.headers).toMatchObject({ ':method': 'POST', ':path': '/3/device/a1b2c3', 'apns-topic': 'com.example.shop', 'apns-push-type': 'alert', 'apns-priority': '10' });
		expect(JSON.parse(one?.body ?? '')).toEqual({ aps: { alert: { title: 'Still thinking?', body: 'Your cart is waiting' } }, campaignId: 'c1', messageId: 'fp-1' });
		expect(claimsOf(tokenOf(0), APNS_KEY.point)).toEqual({ header: { alg: 'ES256', kid: `KEY${keyId}` }, claims: { iss: 'TEAM123456', iat: NOW / 1000 } });
	});

	it('carries everything a message can say', async () => {
		server = await startApns(accept);
		await send({}, { image: 'https://x.example.com/i.png', links: { ios: 'shop://i', android: 'shop://a' }, data: { sku: '7' }, badge: 0, sound: 'ping', priority: 'normal', ttlSeconds: 60, collapseKey: 'cart' });
		expect(server.seen[0]?.headers).toMatchObject({ 'apns-priority': '5', 'apns-expiration': String(NOW / 1000 + 60), 'apns-collapse-id': 'cart' });
		expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({ aps: { badge: 0, sound: 'ping', 'mutable-content': 1 }, sku: '7', deep_link: 'shop://i', image: 'https://x.example.com/i.png' });
	});

	it.each([['spring sale-1', 'spring sale-1'], ['новости', hash('sha256', 'новости', 'base64url')], [' cart ', hash('sha256', ' cart ', 'base64url')], ['a\nb', hash('sha256', 'a\nb', 'base64url')]])('takes the collapse key %j, as %s', async (collapseKey, expected) => {
		server = await startApns(accept);
		await send({}, { collapseKey });
		expect(server.seen[0]?.headers['apns-collapse-id']).toBe(expected);
	});

	it('is the same message on every attempt, and another for another device', async () => {
		server = await startApns(accept);
		await send();
		await send();
		await send({}, { device: { ...DEVICE, token: '../../other' } });
		const ids = server.seen.map(({ headers }) => headers['apns-id']);
		expect(ids[1]).toBe(ids[0]);
		expect(ids[2]).not.toBe(ids[0]);
		expect(server.seen[2]?.headers[':path']).toBe('/3/device/..%2F..%2Fother');
	});

	it('that is too large is not made', async () => {
		server = await startApns(accept);
		expect(await send({}, { body: 'x'.repeat(4_100) })).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'payload_too_large' }] });
		expect(server.seen).toEqual([]);
	});

	it('goes without TLS to a mock', async () => {
		server = await startApns(accept, { tls: false });
		expect(await send()).toMatchObject({ outcome: 'sent' });
	});
});

describe('what APNs answers', () => {
	const says = async (status: number, reason?: string, more: object = {}, headers = {}) => {
		server = await startApns((_request, stream) => answer(stream, status, reason === undefined ? undefined : { reason, ...more }, headers));
		return await send();
	};

	it.each([
		[410, 'Unregistered', { timestamp: 1_700_000_000_000 }, { goneSince: 1_700_000_000_000 }],
		[410, 'ExpiredToken', {}, {}],
		[400, 'BadDeviceToken', {}, { mayBeSettings: true }],
	])('%i %s: the device is dead', async (status, reason, more, found) => expect(await says(status, reason, more)).toMatchObject({ outcome: 'recipient', reason: 'user_not_reachable', code: reason, ...found }));

	it.each([
		['DeviceTokenNotForTopic', { mayBeSettings: true }],
		['MissingDeviceToken', {}],
	])('400 %s: an invalid recipient', async (reason, found) => expect(await says(400, reason)).toEqual(expect.objectContaining({ outcome: 'recipient', reason: 'invalid_recipient', code: reason, ...found })));

	it.each([[400, 'MissingDeviceToken'], [410, 'Unregistered'], [410, 'ExpiredToken']])('%i %s: no other provider knows better', async (status, reason) => expect(await says(status, reason)).not.toHaveProperty('mayBeSettings'));

	it.each([
		...['BadCollapseId', 'BadExpirationDate', 'BadMessageId', 'BadPriority', 'BadTopic', 'DuplicateHeaders', 'InvalidPushType', 'MissingTopic', 'PayloadEmpty', 'TopicDisallowed'].map((reason) => [400, reason] as const),
		[413, 'PayloadTooLarge'], [404, 'BadPath'], [405, 'MethodNotAllowed'], [400, 'SomethingNew'],
	] as Array<[number, string]>)('%i %s: refused for the request', async (status, reason) => expect(await says(status, reason)).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: reason, refusal: 'request' }] }));

	it.each(['BadCertificate', 'BadCertificateEnvironment', 'InvalidProviderToken', 'MissingProviderToken', 'Forbidden', 'UnrelatedKeyIdInToken', 'SomethingNew'])('403 %s: refused for the account', async (reason) =>
		expect(await says(403, reason)).toMatchObject({ outcome: 'failed', reason: 'provider_auth', attempts: [{ code: reason }] }));

	it.each([[400, 'IdleTimeout'], [429, 'TooManyProviderTokenUpdates'], [429, 'TooManyRequests'], [500, 'InternalServerError'], [503, 'ServiceUnavailable'], [503, 'Shutdown']])('%i %s: refused for now', async (status, reason) =>
		expect(await says(status, reason, {}, { 'retry-after': '4' })).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', retryAfterMs: 4_000, attempts: [{ code: reason }] }));

	it.each([['TooManyRequests', 'sent'], ['TooManyProviderTokenUpdates', 'failed']])('429 %s: the next device is %s', async (reason, outcome) => {
		server = await startApns((request, stream, session) => (server.seen.length === 1 ? answer(stream, 429, { reason }, { 'retry-after': '60' }) : accept(request, stream, session)));
		const { options, close } = attemptOptions<PushMessage>();
		const provider = new Apns(config(server.url));
		expect(await attemptGroup([provider], message(), options)).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', retryAfterMs: 60_000 });
		expect(await attemptGroup([provider], message(), options)).toMatchObject({ outcome });
		close();
	});

	it.each([[500, 'SomethingNew'], [502, undefined], [503, 'constructor'], [204, undefined]])('%i %s: unknown', async (status, reason) => expect(await says(status, reason)).toMatchObject({ outcome: 'unknown' }));
});

describe('the token of the sender', () => {
	it('is reused for 50 minutes', async () => {
		server = await startApns(accept);
		for (const minutes of [0, 19, 49]) {
			now = NOW + minutes * 60_000;
			await send({ label: `APNs ${minutes}` });
		}
		expect(new Set([0, 1, 2].map(tokenOf)).size).toBe(1);
		now = NOW + 50 * 60_000;
		await send();
		expect(tokenOf(3)).not.toBe(tokenOf(2));
		expect(claimsOf(tokenOf(3), APNS_KEY.point).claims.iat).toBe(now / 1000);
	});

	it('that has expired is made anew, and the message sent', async () => {
		server = await startApns((request, stream, session) => (server.seen.length === 2 ? answer(stream, 403, { reason: 'ExpiredProviderToken' }) : accept(request, stream, session)));
		await send();
		now += 21 * 60_000;
		expect(await send()).toMatchObject({ outcome: 'sent', attempts: [{ outcome: 'refused', code: 'ExpiredProviderToken' }, { outcome: 'sent' }] });
		expect(tokenOf(1)).toBe(tokenOf(0));
		expect(tokenOf(2)).not.toBe(tokenOf(1));
	});

	it('that is refused as expired when it is young is not made anew: a clock is wrong', async () => {
		server = await startApns((_request, stream) => answer(stream, 403, { reason: 'ExpiredProviderToken' }));
		expect(await send()).toMatchObject({ outcome: 'failed', reason: 'provider_auth', attempts: [{ detail: expect.stringContaining('clock of this machine') }] });
		expect(server.seen).toHaveLength(1);
		now += 21 * 60_000;
		expect(await send()).toMatchObject({ outcome: 'failed', reason: 'provider_auth' });
		expect(server.seen).toHaveLength(3);
	});
});

describe('the connection', () => {
	const slowly = (stream: ServerHttp2Stream) => setTimeout(() => stream.destroyed || answer(stream, 200), 60);

	it('is one for many messages at once, and for the next ones', async () => {
		server = await startApns((_request, stream) => void slowly(stream));
		await Promise.all(Array.from({ length: 20 }, async (_, index) => await send({}, { messageId: `m${index}` })));
		await send({ label: 'Another node' });
		expect(server.seen).toHaveLength(21);
		expect(server.sessions).toHaveLength(1);
	});

	it('is another one for another app', async () => {
		server = await startApns(accept);
		await send();
		await send({ topic: 'com.example.other' });
		expect(server.sessions).toHaveLength(2);
	});

	it('is opened anew after a GOAWAY, and streams beyond it were not processed', async () => {
		let goneAt = 0;
		server = await startApns((request, stream, session) => {
			if (server.seen.length === 1) {
				goneAt = stream.id as number;
				// The stream at hand is the last one; it is answered all the same.
				session.goaway(0, goneAt);
				setTimeout(() => accept(request, stream, session), 30);
			} else accept(request, stream, session);
		});
		expect(await send()).toMatchObject({ outcome: 'sent' });
		expect(await send()).toMatchObject({ outcome: 'sent' });
		expect(server.sessions).toHaveLength(2);
	});

	it('a stream beyond the last of a GOAWAY is refused, one before it unknown', async () => {
		let streams = 0;
		const open: ServerHttp2Stream[] = [];
		server = await startApns(() => undefined, {
			onHeaders: (stream, session) => {
				open.push(stream);
				if (++streams === 2) {
					session.goaway(2, open[0]?.id);
					setTimeout(() => session.destroy(), 30);
				}
				return true;
			},
		});
		const [first, second] = await Promise.all([send({}, { messageId: 'm1' }), send({}, { messageId: 'm2' })]);
		expect(first).toMatchObject({ outcome: 'unknown', code: 'connection_lost' });
		expect(second).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ outcome: 'refused' }] });
	});

	it('a refused stream has refused; a reset of another kind is unknown', async () => {
		let code = 7;
		server = await startApns(() => undefined, {
			onHeaders: (stream) => {
				stream.close(code);
				return true;
			},
		});
		expect(await send()).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ code: 'refused_stream' }] });
		code = 2;
		expect(await send()).toMatchObject({ outcome: 'unknown', code: 'connection_lost' });
	});

	it('an answer that breaks off is unknown', async () => {
		server = await startApns((_request, stream, session) => {
			stream.respond({ ':status': 400 });
			stream.write('{"reason":"Bad');
			setTimeout(() => session.destroy(), 20);
		});
		expect(await send()).toMatchObject({ outcome: 'unknown', code: 'connection_lost' });
	});

	it('cut after the request is unknown, and the next message finds another', async () => {
		server = await startApns((request, stream, session) => (server.seen.length === 1 ? session.destroy() : accept(request, stream, session)));
		expect(await send()).toMatchObject({ outcome: 'unknown', code: 'connection_lost' });
		expect(await send()).toMatchObject({ outcome: 'sent' });
		expect(server.sessions).toHaveLength(2);
	});

	it('that was quiet is asked for a sign of life before it carries a message', async () => {
		server = await startApns(accept, { tls: false });
		const wire = await startWire(server.url);
		const sendBy = async () => await sendOnce(new Apns(config(wire.url)), message());
		const clock = jest.spyOn(performance, 'now');
		const later = (ms: number) => clock.mockReturnValue(1_000_000 + ms);
		try {
			later(0);
			expect(await sendBy()).toMatchObject({ outcome: 'sent' });
			later(31_000);
			expect(await sendBy()).toMatchObject({ outcome: 'sent' });
			expect(server.sessions).toHaveLength(1);
			wire.cut();
			later(62_000);
			expect(await sendBy()).toMatchObject({ outcome: 'sent' });
			expect(server.sessions).toHaveLength(2);
			expect(server.seen).toHaveLength(3);
		} finally {
			clock.mockRestore();
			await wire.close();
		}
	});

	it('that gives no sign of life until the time of the message is over has refused: nothing was written', async () => {
		server = await startApns(accept, { tls: false });
		const wire = await startWire(server.url);
		const sendBy = async (label: string, timeoutMs: number) => await sendOnce(new Apns(config(wire.url, { label, timeoutMs })), message());
		await sendBy('APNs', 5_000);
		const real = performance.now.bind(performance);
		const clock = jest.spyOn(performance, 'now').mockImplementation(() => real() + 31_000);
		try {
			wire.cut();
			expect(await sendBy('Hurried', 500)).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ code: 'connect_timeout' }] });
			expect(server.seen).toHaveLength(1);
			expect(server.sessions).toHaveLength(1);
		} finally {
			clock.mockRestore();
			await wire.close();
		}
	});

	it('silence is unknown, and asked once', async () => {
		server = await startApns(() => undefined);
		expect(await send({ timeoutMs: 150 })).toMatchObject({ outcome: 'unknown', code: 'timeout' });
		expect(server.seen).toHaveLength(1);
	});

	it('that cannot be had has refused', async () => {
		server = await startApns(accept);
		const at = async (url: string, extra: Partial<ApnsConfig> = {}) => await sendOnce(new Apns(config(url, extra)), message());
		expect(await at(`https://127.0.0.1:${await closedPort()}`)).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', attempts: [{ code: 'connect' }] });
		expect(await at(server.url, { ca: undefined })).toMatchObject({ outcome: 'failed', attempts: [{ code: 'tls' }] });
		const silent = await startTcp(() => undefined);
		expect(await at(silent.url.replace('http', 'https'), { timeoutMs: 150 })).toMatchObject({ outcome: 'failed', attempts: [{ code: 'connect_timeout' }] });
		await silent.close();
		expect(server.seen).toEqual([]);
	});
});

describe('secrets', () => {
	it('do not come back in an outcome', async () => {
		server = await startApns(({ headers }, stream) => answer(stream, 400, { reason: String(headers.authorization) }));
		const result = JSON.stringify(await send());
		expect(result).not.toContain(tokenOf(0));
		expect(result).toContain('***');
	});

	it('do not show when the provider is printed', () => {
		const provider = new Apns(config('https://127.0.0.1:9'));
		expect(provider.secrets).toContain(APNS_KEY.pem);
		const shown = [JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true }), provider.identity].join('\n');
		expect(shown).not.toContain(APNS_KEY.pem.split('\n')[1]);
	});

	it.each([
		[{ keyId: '' }, /no Key ID/],
		[{ teamId: ' ' }, /no Team ID/],
		[{ topic: '' }, /no Topic/],
		[{ privateKey: '' }, /no key/],
		[{ privateKey: 'nonsense' }, /no .p8 key/],
		[{ baseUrl: 'apple' }, /not a URL/],
	])('a credential with %j is refused', (extra, why) => {
		expect(() => new Apns(config('https://127.0.0.1:9', extra))).toThrow(why);
		expect(() => new Apns(config('https://127.0.0.1:9', extra))).not.toThrow(/nonsense/);
	});

	it.each([['production', 'https://api.push.apple.com'], ['sandbox', 'https://api.sandbox.push.apple.com']] as const)('%s is at %s', (environment, host) => expect(new Apns(config('', { environment })).identity).toContain(host));
});
