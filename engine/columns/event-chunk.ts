import { ColumnBuilder, type EncodedColumn } from './column-builder';
import { DamagedColumn, decodeColumn, encodeColumn, type RawColumn } from './encoding';
import { ID, PERSON, propertyName, TIME } from './names';
import { PropertiesBuilder } from './properties-builder';

export const CHUNK_ROWS = 16_384;

/** Characters of JSON from which on a chunk takes no more rows: very large events make small chunks. */
const CHUNK_JSON = 16 * 1024 * 1024;

/** What is known of a chunk without its columns: a row of `chunk` (see migration 002). */
export interface ChunkInfo {
	chunk: number;
	nameId: number;
	size: number;
	/** Zone map, epoch milliseconds. */
	firstTs: number;
	lastTs: number;
	lowId: number;
	highId: number;
	/** Place among the chunks of its name, in the order of commits. */
	fromStamp: number;
	/** People merged or erased before it are so in this chunk. */
	peopleStamp: number;
	/** How many columns it has: fewer are a sign of damage. */
	columns: number;
}

export type EncodedChunk = Omit<ChunkInfo, 'chunk' | 'columns'> & { columns: EncodedColumn[] };

/** An event as columns are made from it. */
export interface EventRow {
	id: number;
	person: number;
	ts: number;
	/** JSON. */
	properties: string;
}

export type ChunkOrigin = Pick<ChunkInfo, 'nameId' | 'fromStamp' | 'peopleStamp'>;

/** The columns of a chunk, read back to be written anew. */
export interface DecodedChunk {
	info: ChunkInfo;
	ids: Float64Array;
	people: Uint32Array;
	/** Epoch milliseconds. */
	times: Float64Array;
	/** By literal name. */
	properties: Map<string, RawColumn>;
}

/** Splits events of one name, ordered by id, into as many as a chunk takes. */
export function splitRows(rows: readonly EventRow[]): EventRow[][] {
	const parts: EventRow[][] = [];
	for (let start = 0; start < rows.length; ) {
		let length = 0;
		let end = start;
		while (end < rows.length && end - start < CHUNK_ROWS && (end === start || length < CHUNK_JSON)) length += (rows[end++] as EventRow).properties.length;
		parts.push(rows.slice(start, end));
		start = end;
	}
	return parts;
}

/** Whether these events fill a chunk. */
export function fillsChunk(rows: readonly EventRow[]): boolean {
	return rows.length >= CHUNK_ROWS || rows.reduce((sum, row) => sum + row.properties.length, 0) >= CHUNK_JSON;
}

/** Makes one chunk of events of one name, ordered by id; not empty. */
export function encodeRows(rows: readonly EventRow[], origin: ChunkOrigin): EncodedChunk {
	const properties = new PropertiesBuilder();
	const [ids, people, times] = [new Float64Array(rows.length), new Uint32Array(rows.length), new Float64Array(rows.length)];
	for (const [index, row] of rows.entries()) {
		ids[index] = row.id;
		people[index] = row.person;
		times[index] = row.ts;
		properties.add(index, JSON.parse(row.properties) as Record<string, unknown>);
	}
	return assemble(origin, ids, people, times, properties.finish(rows.length));
}

/** Puts chunks together, ordered by id, without the rows of people for whom `isGone`; undefined when nothing is left. */
export function joinChunks(chunks: readonly DecodedChunk[], origin: ChunkOrigin, isGone: (person: number) => boolean = () => false): EncodedChunk | undefined {
	const most = chunks.reduce((sum, { ids }) => sum + ids.length, 0);
	const kept = { ids: new Float64Array(most), people: new Uint32Array(most), times: new Float64Array(most) };
	/** Where each row of a chunk goes; -1: nowhere. */
	const places = new Map<DecodedChunk, Int32Array>();
	let size = 0;
	for (const chunk of chunks) {
		const placeOf = new Int32Array(chunk.ids.length).fill(-1);
		places.set(chunk, placeOf);
		for (let row = 0; row < placeOf.length; row++) {
			const person = chunk.people[row] as number;
			if (isGone(person)) continue;
			kept.ids[size] = chunk.ids[row] as number;
			kept.people[size] = person;
			kept.times[size] = chunk.times[row] as number;
			placeOf[row] = size++;
		}
	}
	if (size === 0) return undefined;
	const { ids, people, times } = sortById({ ids: kept.ids.subarray(0, size), people: kept.people.subarray(0, size), times: kept.times.subarray(0, size) }, places);
	return assemble(origin, ids, people, times, joinProperties(places, size));
}

type ChunkRows = Pick<DecodedChunk, 'ids' | 'people' | 'times'>;

/** Puts rows in the order of their ids, and changes `places` accordingly. */
function sortById(rows: ChunkRows, places: ReadonlyMap<DecodedChunk, Int32Array>): ChunkRows {
	const { ids, people, times } = rows;
	if (ids.every((id, place) => place === 0 || (ids[place - 1] as number) < id)) return rows;
	const order = Uint32Array.from(ids, (_, place) => place).sort((a, b) => (ids[a] as number) - (ids[b] as number));
	const newPlace = new Int32Array(order.length);
	order.forEach((old, place) => (newPlace[old] = place));
	for (const placeOf of places.values()) placeOf.forEach((old, row) => old >= 0 && (placeOf[row] = newPlace[old] as number));
	return {
		ids: Float64Array.from(order, (old) => ids[old] as number),
		people: Uint32Array.from(order, (old) => people[old] as number),
		times: Float64Array.from(order, (old) => times[old] as number),
	};
}

function joinProperties(places: ReadonlyMap<DecodedChunk, Int32Array>, size: number): EncodedColumn[] {
	const names = new Set([...places.keys()].flatMap(({ properties }) => [...properties.keys()]));
	return [...names].flatMap((name) => {
		const builder = new ColumnBuilder(name.includes('.'));
		for (const [chunk, placeOf] of places) {
			const column = chunk.properties.get(name);
			if (column) builder.addColumn(column, placeOf);
		}
		return builder.isEmpty ? [] : [builder.encoded(name, size)];
	});
}

function assemble(origin: ChunkOrigin, ids: Float64Array, people: Uint32Array, times: Float64Array, properties: EncodedColumn[]): EncodedChunk {
	const [firstTs, lastTs] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
	const lowId = ids[0] as number;
	return {
		...origin,
		size: people.length,
		firstTs,
		lastTs,
		lowId,
		highId: ids[ids.length - 1] as number,
		columns: [
			{ name: PERSON, data: encodeColumn({ kind: 'numbers', numbers: people }) },
			{ name: TIME, data: encodeColumn({ kind: 'numbers', numbers: compact(times, firstTs) }) },
			{ name: ID, data: encodeColumn({ kind: 'numbers', numbers: compact(ids, lowId) }) },
			...properties,
		],
	};
}

/** Counted from `base`; in 32 bits where that is enough. */
function compact(numbers: Float64Array, base: number): Uint32Array | Float64Array {
	const offsets = numbers.map((number) => number - base);
	return offsets.every((offset) => offset < 2 ** 32) ? Uint32Array.from(offsets) : offsets;
}

/** Reads a chunk back. Throws DamagedColumn. */
export function decodeChunk(info: ChunkInfo, columns: readonly EncodedColumn[]): DecodedChunk {
	const raw = new Map(columns.map(({ name, data }) => [name, decodeColumn(data, info.size)]));
	return {
		info,
		ids: Float64Array.from(numbersOf(raw.get(ID)), (offset) => info.lowId + offset),
		people: Uint32Array.from(numbersOf(raw.get(PERSON))),
		times: Float64Array.from(numbersOf(raw.get(TIME)), (offset) => info.firstTs + offset),
		properties: new Map([...raw].flatMap(([name, column]) => (propertyName(name) === undefined ? [] : [[propertyName(name) as string, column]]))),
	};
}

/** Numbers of a chunk's own columns. Throws DamagedColumn. */
export function numbersOf(raw: RawColumn | undefined): Uint32Array | Float64Array {
	if (raw?.kind === 'numbers') return raw.numbers;
	throw new DamagedColumn('A chunk lacks one of its own columns.');
}

/** As `numbersOf`, of a column as stored. */
export function decodeNumbers(data: Uint8Array | undefined, rows: number): Uint32Array | Float64Array {
	return numbersOf(data && decodeColumn(data, rows));
}
