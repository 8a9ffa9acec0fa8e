/*
 * A process that stores events for one user and keeps the columns up to date meanwhile, for tests that kill it:
 * `ingest-process.ts STORE-OPTIONS USER FROM TO`. Event n has the message id `USER n`; after every batch the number of
 * the next event is printed, which says that all before it are stored.
 */
import { openStore } from '../../engine/store/open';
import type { StoreOptions } from '../../engine/store/store';

const [options, user, from, to] = process.argv.slice(2) as [string, string, string, string];
const BATCH = 500;

void main(JSON.parse(options) as StoreOptions, Number(from), Number(to));

async function main(storeOptions: StoreOptions, first: number, end: number): Promise<void> {
	const store = await openStore(storeOptions);
	let done = false;
	const upkeep = (async () => {
		// Far more often than it would be by itself: a kill shall meet it at work.
		while (!done) await store.bringUpToDate();
	})();
	for (let n = first; n < end; n += BATCH) {
		await store.ingest({ events: eventsOf(user, n, Math.min(n + BATCH, end)) });
		process.stdout.write(`${Math.min(n + BATCH, end)}\n`);
	}
	done = true;
	await upkeep;
	await store.close();
}

function eventsOf(who: string, first: number, end: number) {
	return Array.from({ length: end - first }, (_, index) => {
		const n = first + index;
		return { user: who, messageId: `${who} ${n}`, name: n % 3 === 0 ? 'Viewed' : 'Ping', ts: Date.UTC(2026, 0, 1) + n * 1_000, properties: { n, kind: `k${n % 7}` } };
	});
}
