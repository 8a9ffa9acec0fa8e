import type { Column, PeopleBatch, PeopleQuery } from '../segments/columns';
import { profileField } from '../segments/profile-fields';
import type { Tx } from '../store/database';
import { pagesOf, type Bounds } from './bounded-rows';
import type { ByteCache } from './cache';
import type { CachedColumn } from './chunk-reader';
import { decodeColumn, DamagedColumn, type RawColumn } from './encoding';
import { BUCKET_KEY, fieldColumn, LIVING, namesFor, propertyColumn, propertyName } from './names';
import { columnOf, pathColumn } from './path-column';
import { BLOCK_PEOPLE, encodeBlock, PERSON_COLUMNS, type BlockInfo, type PersonRow } from './people-block';
import { areTooMuch, bytesOfRaw, inSlices, readColumns, type WantedColumn } from './stored-columns';

/** Reads blocks of people, through the cache. A block that is damaged is made of its rows. */
export class BlockReader {
	constructor(
		private readonly cache: ByteCache<CachedColumn>,
		private readonly damaged: Set<number>,
	) {}

	async *batches(tx: Tx, blocks: readonly BlockInfo[], query: PeopleQuery): AsyncGenerator<PeopleBatch> {
		const names = [LIVING, ...(query.bucketKeys ? [BUCKET_KEY] : []), ...new Set(query.properties.flatMap(storedNames))];
		for await (const [info, columns] of inSlices(blocks, async (slice) => await this.load(tx, slice, names))) yield batchOf(info, columns);
	}

	/** The columns of each block by name, from the cache or the store; undefined when they are too much at once. */
	private async load(tx: Tx, blocks: readonly BlockInfo[], names: readonly string[]): Promise<Array<Map<string, CachedColumn>> | undefined> {
		const loaded = blocks.map(() => new Map<string, CachedColumn>());
		const missing: Array<WantedColumn & { index: number }> = [];
		for (const [index, { block, version }] of blocks.entries()) {
			for (const name of names) {
				const known = this.cache.get(`people ${version} ${name}`);
				if (known) (loaded[index] as Map<string, CachedColumn>).set(name, known);
				else missing.push({ key: block, name, index });
			}
		}
		if (missing.length === 0) return loaded;
		if (blocks.length > 1 && (await areTooMuch(tx, 'people_column', 'block', missing))) return undefined;
		const found = await readColumns(tx, 'people_column', 'block', missing);
		const broken = new Set<number>();
		for (const [place, { index, name }] of missing.entries()) {
			const info = blocks[index] as BlockInfo;
			const data = found[place];
			try {
				(loaded[index] as Map<string, CachedColumn>).set(name, this.keep(info, name, data && decodeColumn(data, rowsOf(name))));
			} catch (error) {
				if (!(error instanceof DamagedColumn)) throw error;
				broken.add(index);
			}
			if (!data && !broken.has(index) && (isOwn(name) || !(await this.isComplete(tx, info)))) broken.add(index);
		}
		for (const index of broken) loaded[index] = await this.fromRows(tx, blocks[index] as BlockInfo);
		return loaded;
	}

	private keep({ version }: BlockInfo, name: string, raw: RawColumn | undefined): CachedColumn {
		const cached: CachedColumn = { raw, column: raw && columnOf(raw), goneVersion: 0 };
		this.cache.set(`people ${version} ${name}`, cached, 100 + (raw ? bytesOfRaw(raw) : 0));
		return cached;
	}

	/** A column that is not there is a property that nobody of the block has, or one that got lost: then there are too few. */
	private async isComplete(tx: Tx, { block, version, columns }: BlockInfo): Promise<boolean> {
		const key = `people ${version} complete`;
		if (this.cache.get(key)) return true;
		const row = await tx.get<{ columns: number }>('SELECT count(*) AS columns FROM people_column WHERE block = $1', [block]);
		if (row?.columns !== columns) return false;
		this.cache.set(key, { goneVersion: 0 }, 100);
		return true;
	}

	private async fromRows(tx: Tx, info: BlockInfo): Promise<Map<string, CachedColumn>> {
		this.damaged.add(info.block);
		const { columns } = await encodeBlock(info.block, rowsOfBlock(tx, info.block), info.made);
		return new Map(columns.map(({ name, data }) => [name, this.keep(info, name, decodeColumn(data, rowsOf(name)))]));
	}
}

/** Rows of a block read at a time. */
const STEP: Bounds = { rows: BLOCK_PEOPLE, bytes: 16 * 1024 * 1024 };

/** All rows of a block, ascending. */
export function rowsOfBlock(tx: Tx, block: number): AsyncGenerator<PersonRow[]> {
	const first = block * BLOCK_PEOPLE;
	const where = 'person < $2';
	return pagesOf<PersonRow>(tx, { table: 'person', columns: PERSON_COLUMNS, keys: ['person'], after: [first - 1], where, params: [first + BLOCK_PEOPLE] }, STEP);
}

function consecutive(first: number): Uint32Array {
	const numbers = new Uint32Array(BLOCK_PEOPLE);
	for (let index = 0; index < BLOCK_PEOPLE; index++) numbers[index] = first + index;
	return numbers;
}

function storedNames(path: string): string[] {
	return profileField(path) ? [fieldColumn(path)] : namesFor(path).map(propertyColumn);
}

/** Every block has the engine's own columns. One written before the engine knew a field has to be written anew. */
function isOwn(name: string): boolean {
	return propertyName(name) === undefined;
}

function rowsOf(name: string): number {
	return name === LIVING ? BLOCK_PEOPLE / 32 : BLOCK_PEOPLE;
}

function batchOf({ block }: BlockInfo, columns: Map<string, CachedColumn>): PeopleBatch {
	const first = block * BLOCK_PEOPLE;
	const numbers = (name: string) => (columns.get(name)?.raw as { numbers: Uint32Array }).numbers;
	let people: Uint32Array | undefined;
	return {
		get people() {
			return (people ??= consecutive(first));
		},
		dense: true,
		first,
		living: numbers(LIVING),
		get bucketKeys(): Column {
			const keys = numbers(BUCKET_KEY);
			return { get: (row) => keys[row] };
		},
		property(path) {
			if (profileField(path)) return columns.get(fieldColumn(path))?.column as Column;
			return pathColumn(path, BLOCK_PEOPLE, (name) => columns.get(propertyColumn(name))?.column);
		},
	};
}
