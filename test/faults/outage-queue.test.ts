import { setTimeout as sleep } from 'node:timers/promises';

import { expectEverybodyOnce, reached, seededRandom, shareOfMessages } from '../support/kills';
import { startOwnPostgres, type OwnPostgres } from '../support/postgres';
import { QueueDemo } from '../support/queue-demo';
import { canStartRedis, startOwnRedis, type OwnRedis } from '../support/redis';

/*
 * What n8n's queue mode stands on fails in the middle of a run: Redis is lost with everything in it, the queue of
 * executions and the pace of the providers; PostgreSQL, which holds n8n's database and the campaigns' store, is stopped
 * at once and started again. n8n's processes are started again where they end.
 */

jest.setTimeout(20 * 60_000);

// On a developer's machine without Redis this shows as skipped; in CI it has to run.
const describeQueue = process.env.CI || canStartRedis() ? describe : describe.skip;

describeQueue('n8n in queue mode, Redis lost and PostgreSQL restarted in the middle of a run', () => {
	let postgres: OwnPostgres;
	let redis: OwnRedis;
	let queue: QueueDemo;

	beforeAll(async () => {
		[postgres, redis] = await Promise.all([startOwnPostgres(), startOwnRedis()]);
		queue = await QueueDemo.setUp({
			messages: shareOfMessages('outage'), postgres: postgres.connectionString, redis: redis.url, prefix: `campaigns-outage-${process.pid}`,
			rate: { people: 160, seconds: 2 }, latencyMs: 100,
			// Stated, so that the workers keep it by way of Redis.
			providerOptions: { requestsPerSecond: 90 },
		});
	});
	afterAll(async () => {
		await queue?.stop();
		await postgres?.stop();
		await redis?.kill();
	});

	it('sends to everybody exactly once or says that it does not know', async () => {
		const random = seededRandom();
		await queue.publish();
		queue.supervise();
		const outages = [
			// n8n gives Redis ten seconds before it ends.
			{ at: 0.15 + 0.1 * random(), stop: redis.kill, start: redis.start, awayMs: 4_000 },
			{ at: 0.35 + 0.1 * random(), stop: postgres.crash, start: postgres.start, awayMs: 3_000 },
		];
		const began: number[] = [];
		for (const { at, stop, start, awayMs } of outages) {
			expect(await reached(queue.demo, { accepted: Math.floor(at * queue.messages), delayMs: random() * 700 })).toBe(true);
			began.push(Date.now());
			await stop();
			await sleep(awayMs);
			await start();
		}
		await queue.demo.finished();
		const { ended } = queue.supervisor;
		console.info(`Processes that ended by themselves: ${ended.map(({ who }) => who).join(', ') || 'none'}`);
		await expectEverybodyOnce(queue.demo, ended.filter(({ who }) => who === 'worker').map(({ at }) => at));
	});
});
