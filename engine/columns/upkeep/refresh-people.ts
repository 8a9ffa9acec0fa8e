import type { Tx } from '../../store/database';
import { rowsOfBlock } from '../block-reader';
import type { Catalog, UpkeepState } from '../catalog';
import { BLOCK_PEOPLE, encodeBlock } from '../people-block';
import { emptyChange, isEnough, type Change } from './change';

/** Changed people from which on it is worth writing their blocks; of many people, a share of them. */
const WORTHWHILE = 2_000;
const WORTHWHILE_SHARE = 0.02;

/** Blocks written at a time, or fewer large ones. */
const BATCH = 4;

/** Blocks are written in passes: all those with changes of people up to one stamp. Lost with the process, it begins anew. */
export interface PeoplePass {
	to: number;
	blocks: number[];
}

/** The next pass; undefined while few people have changed. `all`: however few. */
export async function planPeoplePass(tx: Tx, { people, peopleSettled }: UpkeepState, catalog: Catalog, all: boolean): Promise<PeoplePass | undefined> {
	const rows = await tx.all<{ block: number; newest: number; changed: number }>(
		`SELECT person / ${BLOCK_PEOPLE} AS block, max(stamp) AS newest, count(*) AS changed FROM person
		 WHERE stamp >= $1 AND stamp < $2 GROUP BY person / ${BLOCK_PEOPLE} ORDER BY person / ${BLOCK_PEOPLE}`,
		[people, peopleSettled],
	);
	const changed = rows.reduce((sum, row) => sum + row.changed, 0);
	if (changed === 0 || (!all && changed < Math.max(WORTHWHILE, catalog.blocks.size * BLOCK_PEOPLE * WORTHWHILE_SHARE))) return undefined;
	const blocks = rows.filter(({ block, newest }) => newest >= (catalog.blocks.get(block)?.made ?? 0)).map(({ block }) => block);
	return { to: peopleSettled, blocks };
}

/** Writes some blocks of a pass, and says so when it was the last. Takes them off the pass. */
export async function refreshPeople(tx: Tx, state: UpkeepState, pass: PeoplePass): Promise<Change> {
	const change = emptyChange(state.generation);
	for (const block of pass.blocks.slice(0, BATCH)) {
		if (isEnough(change)) break;
		change.blocks.push(await encodeBlock(block, rowsOfBlock(tx, block), state.peopleSettled));
	}
	pass.blocks.splice(0, change.blocks.length);
	if (pass.blocks.length === 0) change.people = pass.to;
	return change;
}
