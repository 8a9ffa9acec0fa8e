/*
 * A process that conducts the test campaign on a clock of its own, for tests that kill it:
 * `zone-process.ts STORE-OPTIONS FROM UNTIL`. Lines of its input say how far it may go. Prints each quarter of an hour
 * when it has done what was due.
 */
import { createInterface } from 'node:readline';

import { ManualClock } from '../../engine/clock';
import { openStore } from '../../engine/store/open';
import type { StoreOptions } from '../../engine/store/store';
import { conductorOf } from './zone-runs';

const QUARTER = 15 * 60_000;
const [options, from, until] = process.argv.slice(2) as [string, string, string];

void main(JSON.parse(options) as StoreOptions, Number(from), Number(until));

async function main(storeOptions: StoreOptions, first: number, last: number): Promise<void> {
	const clock = new ManualClock(first);
	const store = await openStore({ ...storeOptions, clock });
	const conductor = await conductorOf(store);
	let time = first;
	for await (const line of createInterface({ input: process.stdin })) {
		for (; time <= Math.min(Number(line), last); time += QUARTER) {
			clock.set(time);
			await conductor.beat();
			process.stdout.write(`${time}\n`);
		}
		if (time > last) break;
	}
	process.stdin.destroy();
	await store.close();
}
