import type { Tx } from '../../store/database';
import { rowsOfBlock } from '../block-reader';
import type { Catalog, UpkeepState } from '../catalog';
import { encodeFromRows } from '../chunk-reader';
import { DamagedColumn } from '../encoding';
import type { ChunkInfo } from '../event-chunk';
import { encodeBlock } from '../people-block';
import { emptyChange, isEnough, type Change } from './change';

/** What questions found damaged. */
export interface Damage {
	chunks: number[];
	blocks: number[];
	/** Which rows a chunk held is not known any more: everything is made anew. */
	all: boolean;
	/** Of which generation of columns `all` was found. */
	generation?: number;
}

/** Chunks and blocks made anew at a time, or fewer large ones. */
const BATCH = 8;

/** Columns of which some are missing, by counting them. */
export async function findDamage(tx: Tx, catalog: Catalog): Promise<Damage> {
	const incomplete = async (table: string, key: string, expected: Map<number, number>): Promise<number[]> => {
		const rows = await tx.all<{ key: number; columns: number }>(`SELECT ${key} AS key, count(*) AS columns FROM ${table} GROUP BY ${key}`);
		const found = new Map(rows.map((row) => [row.key, row.columns]));
		return [...expected].filter(([number, columns]) => found.get(number) !== columns).map(([number]) => number);
	};
	const chunks = new Map([...catalog.chunks.values()].flat().map(({ chunk, columns }) => [chunk, columns]));
	const blocks = new Map([...catalog.blocks.values()].map(({ block, columns }) => [block, columns]));
	return {
		chunks: await incomplete('chunk_column', 'chunk', chunks),
		blocks: await incomplete('people_column', 'block', blocks),
		all: catalog.isDamaged,
	};
}

/** Makes some of what is damaged anew from the rows, and takes it off the damage; undefined when nothing is left of it. */
export async function repair(tx: Tx, state: UpkeepState, catalog: Catalog, damage: Damage): Promise<Change | undefined> {
	if (damage.all) return resetAll(state, damage);
	const infos = new Map([...catalog.chunks.values()].flat().map((info) => [info.chunk, info]));
	damage.chunks = damage.chunks.filter((chunk) => infos.has(chunk));
	damage.blocks = damage.blocks.filter((block) => catalog.blocks.has(block));
	if (damage.chunks.length + damage.blocks.length === 0) return undefined;
	const change = emptyChange(state.generation);
	try {
		while (damage.chunks.length > 0 && change.dropChunks.length < BATCH && !isEnough(change)) {
			const info = infos.get(damage.chunks.shift() as number) as ChunkInfo;
			const made = await encodeFromRows(tx, info, state.peopleSettled);
			change.dropChunks.push(info.chunk);
			if (made) change.chunks.push(made);
		}
	} catch (error) {
		if (!(error instanceof DamagedColumn)) throw error;
		return resetAll(state, damage);
	}
	while (damage.blocks.length > 0 && change.blocks.length < BATCH && !isEnough(change)) {
		const block = damage.blocks.shift() as number;
		change.blocks.push(await encodeBlock(block, rowsOfBlock(tx, block), state.peopleSettled));
	}
	return change;
}

function resetAll(state: UpkeepState, damage: Damage): Change {
	Object.assign(damage, { chunks: [], blocks: [], all: false });
	return { ...emptyChange(state.generation), reset: true };
}
