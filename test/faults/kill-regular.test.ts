import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Demo } from '../../scripts/demo/demo.mjs';
import { audienceOf, expectEverybodyOnce, inSmallBatches, killsWanted, messagesOf, mostOf, planKills, reached, seededRandom, shareOfMessages } from '../support/kills';
import { forgetCrash } from '../support/supervisor';

/*
 * The promise of the product: whatever happens to n8n in the middle of a run, everybody gets the message exactly once,
 * or is listed as unknown because nobody can tell. Here one n8n process with the embedded store is killed again and again.
 */

const kills = killsWanted(10);

jest.setTimeout((12 + kills) * 60_000);

describe(`n8n killed ${kills} times in the middle of a run`, () => {
	let folder: string;
	let demo: Demo;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'campaigns-kill-'));
		demo = new Demo(folder, {
			...audienceOf(shareOfMessages('regular')),
			providers: { latency: 100, 'refuse-share': 0.2, 'timeout-ms': 5_000 },
			change: inSmallBatches({ people: 200, seconds: 2 }),
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
			await forgetCrash(demo.userFolder);
			await demo.startN8n();
		}
		await demo.finished();
		expect(duringRun).toBeGreaterThanOrEqual(mostOf(kills));
		await expectEverybodyOnce(demo, killedAt);
	});
});
