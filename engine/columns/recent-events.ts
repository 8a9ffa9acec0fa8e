import type { EventBatch } from '../segments/columns';
import { pathReader } from '../segments/paths';
import type { Tx } from '../store/database';
import type { UpkeepState } from './catalog';
import type { GonePeople } from './gone';

/** Rows kept in memory. Of more, after a start that found no columns for instance, pages are read for each question. */
const MOST_ROWS = 100_000;
const PAGE = 20_000;

interface RecentRow {
	id: number;
	stamp: number;
	person: number;
	name_id: number;
	ts: number;
	properties: string;
}

/** The events that are in no chunk yet, by name. */
export class RecentEvents {
	private rows = new Map<number, RecentRow[]>();

	private batches = new Map<number, EventBatch>();

	private count = 0;

	/** All rows below this stamp and above those in chunks have been read. */
	private readTo = 0;

	/** Rows below it have been taken into chunks, and were dropped here. */
	private from = 0;

	/** Whether there are rows at or above `readTo`: they are read again, with others that were committed after them. */
	private unsettled = false;

	private tooMany = false;

	async refresh(tx: Tx, state: UpkeepState): Promise<void> {
		if (this.readTo > state.eventsSettled || this.from > state.events) this.forget();
		this.readTo = Math.max(this.readTo, state.events);
		if (this.from !== state.events || this.unsettled) this.keep((row) => row.stamp >= state.events && row.stamp < this.readTo);
		this.from = state.events;
		if (this.tooMany && (await this.isMoreThan(tx, state.events))) return;
		if (this.tooMany) this.forget(state.events);
		const { eventStamp } = tx.dialect;
		const rows = await tx.all<RecentRow>(
			`SELECT id, ${eventStamp} AS stamp, person, name_id, ts, properties FROM event WHERE ${eventStamp} >= $1 ORDER BY ${eventStamp} LIMIT $2`,
			[this.readTo, MOST_ROWS + 1],
		);
		this.tooMany = this.count + rows.length > MOST_ROWS;
		if (this.tooMany) return this.forget(state.events);
		for (const row of rows.sort((a, b) => a.id - b.id)) this.add(row);
		this.readTo = state.eventsSettled;
		this.unsettled = rows.some((row) => row.stamp >= this.readTo);
	}

	/** Reads everything again at the next refresh. */
	forget(from = 0): void {
		this.rows = new Map();
		this.batches = new Map();
		this.count = 0;
		this.readTo = from;
	}

	/** Merged people's events become their survivors'. */
	replace(gone: GonePeople): void {
		for (const rows of this.rows.values()) {
			const people = rows.map((row) => row.person);
			gone.replaceIn(people);
			rows.forEach((row, index) => (row.person = people[index] as number));
		}
		this.batches.clear();
	}

	/** Events of one name, in the order of arrival. */
	async *of(tx: Tx, nameId: number, state: UpkeepState): AsyncGenerator<EventBatch> {
		if (this.tooMany) return yield* pages(tx, nameId, state.events);
		const rows = this.rows.get(nameId);
		if (!rows) return;
		let batch = this.batches.get(nameId);
		if (!batch) this.batches.set(nameId, (batch = batchOf(rows)));
		yield batch;
	}

	private add(row: RecentRow): void {
		let rows = this.rows.get(row.name_id);
		if (!rows) this.rows.set(row.name_id, (rows = []));
		rows.push(row);
		this.batches.delete(row.name_id);
		this.count++;
	}

	private keep(wanted: (row: RecentRow) => boolean): void {
		for (const [nameId, rows] of this.rows) {
			const kept = rows.filter(wanted);
			if (kept.length === rows.length) continue;
			this.count -= rows.length - kept.length;
			this.batches.delete(nameId);
			if (kept.length > 0) this.rows.set(nameId, kept);
			else this.rows.delete(nameId);
		}
	}

	private async isMoreThan(tx: Tx, from: number): Promise<boolean> {
		const row = await tx.get<{ count: number }>(
			`SELECT count(*) AS count FROM (SELECT 1 FROM event WHERE ${tx.dialect.eventStamp} >= $1 LIMIT $2) AS recent`,
			[from, MOST_ROWS + 1],
		);
		return (row?.count ?? 0) > MOST_ROWS;
	}
}

async function* pages(tx: Tx, nameId: number, from: number): AsyncGenerator<EventBatch> {
	// Where stamps are ids, what lies below need not be looked through.
	for (let after = tx.dialect.eventStamp === 'id' ? from - 1 : 0; ; ) {
		const rows = await tx.all<RecentRow>(
			`SELECT id, person, ts, properties FROM event
			 WHERE id > $1 AND ${tx.dialect.eventStamp} >= $2 AND name_id = $3 ORDER BY id LIMIT $4`,
			[after, from, nameId, PAGE],
		);
		if (rows.length > 0) yield batchOf(rows);
		if (rows.length < PAGE) return;
		after = (rows[rows.length - 1] as RecentRow).id;
	}
}

/** Rows as a batch; JSON is parsed when a property is first asked for. */
export function batchOf(rows: ReadonlyArray<{ person: number; ts: number; properties: string }>): EventBatch {
	const parsed: Array<Record<string, unknown> | undefined> = new Array(rows.length);
	const properties = (row: number) => (parsed[row] ??= JSON.parse((rows[row] as RecentRow).properties) as Record<string, unknown>);
	const offsets = Float64Array.from(rows, (row) => row.ts);
	return {
		person: Uint32Array.from(rows, (row) => row.person),
		first: offsets.reduce((a, b) => Math.min(a, b), Infinity),
		last: offsets.reduce((a, b) => Math.max(a, b), -Infinity),
		time: { base: 0, offsets },
		property(path) {
			const read = pathReader(path);
			return { get: (row) => read(properties(row)) };
		},
	};
}
