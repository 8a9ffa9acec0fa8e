import type { Param, Tx } from '../store/database';
import {
	allLiving, timesOf, type Column, type ColumnSource, type EventBatch, type EventQuery, type PeopleBatch, type PeopleQuery, type PersonRange,
} from './columns';
import { pathReader } from './paths';
import { profileField, type ProfileFields } from './profile-fields';

export interface StoreSourceOptions {
	/** Only these people, in any order. */
	people?: ArrayLike<number>;
	/** Rows read at a time. */
	pageSize?: number;
}

interface PersonRow {
	person: number | string;
	external_id: string;
	bucket_key: number | string;
	email: string | null;
	phone: string | null;
	timezone: string | null;
	opted_out: string;
	properties?: string;
}

interface EventRow {
	id: number | string;
	person: number | string;
	ts: number | string;
	properties?: string;
}

/** The columns of the store's own rows, read page by page; JSON is parsed only where a property is asked for. */
export function storeSource(tx: Tx, options: StoreSourceOptions = {}): ColumnSource {
	return new StoreSource(tx, options.pageSize ?? 20_000, options.people && ascending(options.people));
}

class StoreSource implements ColumnSource {
	private readonly named: string | undefined;

	constructor(
		private readonly tx: Tx,
		private readonly pageSize: number,
		readonly only: Uint32Array | undefined,
	) {
		this.named = only && JSON.stringify(Array.from(only, (person) => [person]));
	}

	async span(): Promise<PersonRange> {
		const row = await this.tx.get<{ first: number | string | null; last: number | string | null }>(
			'SELECT min(person) AS first, max(person) AS last FROM person',
		);
		return row?.last == null ? { from: 0, to: 0 } : { from: Number(row.first), to: Number(row.last) + 1 };
	}

	async *people({ range, properties }: PeopleQuery): AsyncGenerator<PeopleBatch> {
		const parse = properties.some((path) => !profileField(path));
		const sql = `
			SELECT person, external_id, bucket_key, email, phone, timezone, opted_out${parse ? ', properties' : ''}
			FROM person
			WHERE person >= $1 AND person < $2 AND merged_into IS NULL AND erased_at IS NULL${this.restriction(4)}
			ORDER BY person LIMIT $3`;
		for (let from = range.from; from < range.to; ) {
			const rows = await this.tx.all<PersonRow>(sql, this.parameters(from, range.to, this.pageSize));
			if (rows.length > 0) yield peopleBatch(rows);
			if (rows.length < this.pageSize) return;
			from = Number((rows[rows.length - 1] as PersonRow).person) + 1;
		}
	}

	/** In the order of arrival. */
	async *events({ name, from, to, range, properties }: EventQuery): AsyncGenerator<EventBatch> {
		const known = await this.tx.get<{ name_id: number | string }>(
			'SELECT name_id FROM event_name WHERE match_key = $1',
			[name],
		);
		if (!known) return;
		const sql = `
			SELECT id, person, ts${properties.length > 0 ? ', properties' : ''}
			FROM event
			WHERE name_id = $1 AND id > $2 AND ts >= $3 AND ts <= $4 AND person >= $5 AND person < $6${this.restriction(8)}
			ORDER BY id LIMIT $7`;
		const [first, last] = [instant(Math.ceil(from)), instant(Math.floor(to))];
		for (let id = 0; ; ) {
			const page = [Number(known.name_id), id, first, last, range.from, range.to, this.pageSize];
			const rows = await this.tx.all<EventRow>(sql, this.parameters(...page));
			if (rows.length > 0) yield eventBatch(rows);
			if (rows.length < this.pageSize) return;
			id = Number((rows[rows.length - 1] as EventRow).id);
		}
	}

	private restriction(parameter: number): string {
		if (this.named === undefined) return '';
		return ` AND person IN (SELECT named.person FROM ${this.tx.dialect.rows(`$${parameter}`, { person: 'integer' })} AS named)`;
	}

	private parameters(...values: Param[]): Param[] {
		return this.named === undefined ? values : [...values, this.named];
	}
}

function peopleBatch(rows: PersonRow[]): PeopleBatch {
	const parsed = new ParsedProperties(rows);
	return {
		people: Uint32Array.from(rows, (row) => Number(row.person)),
		dense: false,
		living: allLiving(rows.length),
		bucketKeys: { get: (row) => Number((rows[row] as PersonRow).bucket_key) },
		property(path) {
			const field = profileField(path);
			if (!field) return parsed.column(path);
			return { get: (row) => field(fieldsOf(rows[row] as PersonRow)) };
		},
	};
}

function fieldsOf(row: PersonRow): ProfileFields {
	return {
		id: row.external_id,
		email: row.email,
		phone: row.phone,
		timezone: row.timezone,
		get optedOut() {
			return optOutsOf(row.opted_out);
		},
	};
}

/** Nearly everybody's are empty. */
export function optOutsOf(json: string): Partial<Record<string, boolean>> {
	return json === '{}' ? {} : (JSON.parse(json) as Partial<Record<string, boolean>>);
}

function eventBatch(rows: EventRow[]): EventBatch {
	const parsed = new ParsedProperties(rows);
	return {
		person: Uint32Array.from(rows, (row) => Number(row.person)),
		...timesOf(rows.map((row) => Number(row.ts))),
		property: (path) => parsed.column(path),
	};
}

/** Parses the properties of a row when they are first asked for. */
class ParsedProperties {
	private readonly parsed: Array<Record<string, unknown> | undefined>;

	constructor(private readonly rows: ReadonlyArray<{ properties?: string }>) {
		this.parsed = new Array(rows.length);
	}

	column(path: string): Column {
		const read = pathReader(path);
		return { get: (row) => read((this.parsed[row] ??= this.parse(row))) };
	}

	private parse(row: number): Record<string, unknown> {
		const text = this.rows[row]?.properties;
		return text === undefined ? {} : (JSON.parse(text) as Record<string, unknown>);
	}
}

function ascending(people: ArrayLike<number>): Uint32Array {
	return Uint32Array.from(new Set(Array.from(people))).sort();
}

/** An open end as the first or last instant there is. */
function instant(value: number): number {
	return Math.max(-8.64e15, Math.min(8.64e15, value));
}
