import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Demo } from '../../scripts/demo/demo.mjs';
import { audienceOf, expectEverybodyOnce, inSmallBatches, messagesOf, reached, seededRandom, shareOfMessages } from '../support/kills';
import { startOwnPostgres, storeCredential, type OwnPostgres } from '../support/postgres';

/*
 * One n8n process, whose campaigns have their store in PostgreSQL: that is stopped at once in the middle of a run and
 * started again. n8n itself needs no PostgreSQL here, and must live on.
 */

const AWAY_MS = 4_000;

jest.setTimeout(12 * 60_000);

describe('n8n, the PostgreSQL of its campaigns restarted in the middle of a run', () => {
	let folder: string;
	let postgres: OwnPostgres;
	let demo: Demo;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'campaigns-outage-'));
		postgres = await startOwnPostgres();
		const { connectionString } = postgres;
		demo = new Demo(folder, {
			...audienceOf(shareOfMessages('store')),
			providers: { latency: 100, 'refuse-share': 0.2, 'timeout-ms': 5_000 },
			store: { connectionString },
			postgres: storeCredential(connectionString),
			change: inSmallBatches({ people: 200, seconds: 2 }),
		});
		await demo.setUp();
	});
	afterAll(async () => {
		await demo?.stop();
		await postgres?.stop();
		if (!process.env.CAMPAIGNS_KEEP_N8N) await rm(folder, { recursive: true, force: true });
	});

	it('sends to everybody exactly once, and leaves nothing unknown', async () => {
		const random = seededRandom();
		await demo.publish();
		let hasEnded = false;
		void demo.n8n?.exited.then(() => (hasEnded = true));
		expect(await reached(demo, { accepted: Math.floor(messagesOf(demo) * (0.2 + 0.4 * random())), delayMs: 700 * random() })).toBe(true);
		await postgres.crash();
		await sleep(AWAY_MS);
		await postgres.start();
		await demo.finished();
		expect(hasEnded).toBe(false);
		await expectEverybodyOnce(demo, []);
	});
});
