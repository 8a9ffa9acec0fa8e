import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';

import { Demo } from '../../scripts/demo/demo.mjs';
import { installPack } from '../../scripts/lib/host.mjs';
import { N8n, queueEnvironment, type N8nOptions } from '../../scripts/lib/n8n.mjs';
import { expectEverybodyOnce, inSmallBatches, killsWanted, messagesOf, mostOf, planKills, reached, seededRandom } from '../support/kills';
import { startPostgres, storeCredential, type TestPostgres } from '../support/postgres';
import { canFindRedis, findRedis } from '../support/redis';

/*
 * The same promise in n8n's queue mode: executions run in workers, releases are waited for in the main process, and
 * the campaigns' store is a PostgreSQL. Now the one, now the other is killed.
 */

const kills = killsWanted(3);
const PREFIX = `campaigns-kill-${process.pid}`;

/** n8n takes two minutes to find a worker dead; here it is to be quicker. Milliseconds. */
const QUICK = { QUEUE_WORKER_LOCK_DURATION: '15000', QUEUE_WORKER_LOCK_RENEW_TIME: '4000', QUEUE_WORKER_STALLED_INTERVAL: '5000' };

jest.setTimeout((8 + 2 * kills) * 60_000);

// On a developer's machine without Redis this shows as skipped; in CI it has to run.
const describeQueue = process.env.CI || canFindRedis() ? describe : describe.skip;

describeQueue(`n8n in queue mode, killed ${kills} times in the middle of a run`, () => {
	let folder: string;
	let postgres: TestPostgres;
	let redis: string;
	let demo: Demo;
	/** Two of them, once the campaign is published. */
	const workers: N8n[] = [];
	let mainOptions: N8nOptions;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'campaigns-kill-'));
		postgres = await startPostgres();
		redis = (await findRedis()) as string;
		const { connectionString } = postgres;
		demo = new Demo(folder, {
			// While one process starts again the others go on: two windows of the throttle for each kill.
			people: 1_000 + 1_300 * kills,
			events: 10 * (1_000 + 1_300 * kills),
			providers: { latency: 700, 'refuse-share': 0.2, 'timeout-ms': 5_000 },
			env: { ...QUICK, ...queueEnvironment({ postgres: connectionString, redis, prefix: PREFIX, encryptionKey: PREFIX }) },
			store: { connectionString },
			postgres: storeCredential(connectionString),
			change: inSmallBatches({ people: 80, seconds: 15 }),
			start: async (options: N8nOptions) => {
				mainOptions = { ...options, mode: 'main' };
				return await N8n.start(mainOptions);
			},
		});
		await demo.setUp();
	});
	afterAll(async () => {
		await demo.stop();
		await Promise.all(workers.map(async (worker) => await worker.kill('SIGKILL')));
		await postgres.stop();
		await deleteKeys(redis);
		if (!process.env.CAMPAIGNS_KEEP_N8N) await rm(folder, { recursive: true, force: true });
	});

	it('sends to everybody exactly once or says that it does not know', async () => {
		const random = seededRandom();
		const moments = planKills(kills, messagesOf(demo), random);
		await demo.publish();
		for (const index of [0, 1]) await startWorker(index);
		// A killed main process sends nothing, so it leaves nothing unknown.
		const workersKilledAt: number[] = [];
		let duringRun = 0;
		for (const [index, moment] of moments.entries()) {
			if (await reached(demo, moment)) duringRun += 1;
			const victims = victimsOf(index, Math.floor(random() * workers.length));
			workersKilledAt.push(...victims.map(() => Date.now()));
			if (victims.length === 0) await restartMain();
			else await restartWorkers(victims);
		}
		await demo.finished();
		expect(duringRun).toBeGreaterThanOrEqual(mostOf(kills));
		await expectEverybodyOnce(demo, workersKilledAt);
	});

	async function restartMain(): Promise<void> {
		await demo.n8n?.kill('SIGKILL');
		await forgetCrash(demo.userFolder);
		await demo.startN8n();
	}

	async function restartWorkers(victims: number[]): Promise<void> {
		await Promise.all(victims.map(async (index) => await workers[index]?.kill('SIGKILL')));
		for (const index of victims) {
			await forgetCrash(workerFolder(index));
			await startWorker(index);
		}
	}

	async function startWorker(index: number): Promise<void> {
		await installPack(workerFolder(index));
		workers[index] = await N8n.start({ mode: 'worker', userFolder: workerFolder(index), env: mainOptions.env });
	}

	function workerFolder(index: number): string {
		return join(folder, `worker-${index}`);
	}
});

/** By turns both workers, the main process (no worker), and one worker, whose work the other takes over. */
function victimsOf(kill: number, anyWorker: number): number[] {
	if (kill % 2 === 1) return [];
	return kill % 4 === 0 ? [0, 1] : [anyWorker];
}

/** n8n waits ten seconds after a crash, lest it crashes in a loop; nothing else hangs on this file. */
async function forgetCrash(userFolder: string): Promise<void> {
	await rm(join(userFolder, '.n8n', 'crash.journal'), { force: true });
}

async function deleteKeys(url: string): Promise<void> {
	const redis = new Redis(url);
	const keys = await redis.keys(`*${PREFIX}*`);
	if (keys.length > 0) await redis.del(...keys);
	redis.disconnect();
}
