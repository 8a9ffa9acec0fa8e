import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { Analytics } from '@segment/analytics-node';

import { ManualClock } from '../../../engine/clock';
import { CampaignError } from '../../../engine/errors';
import { collect, type CollectorOptions, type CollectResponse } from '../../../engine/people/collect';
import { ingest } from '../../../engine/people/ingest';
import { CollectorKeys, RateLimiter } from '../../../engine/people/keys';
import { getPerson } from '../../../engine/people/person';
import type { IngestInput } from '../../../engine/people/records';
import { describeDatabases, type Database } from '../../support/connections';
import { START } from '../../support/stores';

// The client has no types.
 
const CleverTap = require('clevertap') as { init(id: string, passcode: string, region: string): CleverTapClient };

interface CleverTapClient {
	api: { apiEndpoint: string };
	upload(records: object[], options?: object): Promise<unknown>;
}

const PUBLIC = { authorization: 'Bearer pub' };
const SERVER = { authorization: 'Bearer srv' };
const ACCOUNT = { 'x-clevertap-account-id': 'ACC', 'x-clevertap-passcode': 'pass' };

function optionsFor(database: Database, clock = new ManualClock(START)): CollectorOptions {
	return {
		keys: new CollectorKeys({ publicKey: 'pub', serverKey: 'srv', accountId: 'ACC', passcode: 'pass' }),
		limiter: new RateLimiter(clock),
		clock,
		ingest: async (input: IngestInput) => await database.call(ingest, input, clock.now()),
	};
}

describeDatabases('collect', (database) => {
	const post = async (path: string, headers: Record<string, string>, body: unknown, options: Partial<CollectorOptions> = {}): Promise<CollectResponse> =>
		await collect({ path, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }, { ...optionsFor(database()), ...options });

	it.each<[string, string, Record<string, string>, unknown, number, object]>([
		['one call', '/v1/track', SERVER, { userId: 'u', event: 'x' }, 200, { success: true }],
		['a short path with slashes', 'v1/t/', PUBLIC, { userId: 'u', event: 'x' }, 200, { success: true }],
		['an empty batch', '/v1/batch', SERVER, { batch: [] }, 200, { success: true }],
		['one bad call', '/v1/track', SERVER, { userId: 'u' }, 400, { success: false, refused: [{ position: 0 }] }],
		['a partly bad batch', '/v1/batch', SERVER, { batch: [{ type: 'track' }, { type: 'track', userId: 'u', event: 'x' }] }, 200, { success: true, refused: [{ position: 0, reason: expect.any(String) }] }],
		['an event whose traits are bad', '/v1/track', SERVER, { userId: 'u', event: 'x', context: { traits: { timezone: 'Mars' } } }, 200, { success: true }],
		['bad JSON', '/v1/track', SERVER, '{', 400, { success: false }],
		['bad JSON without a key', '/v1/track', {}, '{', 401, { success: false }],
		['a wrong key', '/v1/track', { authorization: 'Bearer x' }, { userId: 'u', event: 'x' }, 401, { success: false }],
		['a large call', '/v1/track', SERVER, { userId: 'u', event: 'x', properties: { a: 'x'.repeat(33_000) } }, 413, { success: false }],
		['a large batch', '/v1/batch', SERVER, { batch: [], filler: 'x'.repeat(513_000) }, 413, { success: false }],
		['an unknown path', '/v2/track', SERVER, {}, 404, { success: false }],
		['a CleverTap upload', '/1/upload', ACCOUNT, { d: [{ type: 'event', identity: 'u', evtName: 'x' }] }, 200, { status: 'success', processed: 1, unprocessed: [] }],
		['a CleverTap record the store refuses', '/1/upload', ACCOUNT, { d: [{ type: 'profile', identity: 'u', profileData: { Tz: 'Mars' } }] }, 200, { status: 'fail', processed: 0, unprocessed: [{ error: expect.stringMatching(/Mars.*record number : 1/) }] }],
		['a wrong passcode', '/1/upload', { ...ACCOUNT, 'x-clevertap-passcode': 'x' }, { d: [] }, 401, { status: 'fail', error: 'Invalid Credentials', code: 401 }],
		['a Segment key for CleverTap', '/1/upload', SERVER, { d: [] }, 401, { code: 401 }],
	])('%s', async (_name, path, headers, body, status, answer) => {
		const response = await post(path, headers, body);
		expect(response.status).toBe(status);
		expect(response.body).toMatchObject(answer);
	});

	it('answers only when stored, takes a re-sent batch once, and tells the levels apart', async () => {
		const batch = { batch: [{ type: 'identify', userId: 'ada', traits: { email: 'ada@x.org' }, messageId: 'm1' }, { type: 'track', userId: 'ada', event: 'Viewed', messageId: 'm2' }], writeKey: 'srv' };
		for (let i = 0; i < 2; i++) expect((await post('/v1/batch', {}, batch)).body).toEqual({ success: true });
		const response = await post('/v1/identify', PUBLIC, { userId: 'ada', traits: { email: 'evil@x.org', city: 'Lyon' } });
		expect(response.body).toEqual({ success: true });
		const found = await database().call(getPerson, { name: { id: 'ada' } });
		expect(found?.profile).toMatchObject({ email: 'ada@x.org', properties: { city: 'Lyon' } });
		expect(found?.events).toHaveLength(1);
	});

	it('hands over what was taken', async () => {
		const { taken } = await post('/v1/batch', SERVER, { batch: [{ type: 'track' }, { type: 'track', userId: 'u', event: 'x' }] });
		expect(taken?.events).toEqual([expect.objectContaining({ name: 'x', position: 1 })]);
		expect((await post('/v1/track', SERVER, { event: 'x' })).taken).toBeUndefined();
	});

	it('limits the rate of each level', async () => {
		const clock = new ManualClock(START);
		const limiter = new RateLimiter(clock, { public: { perSecond: 1, burst: 2 }, server: { perSecond: 1_000, burst: 1_000 } });
		const send = async (headers: Record<string, string>) => await post('/v1/track', headers, { userId: 'u', event: 'x' }, { clock, limiter });
		expect([(await send(PUBLIC)).status, (await send(PUBLIC)).status]).toEqual([200, 200]);
		expect(await send(PUBLIC)).toMatchObject({ status: 429, headers: { 'Retry-After': '1' } });
		expect((await send(SERVER)).status).toBe(200);
		clock.advance(1_000);
		expect((await send(PUBLIC)).status).toBe(200);
	});

	it('asks to try again when the store cannot answer, without saying why', async () => {
		const response = await post('/v1/track', SERVER, { userId: 'u', event: 'x' }, {
			ingest: async () => {
				throw new CampaignError('store_unreachable', 'host secret.internal is down');
			},
		});
		expect(response).toEqual({ status: 503, body: { success: false, message: expect.not.stringContaining('secret') } });
	});

	describe('with real clients', () => {
		let server: http.Server;
		let address: string;
		const answers: CollectResponse[] = [];
		beforeEach(async () => {
			answers.length = 0;
			const options = optionsFor(database(), new ManualClock(Date.now()));
			server = http.createServer((request, response) => {
				const chunks: Buffer[] = [];
				request.on('data', (chunk: Buffer) => chunks.push(chunk));
				request.on('end', () => {
					const headers = request.headers as Record<string, string>;
					const path = (request.url ?? '').replace('/webhook/campaigns', '');
					void collect({ path, headers, body: Buffer.concat(chunks).toString() }, options).then((answer) => {
						answers.push(answer);
						response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers }).end(JSON.stringify(answer.body));
					});
				});
			});
			await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
			address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
		});
		afterEach(async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		});

		it('@segment/analytics-node', async () => {
			const analytics = new Analytics({ writeKey: 'srv', host: address, path: '/webhook/campaigns/v1/batch', flushAt: 20 });
			analytics.track({ anonymousId: 'dev', event: 'Added to Cart', properties: { sku: 'x', price: 12.5 } });
			analytics.identify({ userId: 'ada', anonymousId: 'dev', traits: { email: 'ada@x.org', phone: '+33', plan: 'pro', born: new Date(0) } });
			analytics.page({ userId: 'ada', name: 'Home', category: 'Docs', properties: { url: '/' } });
			analytics.screen({ userId: 'ada', name: 'Cart' });
			analytics.group({ userId: 'ada', groupId: 'acme', traits: { seats: 5 } });
			analytics.alias({ userId: 'countess', previousId: 'ada' });
			analytics.track({ userId: 'countess', event: 'Charged', timestamp: new Date(Date.now() - 60_000) });
			await analytics.closeAndFlush();
			expect(answers.map(({ status, body }) => ({ status, body }))).toEqual([{ status: 200, body: { success: true } }]);
			const found = await database().call(getPerson, { name: { anonymousId: 'dev' } });
			expect(found?.profile).toMatchObject({
				email: 'ada@x.org',
				phone: '+33',
				properties: { plan: 'pro', born: '1970-01-01T00:00:00.000Z', groupId: 'acme', group: { seats: 5 } },
			});
			expect(found?.events.map(({ name }) => name).sort()).toEqual(['Added to Cart', 'App Screen Viewed', 'Charged', 'Web Page Viewed']);
			expect((await database().call(getPerson, { name: { id: 'countess' } }))?.profile).toEqual(found?.profile);
		});

		it('@segment/analytics-node with a wrong key', async () => {
			const analytics = new Analytics({ writeKey: 'wrong', host: address, path: '/webhook/campaigns/v1/batch', maxRetries: 0 });
			const failed = new Promise((resolve) => analytics.on('error', resolve));
			analytics.track({ userId: 'u', event: 'x' });
			await analytics.closeAndFlush();
			await failed;
			expect(answers.map(({ status }) => status)).toEqual([401]);
		});

		it('clevertap', async () => {
			const client = CleverTap.init('ACC', 'pass', 'in1');
			client.api.apiEndpoint = `${address}/webhook/campaigns/1`;
			const records = [
				{ type: 'profile', identity: 'ada', profileData: { Name: 'Ada', Email: 'ada@x.org', 'MSG-sms': false, visits: { $incr: 2 }, DOB: '$D_0' } },
				{ type: 'event', identity: 'ada', evtName: 'Charged', evtData: { Amount: 300 } },
				{ type: 'event', identity: 'ada', evtName: 'App Launched', evtData: {} },
				{ type: 'token', identity: 'ada', tokenData: { id: 'tok', type: 'fcm' } },
			];
			expect(await client.upload(records)).toEqual({
				status: 'partial',
				processed: 3,
				unprocessed: [{ status: 'fail', code: 513, error: 'Event Name is incorrect. ErrorCode: 513 - Trying to raise a restricted system event. Skipped record number : 3', record: records[2] }],
			});
			const found = await database().call(getPerson, { name: { id: 'ada' } });
			expect(found?.profile).toMatchObject({ email: 'ada@x.org', optedOut: { sms: true }, properties: { Name: 'Ada', visits: 2, DOB: '1970-01-01T00:00:00.000Z' }, push: [{ token: 'tok', kind: 'fcm' }] });
			expect(found?.events).toMatchObject([{ name: 'Charged', properties: { Amount: 300 } }]);

			const batches = await client.upload(Array.from({ length: 250 }, (_, i) => ({ type: 'event', identity: `u${i}`, evtName: 'x', evtData: {} })));
			expect(batches).toEqual([100, 100, 50].map((processed) => ({ status: 'success', processed, unprocessed: [] })));

			const stranger = CleverTap.init('ACC', 'wrong', 'in1');
			stranger.api.apiEndpoint = client.api.apiEndpoint;
			expect(await stranger.upload(records)).toEqual({ status: 'fail', error: 'Invalid Credentials', code: 401 });
		});
	});
});
