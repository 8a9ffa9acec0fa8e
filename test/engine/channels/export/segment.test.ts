import { Analytics } from '@segment/analytics-node';

import { SegmentExport, type SegmentConfig } from '../../../../engine/channels/export/segment';
import { segmentBatch, segmentMessage, tooLarge, type SegmentContent, type SegmentMessage } from '../../../../engine/channels/export/segment-calls';
import { attemptGroup } from '../../../../engine/delivery/attempt';
import { Batches } from '../../../../engine/delivery/batches';
import { parseSegment } from '../../../../engine/people/formats/segment';
import { describeBatchContract } from '../../../support/batch-contract';
import { attemptOptions, readAnswer, sendOnce } from '../../../support/exchange';
import { startLoopback } from '../../../support/loopback';
import { describeProviderContract } from '../../../support/provider-contract';

const KEY = 'write-key-nobody-may-see+1';
const NOW = Date.parse('2026-03-02T12:00:05.250Z');
const config = (extra: Partial<SegmentConfig> = {}): SegmentConfig => ({ label: 'Segment', writeKey: KEY, now: () => NOW, ...extra });
const content = (over: Partial<SegmentContent> = {}): SegmentContent => ({
	who: { userId: '019mr8mf4r' }, identify: { traits: { email: 'jake@yahoo.com', age: 26 } }, track: { event: 'Song Played', properties: { artist: 'Dierks Bentley' } },
	context: { library: { name: 'n8n-nodes-campaigns' } }, timestamp: Date.parse('2026-03-02T12:00:00Z'), messageId: 'm-1', ...over,
});
const message = segmentMessage(content());

describe('segmentMessage', () => {
	it('is the calls of one person, each with a message id of its own', () => {
		expect(message.calls.map((call) => JSON.parse(call) as unknown)).toEqual([
			{ type: 'identify', messageId: 'm-1-identify', userId: '019mr8mf4r', timestamp: '2026-03-02T12:00:00.000Z', context: { library: { name: 'n8n-nodes-campaigns' } }, traits: { email: 'jake@yahoo.com', age: 26 } },
			{ type: 'track', messageId: 'm-1-track', userId: '019mr8mf4r', timestamp: '2026-03-02T12:00:00.000Z', context: { library: { name: 'n8n-nodes-campaigns' } }, event: 'Song Played', properties: { artist: 'Dierks Bentley' } },
		]);
	});

	it.each([
		['identify alone', { track: undefined }, ['identify']],
		['track alone', { identify: undefined }, ['track']],
	])('%s', (_name, over, types) => expect(segmentMessage(content(over)).calls.map((call) => (JSON.parse(call) as { type: string }).type)).toEqual(types));

	it('names destinations, and an anonymous person', () => {
		const [call] = segmentMessage(content({ who: { anonymousId: 'a' }, integrations: { All: false } })).calls;
		expect(JSON.parse(call as string)).toMatchObject({ anonymousId: 'a', integrations: { All: false } });
		expect(JSON.parse(call as string)).not.toHaveProperty('userId');
	});

	it('may have 32 KB per call, to the byte', () => {
		const bytes = (name: string) => segmentMessage(content({ track: undefined, identify: { traits: { name } } }));
		const frame = Buffer.byteLength(bytes('').calls[0] as string);
		expect(tooLarge(bytes('x'.repeat(32 * 1024 - frame)))).toBeUndefined();
		expect(tooLarge(bytes('x'.repeat(32 * 1024 - frame + 1)))).toMatch('32,769 bytes');
		expect(tooLarge(bytes('é'.repeat(16 * 1024)))).toMatch('at most 32,768');
	});
});

describe('segmentBatch', () => {
	it('is understood by who takes calls in', () => {
		const { input, refusals } = parseSegment('batch', JSON.parse(segmentBatch([...message.calls, ...segmentMessage(content({ who: { anonymousId: 'b' }, messageId: 'm-2' })).calls], NOW)), NOW);
		expect(refusals).toEqual([]);
		expect(input.events).toMatchObject([{ user: '019mr8mf4r', name: 'Song Played', messageId: 'm-1-track', ts: Date.parse('2026-03-02T12:00:00Z') }, { anonymousId: 'b', messageId: 'm-2-track' }]);
		expect(input.profiles).toMatchObject([{ id: '019mr8mf4r', email: 'jake@yahoo.com', properties: { age: 26 } }, { anonymousId: 'b' }]);
	});
});

describe('SegmentExport.request', () => {
	it('posts a batch, signed in by the key with nothing as its password', () => {
		expect(new SegmentExport(config({ writeKey: 'abc123' })).request(message)).toEqual({
			method: 'POST', url: 'https://api.segment.io/v1/batch',
			headers: { Authorization: 'Basic YWJjMTIzOg==', 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: `{"batch":[${message.calls.join(',')}],"sentAt":"2026-03-02T12:00:05.250Z"}`,
		});
	});

	it("says the same as Segment's own client", async () => {
		const server = await startLoopback((_seen, answer) => answer({ status: 200, body: { success: true } }));
		try {
			const client = new Analytics({ writeKey: KEY, host: server.url });
			const { who, identify, track, context, timestamp } = content();
			const common = { ...(who as { userId: string }), context, timestamp: new Date(timestamp) };
			client.identify({ ...common, messageId: 'm-1-identify', traits: identify?.traits });
			client.track({ ...common, messageId: 'm-1-track', event: 'Song Played', properties: track?.properties });
			await client.closeAndFlush();
			await sendOnce(new SegmentExport(config({ region: 'own', baseUrl: server.url })), message);
		} finally {
			await server.close();
		}
		const [theirs, ours] = server.seen;
		expect(server.seen.map(({ method, url }) => [method, url])).toEqual([['POST', '/v1/batch'], ['POST', '/v1/batch']]);
		const batch = (seen: typeof theirs) => (JSON.parse(seen?.body ?? '') as { batch: object[] }).batch;
		expect(batch(theirs)).toMatchObject(batch(ours).map((call) => ({ ...call, context: expect.anything() as unknown })));
		const signed = (seen: typeof theirs) => seen?.headers.authorization ?? `in the body: ${(JSON.parse(seen?.body ?? '') as { writeKey?: string }).writeKey}`;
		expect([signed(ours), `in the body: ${KEY}`]).toContain(signed(theirs));
	});

	it.each<[Partial<SegmentConfig>, string]>([
		[{ region: 'us' }, 'https://api.segment.io/v1/batch'],
		[{ region: 'eu' }, 'https://events.eu1.segmentapis.com/v1/batch'],
		[{ region: 'eu', baseUrl: 'https://left.over.example.com' }, 'https://events.eu1.segmentapis.com/v1/batch'],
		[{ region: 'own', baseUrl: 'https://proxy.example.com/segment/' }, 'https://proxy.example.com/segment/v1/batch'],
		[{ region: 'own', baseUrl: 'https://events.eu1.segmentapis.com/v1/' }, 'https://events.eu1.segmentapis.com/v1/batch'],
	])('%j goes to %s', (extra, url) => expect(new SegmentExport(config(extra)).request(message).url).toBe(url));

	it.each<[Partial<SegmentConfig>, RegExp]>([[{ writeKey: ' ' }, /no Write Key/], [{ region: 'own' }, /no Base URL/], [{ region: 'own', baseUrl: 'example.com' }, /not a URL/]])('refuses %j', (extra, why) => expect(() => new SegmentExport(config(extra))).toThrow(why));
});

describe('SegmentExport.read', () => {
	const read = (status: number, body: unknown = '', headers = {}) => readAnswer(new SegmentExport(config()), message, status, body, headers);

	it.each([[200, { success: true }], [200, 'OK'], [200, '"OK"']])('sent: %i %j', (status, body) => expect(read(status, body)).toEqual({ outcome: 'sent', providerId: null }));

	it.each([
		[400, 'request'], [401, 'auth'], [403, 'auth'], [404, 'request'], [413, 'request'], [408, 'transient'], [410, 'transient'], [429, 'transient'],
	])('refused: HTTP %i is %s', (status, kind) => expect(read(status, { success: false, message: 'Why' })).toMatchObject({ outcome: 'refused', kind, code: `http_${status}`, detail: 'Why' }));

	it.each([[200, { success: false }], [460, ''], [500, ''], [503, { success: true }]])('unknown: %i %j', (status, body) => expect(read(status, body)).toMatchObject({ outcome: 'unknown' }));

	it.each([[{ 'retry-after': '7', 'x-ratelimit-reset': '9' }, 7_000], [{ 'x-ratelimit-reset': '9' }, 9_000], [{}, undefined]])('429 with %j waits %s ms', (headers, retryAfterMs) => {
		expect((read(429, '', headers) as { retryAfterMs?: number }).retryAfterMs).toBe(retryAfterMs);
	});
});

it('repeats what was not answered, under the same message ids', async () => {
	const answers = [undefined, { status: 503 }, { status: 200, body: { success: true } }];
	const server = await startLoopback((_seen, reply) => {
		const answer = answers.shift();
		if (answer) reply(answer);
	});
	try {
		expect(await sendOnce(new SegmentExport(config({ region: 'own', baseUrl: server.url, timeoutMs: 150 })), message)).toMatchObject({ outcome: 'sent', attempts: [{ code: 'timeout' }, { code: 'http_503' }, { outcome: 'sent' }] });
		expect(new Set(server.seen.map(({ body }) => body))).toEqual(new Set([segmentBatch(message.calls, NOW)]));
	} finally {
		await server.close();
	}
});

describe('several people', () => {
	/** What a server that keeps to Segment's limits takes of these, and in which requests. */
	async function send(messages: SegmentMessage[], refuses = (_call: { userId?: string }) => false) {
		const server = await startLoopback(({ body }, reply) => {
			const { batch } = JSON.parse(body) as { batch: Array<{ userId?: string }> };
			const fits = Buffer.byteLength(body) <= 500 * 1024 && batch.length <= 2_500;
			reply(fits && !batch.some(refuses) ? { status: 200, body: { success: true } } : { status: 400, body: { success: false } });
		});
		const { options, close } = attemptOptions<SegmentMessage>({ batches: new Batches() });
		try {
			const provider = new SegmentExport(config({ region: 'own', baseUrl: server.url }));
			const results = await Promise.all(messages.map(async (one) => await attemptGroup([provider], one, options)));
			const requests = server.seen.map(({ body }) => ({ bytes: Buffer.byteLength(body), calls: (JSON.parse(body) as { batch: Array<{ messageId: string }> }).batch.map(({ messageId }) => messageId) }));
			return { results, requests };
		} finally {
			close();
			await server.close();
		}
	}
	const people = (count: number, text = '') => Array.from({ length: count }, (_, index) => segmentMessage(content({ who: { userId: `u${index}` }, messageId: `m${index}`, identify: { traits: { text } } })));

	it('go in one request', async () => {
		const { results, requests } = await send(people(300));
		expect(results.every(({ outcome }) => outcome === 'sent')).toBe(true);
		expect(requests.map(({ calls }) => calls.length)).toEqual([600]);
		expect(new Set(requests[0]?.calls).size).toBe(600);
	});

	it('and in more, of at most 500 KB, where they do not fit', async () => {
		const { results, requests } = await send(people(60, 'é'.repeat(15_000)));
		expect(results.every(({ outcome }) => outcome === 'sent')).toBe(true);
		expect(Math.max(...requests.map(({ bytes }) => bytes))).toBeLessThanOrEqual(500 * 1024);
		expect(requests.length).toBeGreaterThan(3);
		expect(requests.flatMap(({ calls }) => calls).sort()).toEqual(people(60).flatMap((_, index) => [`m${index}-identify`, `m${index}-track`]).sort());
	});

	it('one whom Segment does not take leaves the others as they are', async () => {
		const { results } = await send(people(20), ({ userId }) => userId === 'u13');
		expect(results.flatMap(({ outcome }, index) => (outcome === 'sent' ? [] : [[index, outcome]]))).toEqual([[13, 'failed']]);
	});
});

describeProviderContract('SegmentExport', {
	make: (baseUrl, settings) => new SegmentExport(config({ region: 'own', baseUrl, retries: 0, ...settings })),
	message,
	accepted: { status: 200, body: { success: true }, providerId: null },
	idempotent: true,
	secrets: [KEY],
	error: (words) => ({ success: false, message: words }),
});

const four = (['u1', 'u2', 'u3', 'u4'] as const).map((userId) => segmentMessage(content({ who: { userId }, messageId: `m-${userId}` }))) as [SegmentMessage, SegmentMessage, SegmentMessage, SegmentMessage];

describeBatchContract('SegmentExport', {
	make: (baseUrl, settings) => new SegmentExport(config({ region: 'own', baseUrl, retries: 0, ...settings })),
	messages: four,
	mark: ({ messageId }) => `"${messageId}-identify"`,
	accepted: (messages) => ({ status: 200, body: { success: true }, ids: messages.map(() => null) }),
});
