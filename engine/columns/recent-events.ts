import type { EventBatch } from '../segments/columns';
import { pathReader } from '../segments/paths';
import type { Tx } from '../store/database';
import { pageOf, pagesOf, sizeOf, type Bounds } from './bounded-rows';
import type { UpkeepState } from './catalog';
import type { GonePeople } from './gone';

/** Kept in memory. Of more, after a start that found no columns for instance, pages are read for each question. */
const MOST: Bounds = { rows: 100_000, bytes: 64 * 1024 * 1024 };

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

	/** What is in memory. */
	private held: Bounds = { rows: 0, bytes: 0 };

	/** All rows below this stamp and above those in chunks have been read. */
	private readTo = 0;

	/** Rows below it have been taken into chunks, and were dropped here. */
	private from = 0;

	/** Whether there are rows at or above `readTo`: they are read again, with others that were committed after them. */
	private unsettled = false;

	private tooMany = false;

	constructor(private readonly most = MOST) {}

	async refresh(tx: Tx, state: UpkeepState): Promise<void> {
		if (this.readTo > state.eventsSettled || this.from > state.events) this.forget();
		this.readTo = Math.max(this.readTo, state.events);
		if (this.from !== state.events || this.unsettled) this.keep((row) => row.stamp >= state.events && row.stamp < this.readTo);
		this.from = state.events;
		const { eventStamp } = tx.dialect;
		// Ordered so that PostgreSQL takes the index: without statistics of a table just filled it would read all of it.
		const which = `WHERE ${eventStamp} >= $1 ORDER BY ${eventStamp}`;
		const news = await sizeOf(tx, { table: 'event', which, params: [this.readTo] }, this.most.rows + 1);
		this.tooMany = this.held.rows + news.rows > this.most.rows || this.held.bytes + news.bytes > this.most.bytes;
		// Where there were too many before, nothing is held, and all of them have been counted.
		if (this.tooMany) return this.forget(state.events);
		const rows = news.rows === 0 ? [] : await tx.all<RecentRow>(
			`SELECT id, ${eventStamp} AS stamp, person, name_id, ts, properties FROM event ${which} LIMIT $2`,
			[this.readTo, news.rows],
		);
		for (const row of rows.sort((a, b) => a.id - b.id)) this.add(row);
		this.readTo = state.eventsSettled;
		this.unsettled = rows.some((row) => row.stamp >= this.readTo);
	}

	/** Reads everything again at the next refresh. */
	forget(from = 0): void {
		this.rows = new Map();
		this.batches = new Map();
		this.held = { rows: 0, bytes: 0 };
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
		if (this.tooMany) {
			for await (const page of pages(tx, nameId, state.events, pageOf(this.most))) yield batchOf(page);
			return;
		}
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
		this.held.rows++;
		this.held.bytes += row.properties.length;
	}

	private keep(wanted: (row: RecentRow) => boolean): void {
		for (const [nameId, rows] of this.rows) {
			const kept = rows.filter(wanted);
			if (kept.length === rows.length) continue;
			this.held.rows -= rows.length - kept.length;
			this.held.bytes -= textOf(rows) - textOf(kept);
			this.batches.delete(nameId);
			if (kept.length > 0) this.rows.set(nameId, kept);
			else this.rows.delete(nameId);
		}
	}
}

function textOf(rows: readonly RecentRow[]): number {
	return rows.reduce((sum, { properties }) => sum + properties.length, 0);
}

/** By stamps, which have an index: by ids alone all that lies below would be looked through. */
function pages(tx: Tx, nameId: number, from: number, bounds: Bounds): AsyncGenerator<RecentRow[]> {
	const isStamped = tx.dialect.eventStamp === 'stamp';
	const [keys, after] = isStamped ? [['stamp', 'id'], [from - 1, Number.MAX_SAFE_INTEGER]] : [['id'], [from - 1]];
	const columns = `${isStamped ? 'stamp, ' : ''}id, person, ts, properties`;
	return pagesOf<RecentRow>(tx, { table: 'event', columns, keys, after, where: `name_id = $${keys.length + 1}`, params: [nameId] }, bounds);
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
