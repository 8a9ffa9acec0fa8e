import type { PeopleBatch } from '../segments/columns';
import { pathReader } from '../segments/paths';
import { profileField } from '../segments/profile-fields';
import type { Tx } from '../store/database';
import type { Catalog, UpkeepState } from './catalog';
import { BLOCK_PEOPLE, fieldsOf, isLiving, PERSON_COLUMNS, type PersonRow } from './people-block';

/** People kept in memory. Of more, after a large import for instance, pages are read for each question. */
const MOST_PEOPLE = 50_000;
const PAGE = 10_000;

/** The people who have changed since their block was written. */
export class RecentPeople {
	private readonly rows = new Map<number, PersonRow>();

	private batch?: PeopleBatch;

	/** All changes below this stamp and above those in blocks have been read. */
	private readTo = 0;

	/** Changes below it are in blocks, and were dropped here. */
	private from = 0;

	private tooMany = false;

	async refresh(tx: Tx, state: UpkeepState): Promise<void> {
		if (this.readTo > state.peopleSettled || this.from > state.people) this.forget();
		this.readTo = Math.max(this.readTo, state.people);
		if (this.from !== state.people) for (const [person, row] of this.rows) if (row.stamp < state.people) this.drop(person);
		this.from = state.people;
		if (this.tooMany && (await isMoreThan(tx, state.people))) return;
		if (this.tooMany) this.forget(state.people);
		const rows = await tx.all<PersonRow>(`SELECT ${PERSON_COLUMNS} FROM person WHERE stamp >= $1 LIMIT $2`, [this.readTo, MOST_PEOPLE + 1]);
		this.tooMany = this.rows.size + rows.length > MOST_PEOPLE;
		if (this.tooMany) return this.forget(state.people);
		for (const row of rows) this.rows.set(row.person, row);
		if (rows.length > 0) this.batch = undefined;
		this.readTo = state.peopleSettled;
	}

	forget(from = 0): void {
		this.rows.clear();
		this.batch = undefined;
		this.readTo = from;
	}

	/** Those whose blocks do not have their changes yet. */
	async *batches(tx: Tx, state: UpkeepState, catalog: Catalog): AsyncGenerator<PeopleBatch> {
		const isNews = (row: PersonRow) => row.stamp >= (catalog.blocks.get(Math.floor(row.person / BLOCK_PEOPLE))?.made ?? 0);
		if (this.tooMany) {
			for await (const page of pagesOf(tx, state.people)) yield peopleBatch(page.filter(isNews));
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

	private drop(person: number): void {
		this.rows.delete(person);
		this.batch = undefined;
	}
}

async function isMoreThan(tx: Tx, from: number): Promise<boolean> {
	const row = await tx.get<{ count: number }>(
		'SELECT count(*) AS count FROM (SELECT 1 FROM person WHERE stamp >= $1 LIMIT $2) AS recent',
		[from, MOST_PEOPLE + 1],
	);
	return (row?.count ?? 0) > MOST_PEOPLE;
}

async function* pagesOf(tx: Tx, from: number): AsyncGenerator<PersonRow[]> {
	for (let after = 0; ; ) {
		const rows = await tx.all<PersonRow>(
			`SELECT ${PERSON_COLUMNS} FROM person WHERE person > $1 AND stamp >= $2 ORDER BY person LIMIT $3`,
			[after, from, PAGE],
		);
		if (rows.length > 0) yield rows;
		if (rows.length < PAGE) return;
		after = (rows[rows.length - 1] as PersonRow).person;
	}
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
