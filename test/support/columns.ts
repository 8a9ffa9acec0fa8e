import { setTimeout as sleep } from 'node:timers/promises';

import { applyUpkeep } from '../../engine/columns/upkeep/apply';
import { Upkeep } from '../../engine/columns/upkeep/upkeep';
import type { Database } from './connections';

const NO_DAMAGE = { chunks: [], blocks: [], all: false };

/** Other tests have transactions open on the same server, too: until they end, later rows are not taken into columns. */
const PATIENCE_MS = 20_000;

/** Does one piece of upkeep at the time `now`. `all`: however little there is to do. @returns whether there was one */
export async function upkeepStep(database: Database, upkeep: Upkeep, { all = true, now = 0 } = {}): Promise<boolean> {
	const change = await database.transact(async (tx) => await upkeep.next(tx, { all, damage: NO_DAMAGE, forget: false }, now));
	if (!change) return false;
	// As between threads.
	await database.call(applyUpkeep, structuredClone(change));
	return true;
}

/** Has what can be taken into columns now made into columns. */
export async function bringUpToDate(database: Database, upkeep = new Upkeep()): Promise<void> {
	while (await upkeepStep(database, upkeep));
}

/** Has all that is stored made into columns; waits for transactions of others to end. */
export async function bringAllUpToDate(database: Database, upkeep = new Upkeep()): Promise<void> {
	for (const started = Date.now(); ; await sleep(50)) {
		await bringUpToDate(database, upkeep);
		const left = await database.transact(
			async (tx) =>
				await tx.get<{ rows: number }>(
					`SELECT (SELECT count(*) FROM event WHERE ${tx.dialect.eventStamp} >= (SELECT value FROM upkeep WHERE name = 'events'))
					      + (SELECT count(*) FROM person WHERE stamp >= (SELECT value FROM upkeep WHERE name = 'people')) AS rows`,
				),
		);
		if (left?.rows === 0) return;
		if (Date.now() - started > PATIENCE_MS) throw new Error(`${left?.rows} rows are not taken into columns.`);
	}
}
