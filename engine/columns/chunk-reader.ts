import type { Column, EventBatch, EventQuery } from '../segments/columns';
import type { Tx } from '../store/database';
import type { ByteCache } from './cache';
import { decodeColumn, DamagedColumn, type RawColumn } from './encoding';
import { decodeNumbers, encodeRows, type ChunkInfo, type EncodedChunk, type EventRow } from './event-chunk';
import type { GonePeople } from './gone';
import { ID, namesFor, PERSON, propertyColumn, TIME } from './names';
import { columnOf, pathColumn } from './path-column';
import { areTooMuch, bytesOfRaw, inSlices, readColumns, type WantedColumn } from './stored-columns';

/** A column in memory. */
export interface CachedColumn {
	/** Undefined: the chunk has no such property. */
	raw?: RawColumn;
	column?: Column;
	/** Of people's numbers: who had gone when they were last looked over. */
	goneVersion: number;
}

/** Reads chunks of events, through the cache. A chunk that is damaged is made of its rows. */
export class ChunkReader {
	/** How often a damaged chunk has been made of its rows. */
	private readonly makings = new Map<number, number>();

	constructor(
		readonly cache: ByteCache<CachedColumn>,
		private readonly gone: GonePeople,
		private readonly damaged: Set<number>,
	) {}

	async *batches(tx: Tx, chunks: readonly ChunkInfo[], query: EventQuery): AsyncGenerator<EventBatch> {
		const wanted = chunks.filter(({ firstTs, lastTs }) => lastTs >= query.from && firstTs <= query.to);
		const properties = [...new Set(query.properties.flatMap(namesFor))].map(propertyColumn);
		const namesOf = (info: ChunkInfo) => [PERSON, ...(isEdge(info, query) ? [TIME] : []), ...properties];
		for await (const [info, columns] of inSlices(wanted, async (slice) => await this.load(tx, slice, namesOf))) yield this.batch(info, columns);
	}

	private batch(info: ChunkInfo, columns: Map<string, CachedColumn>): EventBatch {
		const person = this.peopleOf(info, columns.get(PERSON) as CachedColumn);
		const time = columns.get(TIME)?.raw as Extract<RawColumn, { kind: 'numbers' }> | undefined;
		return {
			person,
			first: info.firstTs,
			last: info.lastTs,
			time: time && { base: info.firstTs, offsets: time.numbers },
			property: (path) => pathColumn(path, person.length, (name) => columns.get(propertyColumn(name))?.column),
		};
	}

	/** The numbers of those who are people now. */
	private peopleOf({ highId }: ChunkInfo, cached: CachedColumn): Uint32Array {
		const { numbers } = cached.raw as { numbers: Uint32Array };
		if (this.gone.concern(cached.goneVersion, highId)) this.gone.replaceIn(numbers);
		cached.goneVersion = this.gone.version;
		return numbers;
	}

	/** The columns of each chunk by name, from the cache or the store; undefined when they are too much at once. */
	private async load(tx: Tx, chunks: readonly ChunkInfo[], namesOf: (info: ChunkInfo) => string[]): Promise<Array<Map<string, CachedColumn>> | undefined> {
		const loaded = chunks.map(() => new Map<string, CachedColumn>());
		const missing: Array<WantedColumn & { index: number }> = [];
		for (const [index, info] of chunks.entries()) {
			for (const name of namesOf(info)) {
				const known = this.cache.get(this.key(info, name));
				if (known) (loaded[index] as Map<string, CachedColumn>).set(name, known);
				else missing.push({ key: info.chunk, name, index });
			}
		}
		if (missing.length === 0) return loaded;
		if (chunks.length > 1 && (await areTooMuch(tx, 'chunk_column', 'chunk', missing))) return undefined;
		const found = await readColumns(tx, 'chunk_column', 'chunk', missing);
		const broken = new Set<number>();
		const absent = new Set<number>();
		for (const [place, { index, name }] of missing.entries()) {
			const info = chunks[index] as ChunkInfo;
			const data = found[place];
			// Once made of rows it stays so: columns of two makings may differ in length.
			if (this.damaged.has(info.chunk)) broken.add(index);
			else if (!data) absent.add(index);
			try {
				(loaded[index] as Map<string, CachedColumn>).set(name, this.keep(info, name, data && decodeColumn(data, info.size)));
			} catch (error) {
				if (!(error instanceof DamagedColumn)) throw error;
				broken.add(index);
			}
		}
		await this.findIncomplete(tx, chunks, absent, broken);
		for (const index of broken) loaded[index] = await this.fromRows(tx, chunks[index] as ChunkInfo);
		return loaded;
	}

	/** Columns of two makings of a chunk may differ in length: whoever was erased in between is in one of them. */
	private key({ chunk }: ChunkInfo, name: string): string {
		return `${chunk}.${this.makings.get(chunk) ?? 0} ${name}`;
	}

	private keep(info: ChunkInfo, name: string, raw: RawColumn | undefined): CachedColumn {
		const cached: CachedColumn = { raw, column: raw && columnOf(raw), goneVersion: 0 };
		if (name === PERSON && raw?.kind === 'numbers') {
			this.gone.replaceIn(raw.numbers as Uint32Array);
			cached.goneVersion = this.gone.version;
		}
		this.cache.set(this.key(info, name), cached, 100 + (raw ? bytesOfRaw(raw) : 0));
		return cached;
	}

	/** A column that is not there is a property that no row has, or one that got lost: then there are too few. */
	private async findIncomplete(tx: Tx, chunks: readonly ChunkInfo[], absent: ReadonlySet<number>, broken: Set<number>): Promise<void> {
		const unsure = [...absent].filter((index) => !broken.has(index) && !this.cache.get(`${(chunks[index] as ChunkInfo).chunk} complete`));
		if (unsure.length === 0) return;
		const rows = await tx.all<{ chunk: number; columns: number }>(
			`SELECT chunk, count(*) AS columns FROM chunk_column
			 WHERE chunk IN (SELECT chunk FROM ${tx.dialect.rows('$1', { chunk: 'integer' })} AS unsure) GROUP BY chunk`,
			[JSON.stringify(unsure.map((index) => [(chunks[index] as ChunkInfo).chunk]))],
		);
		const counts = new Map(rows.map((row) => [row.chunk, row.columns]));
		for (const index of unsure) {
			const { chunk, columns } = chunks[index] as ChunkInfo;
			if (counts.get(chunk) === columns) this.cache.set(`${chunk} complete`, { goneVersion: 0 }, 100);
			else broken.add(index);
		}
	}

	private async fromRows(tx: Tx, info: ChunkInfo): Promise<Map<string, CachedColumn>> {
		this.damaged.add(info.chunk);
		this.makings.set(info.chunk, (this.makings.get(info.chunk) ?? 0) + 1);
		const made = await encodeFromRows(tx, info);
		const columns = new Map<string, CachedColumn>();
		for (const { name, data } of made?.columns ?? []) columns.set(name, this.keep(info, name, decodeColumn(data, made?.size ?? 0)));
		if (!made) columns.set(PERSON, { raw: { kind: 'numbers', numbers: new Uint32Array(0) }, goneVersion: 0 });
		return columns;
	}
}

/**
 * Makes a chunk again of its rows; undefined when none of them is left. Throws DamagedColumn when it is not known any
 * more which ones they are.
 */
export async function encodeFromRows(tx: Tx, info: ChunkInfo, peopleStamp = info.peopleStamp): Promise<EncodedChunk | undefined> {
	const [data] = await readColumns(tx, 'chunk_column', 'chunk', [{ key: info.chunk, name: ID }]);
	const ids = decodeNumbers(data, info.size);
	const rows = await tx.all<EventRow>(
		`SELECT event.id, event.person, event.ts, event.properties
		 FROM ${tx.dialect.rows('$1', { id: 'integer' })} AS listed JOIN event ON event.id = listed.id ORDER BY event.id`,
		[JSON.stringify(Array.from(ids, (offset) => [info.lowId + offset]))],
	);
	const { nameId, fromStamp } = info;
	return rows.length === 0 ? undefined : encodeRows(rows, { nameId, fromStamp, peopleStamp });
}

/** Whether the times of a chunk's rows are needed: all are asked for, or some rows lie outside of the window. */
function isEdge({ firstTs, lastTs }: ChunkInfo, { from, to, times }: EventQuery): boolean {
	return times || firstTs < from || lastTs > to;
}
