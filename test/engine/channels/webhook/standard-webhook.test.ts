import { createHmac } from 'node:crypto';
import { envelopeOf, type WebhookMessage } from '../../../../engine/channels/webhook/message';
import { readSecrets, sign } from '../../../../engine/channels/webhook/signature';
import { StandardWebhook, type StandardWebhookConfig } from '../../../../engine/channels/webhook/standard-webhook';
import { attemptGroup } from '../../../../engine/delivery/attempt';
import { attemptOptions, readAnswer } from '../../../support/exchange';
import { startLoopback, type Answer } from '../../../support/loopback';

/** The vector of the specification's reference libraries. */
const VECTOR = {
	secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
	id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
	timestamp: 1614265330,
	body: '{"test": 2432232314}',
	signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const config = (extra: Partial<StandardWebhookConfig> = {}): StandardWebhookConfig => ({ label: 'Hook', now: () => VECTOR.timestamp * 1000 + 999, ...extra });
const message = (extra: Partial<WebhookMessage> = {}): WebhookMessage => ({ messageId: VECTOR.id, url: 'https://example.com/hook', method: 'POST', headers: {}, body: VECTOR.body, ...extra });

describe('signature', () => {
	it('gives the published vector', () => {
		expect(sign(readSecrets(VECTOR.secret), VECTOR.id, VECTOR.timestamp, VECTOR.body)).toBe(VECTOR.signature);
	});

	it('signs with the old and the new secret while a key is rotated', () => {
		const [first, second] = sign(readSecrets(`${VECTOR.secret} ${OTHER_SECRET}`), VECTOR.id, VECTOR.timestamp, VECTOR.body).split(' ');
		expect(first).toBe(VECTOR.signature);
		expect(second).toBe(`v1,${createHmac('sha256', Buffer.alloc(32, 7)).update(`${VECTOR.id}.${VECTOR.timestamp}.${VECTOR.body}`).digest('base64')}`);
	});

	it.each(['whsec_short', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!', 'a passphrase', `whsec_${Buffer.alloc(65).toString('base64')}`])('refuses the secret %s without quoting it', (secret) => {
		expect(() => readSecrets(secret)).toThrow(/not a Standard Webhooks secret/);
		expect(() => readSecrets(secret)).not.toThrow(secret);
	});
});

describe('StandardWebhook.request', () => {
	it('carries id, time of the attempt and signature', async () => {
		expect(await new StandardWebhook(config({ secret: VECTOR.secret })).request(message())).toEqual({
			method: 'POST',
			url: 'https://example.com/hook',
			headers: { 'Content-Type': 'application/json; charset=utf-8', 'webhook-id': VECTOR.id, 'webhook-timestamp': '1614265330', 'webhook-signature': VECTOR.signature },
			body: VECTOR.body,
		});
	});

	it('is not signed without a secret, and lets no message set the protocol headers', async () => {
		const { headers } = await new StandardWebhook(config()).request(message({ headers: { 'Webhook-Id': 'forged', 'X-A': 'b\r\nc', 'content-type': 'text/plain' } }));
		expect(headers).toEqual({ 'content-type': 'text/plain', 'X-A': 'b c', 'webhook-id': VECTOR.id, 'webhook-timestamp': '1614265330' });
	});

	it('sends no body with GET and signs the empty one', async () => {
		const made = await new StandardWebhook(config({ secret: VECTOR.secret })).request(message({ method: 'GET' }));
		expect(made.body).toBeUndefined();
		expect(made.headers['webhook-signature']).toBe(sign(readSecrets(VECTOR.secret), VECTOR.id, VECTOR.timestamp, ''));
	});

	it.each(['', 'a.b'])('refuses the message id %j', async (messageId) => await expect(new StandardWebhook(config()).request(message({ messageId }))).rejects.toThrow(/webhook-id/));

	it('keeps its secrets to itself', () => {
		const provider = new StandardWebhook(config({ secret: VECTOR.secret, auth: { type: 'header', name: 'Authorization', value: 'Bearer abcdef' } }));
		expect(JSON.stringify(provider)).not.toMatch(/MfKQ|abcdef/);
		expect(provider.secrets).toEqual(expect.arrayContaining([VECTOR.secret, 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'abcdef']));
	});
});

describe('StandardWebhook.read', () => {
	it.each([
		[200, { outcome: 'sent' }], [204, { outcome: 'sent' }],
		[301, { outcome: 'refused', kind: 'request' }], [400, { outcome: 'refused', kind: 'request' }], [401, { outcome: 'refused', kind: 'auth' }], [403, { outcome: 'refused', kind: 'auth' }],
		[404, { outcome: 'refused', kind: 'request' }], [410, { outcome: 'refused', kind: 'request', code: 'gone' }], [422, { outcome: 'refused', kind: 'request' }],
		[408, { outcome: 'refused', kind: 'transient' }], [425, { outcome: 'refused', kind: 'transient' }], [429, { outcome: 'refused', kind: 'transient', retryAfterMs: 4000 }],
		[500, { outcome: 'refused', kind: 'transient' }], [502, { outcome: 'refused', kind: 'transient' }], [503, { outcome: 'refused', kind: 'transient', retryAfterMs: 4000 }], [504, { outcome: 'refused', kind: 'transient' }],
	])('HTTP %i', (status, expected) => expect(readAnswer(new StandardWebhook(config()), message(), status, '', { 'retry-after': '4' })).toMatchObject(expected));
});

describe('StandardWebhook over a loopback server', () => {
	/** Answers one after the other; undefined: never answers. The last one stays. */
	const against = async (answers: Array<Answer | undefined>, extra: Partial<StandardWebhookConfig> = {}) => {
		const server = await startLoopback((_seen, reply) => {
			const answer = answers.length > 1 ? answers.shift() : answers[0];
			if (answer) reply(answer);
		});
		const context = attemptOptions<WebhookMessage>();
		try {
			const provider = new StandardWebhook(config({ allowPrivate: true, timeoutMs: 800, secret: VECTOR.secret, now: context.options.now, ...extra }));
			const result = await attemptGroup([provider], message({ url: `${server.url}/hook` }), context.options);
			return { result, seen: server.seen, slept: context.slept };
		} finally {
			context.close();
			await server.close();
		}
	};

	it('repeats after a refusal and after silence, with the same id and a fresh signature', async () => {
		const { result, seen } = await against([{ status: 503, headers: { 'Retry-After': '2' } }, undefined, { status: 200 }]);
		expect(result).toMatchObject({ outcome: 'sent' });
		expect(seen.map(({ headers }) => headers['webhook-id'])).toEqual([VECTOR.id, VECTOR.id, VECTOR.id]);
		expect(new Set(seen.map(({ headers }) => headers['webhook-timestamp'])).size).toBeGreaterThan(1);
		for (const { headers, body } of seen) {
			expect(headers['webhook-signature']).toBe(sign(readSecrets(VECTOR.secret), VECTOR.id, Number(headers['webhook-timestamp']), body));
		}
	});

	it.each([
		['gone', [{ status: 410 }], 1, { outcome: 'failed', reason: 'provider_rejected', transient: false, attempts: [{ code: 'gone' }] }],
		['always down', [{ status: 500 }], 3, { outcome: 'failed', reason: 'provider_unavailable', transient: true }],
		['never answering', [undefined], 3, { outcome: 'unknown', code: 'timeout' }],
		['silent first, then refusing: the first may have arrived', [undefined, { status: 400 }], 2, { outcome: 'unknown', code: 'timeout' }],
		['asking for a long pause', [{ status: 429, headers: { 'Retry-After': '600' } }], 1, { outcome: 'failed', reason: 'provider_unavailable', retryAfterMs: 600_000 }],
	])('%s', async (_name, answers, requests, expected) => {
		const { result, seen } = await against(answers);
		expect(result).toMatchObject(expected);
		expect(seen).toHaveLength(requests);
	});

	it('refuses private addresses by default', async () => {
		const { result, seen } = await against([{ status: 200 }], { allowPrivate: undefined });
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', attempts: [{ code: 'private_address' }] });
		expect(seen).toEqual([]);
	});
});

describe('StandardWebhook with many messages per call', () => {
	const envelope = envelopeOf({ targetId: 'c' }, 'profiles');
	const one = (id: string, extra: Partial<WebhookMessage> = {}) => message({ messageId: id, body: JSON.stringify({ messageId: id }), envelope, ...extra });
	const many = (deduplicated: boolean, extra: Partial<StandardWebhookConfig> = {}) => new StandardWebhook(config({ secret: VECTOR.secret, batch: { most: 100, deduplicated }, ...extra }));
	const made = async (messages: WebhookMessage[]) => {
		const batch = many(false).batch as NonNullable<StandardWebhook['batch']>;
		return batch.request(await Promise.all(messages.map(async (some) => await batch.part(some))), messages);
	};

	it('says the same of the same messages, in whatever order they came, under one id', async () => {
		const first = await made([one('b'), one('a')]);
		expect(JSON.parse(first.body ?? '')).toEqual({ targetId: 'c', profiles: [{ messageId: 'a' }, { messageId: 'b' }] });
		expect(await made([one('a'), one('b')])).toEqual(first);
		expect(first.headers['webhook-id']).toMatch(/^batch-[\w-]{43}$/);
		expect(first.headers['webhook-signature']).toBe(sign(readSecrets(VECTOR.secret), first.headers['webhook-id'] ?? '', VECTOR.timestamp, first.body ?? ''));
		expect((await made([one('a'), one('c')])).headers['webhook-id']).not.toBe(first.headers['webhook-id']);
	});

	it('one that is left alone goes in the same form, under its own id', async () => {
		const alone = await many(false).request(one('a'));
		expect(alone).toMatchObject({ headers: { 'webhook-id': 'a' }, body: '{"targetId":"c","profiles":[{"messageId":"a"}]}' });
	});

	it('messages of another address, header or envelope go in other calls', () => {
		const { key } = many(false).batch as NonNullable<StandardWebhook['batch']>;
		const others = [one('b', { url: 'https://example.com/other' }), one('b', { headers: { a: 'b' } }), one('b', { envelope: envelopeOf({ targetId: 'd' }, 'profiles') })];
		expect(key(one('b'))).toBe(key(one('a')));
		expect(new Set([one('a'), ...others].map(key)).size).toBe(4);
	});

	it.each([
		[false, 500, { outcome: 'unknown' }],
		[true, 500, { outcome: 'refused', kind: 'transient' }],
		[false, 503, { outcome: 'unknown' }],
		[false, 429, { outcome: 'refused', kind: 'transient' }],
		[false, 422, { outcome: 'refused', kind: 'request' }],
		[false, 200, { outcome: 'sent' }],
	])('where the receiver recognizes messages: %s, HTTP %i', (deduplicated, status, expected) => {
		const provider = many(deduplicated);
		expect(provider.idempotent).toBe(deduplicated);
		expect(provider.batch?.read({ status, headers: {}, body: '' }, [one('a'), one('b')])).toMatchObject(expected);
		expect(readAnswer(provider, one('a'), status)).toMatchObject(expected);
	});

	it('asks an endpoint that is gone no more', () => {
		const gone = { outcome: 'refused', kind: 'request', code: 'gone' };
		expect(many(true).batch?.read({ status: 410, headers: {}, body: '' }, [one('a'), one('b')])).toMatchObject([gone, gone]);
	});

	it.each([
		[false, 'unknown', 1],
		[true, 'sent', 2],
	])('an unanswered call is made again only where the receiver recognizes messages: %s', async (deduplicated, outcome, calls) => {
		const server = await startLoopback((_seen, reply) => void (server.seen.length > 1 && reply({ status: 200 })));
		const { options, close } = attemptOptions<WebhookMessage>();
		try {
			const provider = many(deduplicated, { allowPrivate: true, timeoutMs: 800 });
			const results = await Promise.all(['a', 'b', 'c'].map(async (id) => await attemptGroup([provider], one(id, { url: server.url }), options)));
			expect(results).toMatchObject(results.map(() => ({ outcome })));
			expect(server.seen).toHaveLength(calls);
			expect(new Set(server.seen.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
		} finally {
			close();
			await server.close();
		}
	});
});
