import { Redis } from 'ioredis';

import { expectEverybodyOnce, killsWanted, mostOf, planKills, reached, seededRandom, shareOfMessages } from '../support/kills';
import { startPostgres, type TestPostgres } from '../support/postgres';
import { QueueDemo } from '../support/queue-demo';
import { canFindRedis, findRedis } from '../support/redis';

/*
 * The same promise in n8n's queue mode: executions run in workers, releases are waited for in the main process, and
 * the campaigns' store is a PostgreSQL. Now the one, now the other is killed.
 */

const kills = killsWanted(4);

/** While one process starts again the others go on: many kills need a long run. */
const MESSAGES_PER_KILL = 450;

/** n8n takes two minutes to find a worker dead; here it is to be quicker. Milliseconds. */
const QUICK = { QUEUE_WORKER_LOCK_DURATION: '15000', QUEUE_WORKER_LOCK_RENEW_TIME: '4000', QUEUE_WORKER_STALLED_INTERVAL: '5000' };

jest.setTimeout((12 + 2 * kills) * 60_000);

// On a developer's machine without Redis this shows as skipped; in CI it has to run.
const describeQueue = process.env.CI || canFindRedis() ? describe : describe.skip;

describeQueue('n8n in queue mode, killed in the middle of a run', () => {
	const prefix = `campaigns-kill-${process.pid}`;
	let postgres: TestPostgres;
	let redis: string;
	let queue: QueueDemo | undefined;

	beforeEach(async () => {
		postgres = await startPostgres();
		redis = (await findRedis()) as string;
	});
	afterEach(async () => {
		await queue?.stop();
		await postgres.stop();
		await deleteKeys(redis, prefix);
	});

	it(`${kills} times, sends to everybody exactly once or says that it does not know`, async () => {
		queue = await setUp(Math.max(shareOfMessages('queue'), MESSAGES_PER_KILL * kills), QUICK);
		const random = seededRandom();
		const moments = planKills(kills, queue.messages, random);
		await queue.publish();
		// A killed main process sends nothing, so it leaves nothing unknown.
		const workersKilledAt: number[] = [];
		let duringRun = 0;
		for (const [index, moment] of moments.entries()) {
			if (await reached(queue.demo, moment)) duringRun += 1;
			const victims = victimsOf(index, Math.floor(random() * queue.workers.length));
			workersKilledAt.push(...victims.map(() => Date.now()));
			if (victims.length === 0) await queue.restartMain();
			else await queue.restartWorkers(victims);
		}
		await queue.demo.finished();
		expect(duringRun).toBeGreaterThanOrEqual(mostOf(kills));
		await expectEverybodyOnce(queue.demo, workersKilledAt);
	});

	it('once, when n8n takes its own time to find a worker dead', async () => {
		queue = await setUp(shareOfMessages('defaults'));
		const random = seededRandom();
		await queue.publish();
		expect(await reached(queue.demo, { accepted: Math.floor(queue.messages * (0.2 + 0.3 * random())), delayMs: 700 * random() })).toBe(true);
		const killedAt = Date.now();
		// Both: neither takes over from the other, and the last people of the run are among those who wait.
		await queue.restartWorkers([0, 1]);
		await queue.demo.finished();
		console.info(`The run was over ${Math.round((Date.now() - killedAt) / 1_000)} s after the kill`);
		await expectEverybodyOnce(queue.demo, [killedAt, killedAt]);
	});

	async function setUp(messages: number, env?: Record<string, string>): Promise<QueueDemo> {
		return await QueueDemo.setUp({
			messages, postgres: postgres.connectionString, redis, prefix, env,
			rate: { people: 160, seconds: 2 }, latencyMs: 150,
		});
	}
});

/** By turns both workers, the main process (no worker), and one worker, whose work the other takes over. */
function victimsOf(kill: number, anyWorker: number): number[] {
	if (kill % 2 === 1) return [];
	return kill % 4 === 0 ? [0, 1] : [anyWorker];
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
	const redis = new Redis(url);
	const keys = await redis.keys(`*${prefix}*`);
	if (keys.length > 0) await redis.del(...keys);
	redis.disconnect();
}
