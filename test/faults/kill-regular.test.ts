import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Demo } from '../../scripts/demo/demo.mjs';
import { expectEverybodyOnce, inSmallBatches, killsWanted, messagesOf, mostOf, planKills, reached, seededRandom } from '../support/kills';

/*
 * The promise of the product: whatever happens to n8n in the middle of a run, everybody gets the message exactly once,
 * or is listed as unknown because nobody can tell. Here one n8n process with the embedded store is killed again and again.
 */

const kills = killsWanted(10);

jest.setTimeout((8 + kills) * 60_000);

describe(`n8n killed ${kills} times in the middle of a run`, () => {
	let folder: string;
	let demo: Demo;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'campaigns-kill-'));
		// More kills need a longer run.
		demo = new Demo(folder, {
			people: 2_000 + 200 * kills,
			events: 10 * (2_000 + 200 * kills),
			providers: { latency: 250, 'refuse-share': 0.2, 'timeout-ms': 5_000 },
			change: inSmallBatches({ people: 100, seconds: 2 }),
		});
		await demo.setUp();
	});
	afterAll(async () => {
		await demo.stop();
		if (!process.env.CAMPAIGNS_KEEP_N8N) await rm(folder, { recursive: true, force: true });
	});

	it('sends to everybody exactly once or says that it does not know', async () => {
		const moments = planKills(kills, messagesOf(demo), seededRandom());
		await demo.publish();
		const killedAt: number[] = [];
		let duringRun = 0;
		for (const moment of moments) {
			if (await reached(demo, moment)) duringRun += 1;
			killedAt.push(Date.now());
			await demo.n8n?.kill('SIGKILL');
			// n8n waits ten seconds after a crash, lest it crashes in a loop; nothing else hangs on this file.
			await rm(join(demo.userFolder, '.n8n', 'crash.journal'), { force: true });
			await demo.startN8n();
		}
		await demo.finished();
		expect(duringRun).toBeGreaterThanOrEqual(mostOf(kills));
		await expectEverybodyOnce(demo, killedAt);
	});
});
