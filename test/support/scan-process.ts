/*
 * A process that reads events for live campaigns over and over, for tests that kill it: `scan-process.ts STORE-OPTIONS
 * CLOCK-OFFSET`. Prints how many entries it has made, whenever it has made some. Pages are small, so that there are many.
 */
import { systemClock } from '../../engine/clock';
import { scanLive } from '../../engine/campaigns/live/scanner';
import { openStore } from '../../engine/store/open';
import type { StoreOptions } from '../../engine/store/store';

const [options, offset] = process.argv.slice(2) as [string, string];

void main({ ...(JSON.parse(options) as StoreOptions), clock: systemClock(Number(offset)) });

async function main(storeOptions: StoreOptions): Promise<void> {
	const store = await openStore(storeOptions);
	for (let entered = 0; ; ) {
		const more = await scanLive(store, 7);
		entered += more;
		if (more > 0) process.stdout.write(`${entered}\n`);
	}
}
