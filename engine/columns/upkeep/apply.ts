import { operation, type Param, type Tx } from '../../store/database';
import type { EncodedColumn } from '../column-builder';
import { readState, type UpkeepState } from '../catalog';
import type { EncodedChunk } from '../event-chunk';
import type { EncodedBlock } from '../people-block';
import type { Change } from './change';
import { writeValues } from './values';

/** Columns written by one statement. */
const COLUMNS_AT_ONCE = 40;

/**
 * Writes what upkeep has made. Void when other columns were written in between: whoever is second begins again.
 * Losing it in a power cut does no harm, so it need not be durable.
 */
export const applyUpkeep = operation<Change, { applied: boolean }>(async (tx, change, { now }) => {
	await tx.lock('upkeep');
	const state = await readState(tx);
	if (state.generation !== change.generation) return { applied: false };
	const before: Reach = change.reset ? NOTHING : state;
	if (change.reset) await dropEverything(tx);
	await dropChunks(tx, change.dropChunks);
	const first = (await nextNumber(tx)) ?? now;
	await writeChunks(tx, change.chunks, first);
	const newBlocks = await writeBlocks(tx, change.blocks, first + change.chunks.length);
	await writeValues(tx, {
		// Where the counters got lost, time goes on above all that they can have been: no number may stand for two things.
		generation: state.generation < 0 ? now : state.generation + 1,
		next: first + change.chunks.length + change.blocks.length,
		events: change.events ?? before.events,
		people: change.people ?? before.people,
		cleaned: change.cleaned ?? before.cleaned,
		// Counted by what is meant to be there, so that whatever gets lost is missed.
		chunks: before.chunks + change.chunks.length - change.dropChunks.length,
		blocks: before.blocks + newBlocks,
	});
	return { applied: true };
}, 'events');

type Reach = Pick<UpkeepState, 'events' | 'people' | 'cleaned' | 'chunks' | 'blocks'>;
const NOTHING: Reach = { events: 0, people: 0, cleaned: 0, chunks: 0, blocks: 0 };

async function dropEverything(tx: Tx): Promise<void> {
	for (const table of ['chunk', 'chunk_column', 'people_block', 'people_column']) await tx.run(`DELETE FROM ${table}`);
	if (tx.dialect.name === 'sqlite') return;
	// A database that was put back elsewhere counts its transactions anew: stamps of the old one would not be reached for long.
	const [settled, beyond] = ['pg_snapshot_xmin', 'pg_snapshot_xmax'].map((bound) => `${bound}(pg_current_snapshot())::text::bigint`);
	// In groups: all that has one stamp is taken into columns at once.
	await tx.run(`UPDATE event SET stamp = least(id / 16384, ${settled} - 1) WHERE stamp >= ${beyond}`);
	await tx.run(`UPDATE person SET stamp = 0 WHERE stamp >= ${beyond}`);
}

async function dropChunks(tx: Tx, chunks: readonly number[]): Promise<void> {
	if (chunks.length === 0) return;
	const named = `(SELECT chunk FROM ${tx.dialect.rows('$1', { chunk: 'integer' })} AS dropped)`;
	const params = [JSON.stringify(chunks.map((chunk) => [chunk]))];
	await tx.run(`DELETE FROM chunk_column WHERE chunk IN ${named}`, params);
	await tx.run(`DELETE FROM chunk WHERE chunk IN ${named}`, params);
}

async function nextNumber(tx: Tx): Promise<number | undefined> {
	const row = await tx.get<{ value: number }>("SELECT value FROM upkeep WHERE name = 'next'");
	return row?.value;
}

async function writeChunks(tx: Tx, chunks: readonly EncodedChunk[], first: number): Promise<void> {
	if (chunks.length === 0) return;
	const rows = chunks.map((chunk, index) => [
		first + index, chunk.nameId, chunk.size, chunk.firstTs, chunk.lastTs, chunk.lowId, chunk.highId, chunk.fromStamp, chunk.peopleStamp, chunk.columns.length,
	]);
	const columns = ['chunk', 'name_id', 'size', 'first_ts', 'last_ts', 'low_id', 'high_id', 'from_stamp', 'people_stamp', 'columns'];
	await tx.run(
		`INSERT INTO chunk (${columns.join(', ')}) SELECT ${columns.join(', ')}
		 FROM ${tx.dialect.rows('$1', Object.fromEntries(columns.map((name) => [name, 'integer' as const])))} AS made`,
		[JSON.stringify(rows)],
	);
	await writeColumns(tx, 'chunk_column', 'chunk', chunks.map(({ columns: made }, index) => ({ key: first + index, columns: made })));
}

/** @returns how many of them are new */
async function writeBlocks(tx: Tx, blocks: readonly EncodedBlock[], first: number): Promise<number> {
	if (blocks.length === 0) return 0;
	const before = await countBlocks(tx);
	const rows = JSON.stringify(blocks.map(({ block, made, columns }, index) => [block, first + index, made, columns.length]));
	const made = tx.dialect.rows('$1', { block: 'integer', version: 'integer', made: 'integer', columns: 'integer' });
	await tx.run(`DELETE FROM people_column WHERE block IN (SELECT block FROM ${made} AS made)`, [rows]);
	await tx.run(
		`INSERT INTO people_block (block, version, made, columns) SELECT block, version, made, columns FROM ${made} AS made WHERE true
		 ON CONFLICT (block) DO UPDATE SET version = excluded.version, made = excluded.made, columns = excluded.columns`,
		[rows],
	);
	await writeColumns(tx, 'people_column', 'block', blocks.map(({ block, columns }) => ({ key: block, columns })));
	return (await countBlocks(tx)) - before;
}

async function writeColumns(tx: Tx, table: string, key: string, made: ReadonlyArray<{ key: number; columns: EncodedColumn[] }>): Promise<void> {
	const rows = made.flatMap(({ key: number, columns }) => columns.map(({ name, data }): Param[] => [number, name, data]));
	for (let start = 0; start < rows.length; start += COLUMNS_AT_ONCE) {
		const some = rows.slice(start, start + COLUMNS_AT_ONCE);
		const places = some.map((_, index) => `($${index * 3 + 1}, $${index * 3 + 2}, $${index * 3 + 3})`);
		await tx.run(`INSERT INTO ${table} (${key}, name, data) VALUES ${places.join(', ')}`, some.flat());
	}
}

async function countBlocks(tx: Tx): Promise<number> {
	const row = await tx.get<{ blocks: number }>('SELECT count(*) AS blocks FROM people_block');
	return row?.blocks ?? 0;
}
