import type { Tx } from '../../store/database';
import type { Catalog, UpkeepState } from '../catalog';
import { decodeNumbers, decodeChunk, joinChunks, type ChunkInfo } from '../event-chunk';
import { GONE_COLUMNS } from '../gone';
import { PERSON } from '../names';
import { allColumnsOf, readColumns } from '../stored-columns';
import { emptyChange, isEnough, type Change } from './change';

/** Chunks looked into, and written anew, at a time; or fewer large ones. */
const LOOKED_INTO = 64;
const WRITTEN = 8;

/** Takes people who have been merged or erased up to one stamp out of all chunks. */
export interface CleaningPass {
	to: number;
	/** No event of them has a lower id. */
	lowId: number;
	/** Survivors of merged people; undefined of erased ones. */
	became: Map<number, number | undefined>;
	/** Chunks in which none of them is. */
	clean: Set<number>;
}

/** The next pass; undefined when nobody has gone since the last. */
export async function planCleaning(tx: Tx, { cleaned, peopleSettled }: UpkeepState): Promise<CleaningPass | undefined> {
	const rows = await tx.all<{ person: number; survivor: number | null; first_event: number }>(
		`SELECT ${GONE_COLUMNS} FROM person
		 WHERE stamp >= $1 AND stamp < $2 AND (merged_into IS NOT NULL OR erased_at IS NOT NULL)`,
		[cleaned, peopleSettled],
	);
	if (rows.length === 0) return undefined;
	return {
		to: peopleSettled,
		lowId: rows.reduce((lowest, row) => Math.min(lowest, row.first_event), Infinity),
		became: new Map(rows.map((row) => [row.person, row.survivor ?? undefined])),
		clean: new Set(),
	};
}

/** Cleans some chunks, and says so when none is left. */
export async function cleanChunks(tx: Tx, state: UpkeepState, catalog: Catalog, pass: CleaningPass): Promise<Change> {
	const change = emptyChange(state.generation);
	const unsure = [...catalog.chunks.values()].flat().filter(({ chunk, highId, peopleStamp }) => {
		return peopleStamp < pass.to && highId >= pass.lowId && !pass.clean.has(chunk);
	});
	const some = unsure.slice(0, LOOKED_INTO);
	const people = await readColumns(tx, 'chunk_column', 'chunk', some.map(({ chunk }) => ({ key: chunk, name: PERSON })));
	for (const [index, info] of some.entries()) {
		if (change.dropChunks.length === WRITTEN || isEnough(change)) return change;
		const numbers = decodeNumbers(people[index], info.size);
		if (numbers.some((person) => pass.became.has(person))) await rewrite(tx, info, pass, change);
		else pass.clean.add(info.chunk);
	}
	if (some.length === unsure.length) change.cleaned = pass.to;
	return change;
}

async function rewrite(tx: Tx, info: ChunkInfo, { became, to }: CleaningPass, change: Change): Promise<void> {
	const decoded = decodeChunk(info, await allColumnsOf(tx, info.chunk));
	const isErased = (person: number) => became.has(person) && became.get(person) === undefined;
	decoded.people.forEach((person, row) => (decoded.people[row] = became.get(person) ?? person));
	const written = joinChunks([decoded], { nameId: info.nameId, fromStamp: info.fromStamp, peopleStamp: to }, isErased);
	change.dropChunks.push(info.chunk);
	if (written) change.chunks.push(written);
}
