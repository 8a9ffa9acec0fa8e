import { applyUpkeep } from '../../engine/columns/upkeep/apply';
import { Upkeep } from '../../engine/columns/upkeep/upkeep';
import type { Database } from './connections';

const NO_DAMAGE = { chunks: [], blocks: [], all: false };

/** Does one piece of upkeep. @returns whether there was one */
export async function upkeepStep(database: Database, upkeep: Upkeep, all = true): Promise<boolean> {
	const change = await database.transact(async (tx) => await upkeep.next(tx, { all, damage: NO_DAMAGE, forget: false }, 0));
	if (!change) return false;
	// As between threads.
	await database.call(applyUpkeep, structuredClone(change));
	return true;
}

/** Has all that is stored made into columns. */
export async function bringUpToDate(database: Database, upkeep = new Upkeep()): Promise<void> {
	while (await upkeepStep(database, upkeep));
}
