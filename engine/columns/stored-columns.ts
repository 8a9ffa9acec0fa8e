import { isStorable } from '../storable';
import type { Tx } from '../store/database';
import type { EncodedColumn } from './column-builder';
import type { RawColumn } from './encoding';

export interface WantedColumn {
	/** Number of the chunk or block. */
	key: number;
	name: string;
}

/** Chunks or blocks whose columns are read at a time, and bytes of these: what is in memory beside the cache. */
const SLICE = 64;
const SLICE_BYTES = 64 * 1024 * 1024;

/** Chunks or blocks with what `load` gives for them, a slice at a time; in halves of it where that says it is too much. */
export async function* inSlices<Info, Loaded>(infos: readonly Info[], load: (slice: readonly Info[]) => Promise<Loaded[] | undefined>, size = SLICE): AsyncGenerator<[Info, Loaded]> {
	for (let start = 0; start < infos.length; start += size) {
		const slice = infos.slice(start, start + size);
		const loaded = await load(slice);
		if (!loaded) yield* inSlices(slice, load, Math.ceil(slice.length / 2));
		else for (const [index, info] of slice.entries()) yield [info, loaded[index] as Loaded];
	}
}

/** Whether columns are too much for a slice. Neither store reads them for that. */
export async function areTooMuch(tx: Tx, table: 'chunk_column' | 'people_column', key: 'chunk' | 'block', wanted: readonly WantedColumn[]): Promise<boolean> {
	const row = await tx.get<{ bytes: number | null }>(
		`SELECT sum(octet_length(stored.data)) AS bytes
		 FROM ${tx.dialect.rows('$1', { key: 'integer', name: 'text' })} AS wanted
		 JOIN ${table} AS stored ON stored.${key} = wanted.key AND stored.name = wanted.name`,
		[JSON.stringify(wanted.flatMap(({ key: number, name }) => (isStorable(name) ? [[number, name]] : [])))],
	);
	return (row?.bytes ?? 0) > SLICE_BYTES;
}

/** The bytes of many columns with one statement, each at the place of its question; undefined where there is none. */
export async function readColumns(
	tx: Tx,
	table: 'chunk_column' | 'people_column',
	key: 'chunk' | 'block',
	wanted: readonly WantedColumn[],
): Promise<Array<Uint8Array | undefined>> {
	const found: Array<Uint8Array | undefined> = new Array(wanted.length);
	const rows = await tx.blobs(
		`SELECT CAST(wanted.place AS integer) AS place, stored.data
		 FROM ${tx.dialect.rows('$1', { place: 'integer', key: 'integer', name: 'text' })} AS wanted
		 JOIN ${table} AS stored ON stored.${key} = wanted.key AND stored.name = wanted.name`,
		[JSON.stringify(wanted.flatMap(({ key: number, name }, place) => (isStorable(name) ? [[place, number, name]] : [])))],
	);
	for (const { place, data } of rows) found[place] = data;
	return found;
}

/** Every column of a chunk. */
export async function allColumnsOf(tx: Tx, chunk: number): Promise<EncodedColumn[]> {
	const names = await tx.all<{ name: string }>('SELECT name FROM chunk_column WHERE chunk = $1', [chunk]);
	const data = await readColumns(tx, 'chunk_column', 'chunk', names.map(({ name }) => ({ key: chunk, name })));
	return names.flatMap(({ name }, index) => (data[index] ? [{ name, data: data[index] }] : []));
}

/** Bytes of all columns of chunks, in their order. They are not read for that. */
export async function bytesOfChunks(tx: Tx, chunks: ReadonlyArray<{ chunk: number }>): Promise<number[]> {
	const rows = await tx.all<{ chunk: number; bytes: number }>(
		`SELECT chunk, sum(octet_length(data)) AS bytes FROM chunk_column
		 WHERE chunk IN (SELECT number FROM ${tx.dialect.rows('$1', { number: 'integer' })} AS asked) GROUP BY chunk`,
		[JSON.stringify(chunks.map(({ chunk }) => [chunk]))],
	);
	const bytes = new Map(rows.map((row) => [row.chunk, row.bytes]));
	return chunks.map(({ chunk }) => bytes.get(chunk) ?? 0);
}

/** About how much memory a column takes. */
export function bytesOfRaw(raw: RawColumn): number {
	if (raw.kind === 'numbers') return raw.numbers.byteLength;
	return raw.values.reduce((sum: number, value) => sum + sizeOf(value), raw.codes.byteLength);
}

function sizeOf(value: unknown): number {
	if (typeof value === 'string') return 24 + value.length * 2;
	return typeof value === 'object' && value !== null ? 64 + JSON.stringify(value).length * 4 : 16;
}
