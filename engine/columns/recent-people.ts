import type { PeopleBatch } from '../segments/columns';
import { pathReader } from '../segments/paths';
import { profileField } from '../segments/profile-fields';
import type { Tx } from '../store/database';
import { pageOf, pagesOf, sizeOf, type Bounds } from './bounded-rows';
import type { Catalog, UpkeepState } from './catalog';
import { BLOCK_PEOPLE, fieldsOf, isLiving, PERSON_COLUMNS, type PersonRow } from './people-block';

/** In this order, so that PostgreSQL takes the index even of a table it knows nothing of yet. */
const WHICH = 'WHERE stamp >= $1 ORDER BY stamp';

/** Kept in memory. Of more, after a large import for instance, pages are read for each question. */
const MOST: Bounds = { rows: 50_000, bytes: 32 * 1024 * 1024 };

/** The people who have changed since their block was written. */
export class RecentPeople {
	private readonly rows = new Map<number, PersonRow>();

	/** Of the text in `rows`. */
	private bytes = 0;

	private batch?: PeopleBatch;

	/** All changes below this stamp and above those in blocks have been read. */
	private readTo = 0;

	/** Changes below it are in blocks, and were dropped here. */
	private from = 0;

	private tooMany = false;

	constructor(private readonly most = MOST) {}

	async refresh(tx: Tx, state: UpkeepState): Promise<void> {
		if (this.readTo > state.peopleSettled || this.from > state.people) this.forget();
		this.readTo = Math.max(this.readTo, state.people);
		if (this.from !== state.people) for (const row of this.rows.values()) if (row.stamp < state.people) this.drop(row);
		this.from = state.people;
		const news = await sizeOf(tx, { table: 'person', which: WHICH, params: [this.readTo] }, this.most.rows + 1);
		this.tooMany = this.rows.size + news.rows > this.most.rows || this.bytes + news.bytes > this.most.bytes;
		// Where there were too many before, nobody is held, and all of them have been counted.
		if (this.tooMany) return this.forget(state.people);
		const rows = news.rows === 0 ? [] : await tx.all<PersonRow>(`SELECT ${PERSON_COLUMNS} FROM person ${WHICH} LIMIT $2`, [this.readTo, news.rows]);
		for (const row of rows) this.keep(row);
		this.readTo = state.peopleSettled;
	}

	forget(from = 0): void {
		this.rows.clear();
		this.bytes = 0;
		this.batch = undefined;
		this.readTo = from;
	}

	/** Those whose blocks do not have their changes yet. */
	async *batches(tx: Tx, state: UpkeepState, catalog: Catalog): AsyncGenerator<PeopleBatch> {
		const isNews = (row: PersonRow) => row.stamp >= (catalog.blocks.get(Math.floor(row.person / BLOCK_PEOPLE))?.made ?? 0);
		if (this.tooMany) {
			for await (const page of pages(tx, state.people, pageOf(this.most))) yield peopleBatch(page.filter(isNews));
			return;
		}
		if (this.rows.size === 0) return;
		this.batch ??= peopleBatch([...this.rows.values()].filter(isNews).sort((a, b) => a.person - b.person));
		yield this.batch;
	}

	/** Blocks have been written: what counts as news has changed. */
	blocksChanged(): void {
		this.batch = undefined;
	}

	private keep(row: PersonRow): void {
		const before = this.rows.get(row.person);
		if (before) this.drop(before);
		this.rows.set(row.person, row);
		this.bytes += textOf(row);
		this.batch = undefined;
	}

	private drop(row: PersonRow): void {
		this.rows.delete(row.person);
		this.bytes -= textOf(row);
		this.batch = undefined;
	}
}

function textOf({ properties, devices }: PersonRow): number {
	return properties.length + devices.length;
}

function pages(tx: Tx, from: number, bounds: Bounds): AsyncGenerator<PersonRow[]> {
	return pagesOf<PersonRow>(tx, { table: 'person', columns: PERSON_COLUMNS, keys: ['person'], after: [0], where: 'stamp >= $2', params: [from] }, bounds);
}

/** Rows of `person`, ascending, as a batch; JSON is parsed when a property is first asked for. */
export function peopleBatch(rows: readonly PersonRow[]): PeopleBatch {
	const parsed: Array<Record<string, unknown> | undefined> = new Array(rows.length);
	const at = (row: number) => rows[row] as PersonRow;
	const living = new Uint32Array(Math.ceil(rows.length / 32));
	rows.forEach((row, index) => {
		if (isLiving(row)) living[index >>> 5] = (living[index >>> 5] as number) | (1 << (index & 31));
	});
	return {
		people: Uint32Array.from(rows, (row) => row.person),
		dense: false,
		living,
		bucketKeys: { get: (row) => at(row).bucket_key },
		property(path) {
			const field = profileField(path);
			if (field) return { get: (row) => field(fieldsOf(at(row))) };
			const read = pathReader(path);
			return { get: (row) => read((parsed[row] ??= JSON.parse(at(row).properties) as Record<string, unknown>)) };
		},
	};
}
