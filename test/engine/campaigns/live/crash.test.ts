import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { LiveScanner } from '../../../../engine/campaigns/live/live-scanner';
import type { LiveKind } from '../../../../engine/campaigns/live/trigger';
import type { StoreOptions } from '../../../../engine/store/store';
import { seededRandom } from '../../../support/kills';
import { cameIn, MINUTE, publishLive, scanAll } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';
import { until } from '../../../support/until';
import { RUN_TS } from '../../../support/run-ts';

const PROCESS = path.join(__dirname, '../../../support/scan-process.ts');
const KILLS = 5;

const VIEWED: LiveKind = { kind: 'action', events: [{ event: 'Viewed', where: [] }], delayMs: 0, firstTimeOnly: false };
const CART: LiveKind = { kind: 'inaction', first: [{ event: 'Viewed', where: [] }], second: { event: 'Charged', where: [] }, withinMs: 30 * MINUTE, restart: false };

const scanners: ChildProcess[] = [];

function scanner({ clock: _clock, ...plain }: StoreOptions): ChildProcess {
	const child = spawn(process.execPath, [...RUN_TS, PROCESS, JSON.stringify(plain), String(START - Date.now())], { stdio: ['ignore', 'pipe', 'inherit'] });
	scanners.push(child);
	return child;
}

// They read for ever, also for a test that failed.
afterEach(() => scanners.splice(0).forEach((child) => child.kill('SIGKILL')));

jest.setTimeout(240_000);

describeStores('processes killed while they read events for live campaigns', (fixture) => {
	test('leave nothing out, and do nothing twice', async () => {
		const { options, store } = fixture();
		const random = seededRandom();
		const action = await publishLive(store, VIEWED);
		const inaction = await publishLive(store, CART, { nodeId: 'cart' });
		const total = 3_000;
		const events = Array.from({ length: total }, (_, index) => ({ user: `u${index % 500}`, name: index % 2 === 0 ? 'Viewed' : 'Charged', ts: START + index }));
		let done = false;
		const ingesting = (async () => {
			for (let at = 0; at < total; at += 20) {
				await store.ingest({ events: events.slice(at, at + 20) });
				await sleep(60);
			}
			done = true;
		})();
		// One goes on, one is killed over and over.
		const beside = scanner(options);
		for (let kill = 0; kill < KILLS && !done; kill++) {
			const child = scanner(options);
			// It may have come too late to read anything: then it prints nothing.
			await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), ingesting]);
			await sleep(random() * 300);
			child.kill('SIGKILL');
			await once(child, 'exit');
		}
		await ingesting;
		beside.kill('SIGKILL');
		await once(beside, 'exit');
		await scanAll(store, options);
		const came = await cameIn(options, action.run);
		expect(came.map(({ start }) => start - START).sort((a, b) => a - b)).toEqual(Array.from({ length: total / 2 }, (_, index) => index * 2));
		// u0, u2, ... viewed and never charged; each waits once, from the first time on.
		const waits = await cameIn(options, inaction.run);
		expect(waits.map(({ user, start, reason }) => `${user} ${start - START} ${reason}`).sort()).toEqual(
			Array.from({ length: 250 }, (_, index) => `u${index * 2} ${index * 2} null`).sort(),
		);
	});
});

describeStores('the scanner', (fixture) => {
	test('reads at once what this process has stored, and by and by what others have', async () => {
		const { store, options } = fixture();
		const { run } = await publishLive(store, VIEWED);
		let entered = 0;
		const leave = LiveScanner.of(store).join({ onEntered: () => (entered += 1), onTrouble: (error) => expect(error).toBeUndefined() });
		await store.ingest({ events: [{ user: 'a', name: 'Viewed', ts: START }] });
		await until('the first', () => entered > 0);
		await (await fixture().another()).ingest({ events: [{ user: 'b', name: 'Viewed', ts: START + 1 }] });
		await until('the second', async () => (await cameIn(options, run)).length === 2);
		leave();
		await sleep(100);
		await store.ingest({ events: [{ user: 'c', name: 'Viewed', ts: START + 2 }] });
		await sleep(800);
		expect(await cameIn(options, run)).toHaveLength(2);
		// And begins anew for the next.
		const leaveAgain = LiveScanner.of(store).join({ onEntered: () => {}, onTrouble: () => {} });
		await until('the third', async () => (await cameIn(options, run)).length === 3);
		leaveAgain();
	});
});
