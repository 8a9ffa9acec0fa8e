import type { PoolClient } from 'pg';

import type { Columns, EpochMemory, Param, Remembered, Tx } from '../database';
import { postgresDialect } from '../dialects';
import { numbersOf } from './arrays';
import { copyRows, WORTH_COPYING } from './copy';
import { insertNewRows, type Newness } from './new-rows';
import { turned, unnest } from './rows-as-arrays';

/** What an operation does on a connection between BEGIN and COMMIT. */
export function transaction(client: PoolClient, { lasting, people, newness }: { lasting: Remembered; people: EpochMemory; newness: Newness }): Tx {
	const query = async (sql: string, params: readonly Param[] = []) => await client.query(sql, params.map(encode));
	return {
		dialect: postgresDialect,
		lasting,
		people,
		all: async <Row>(sql: string, params?: readonly Param[]) => (await query(sql, params)).rows as Row[],
		get: async <Row>(sql: string, params?: readonly Param[]) => (await query(sql, params)).rows[0] as Row | undefined,
		bulk: async <Row extends readonly unknown[]>(columns: Columns, sql: string, params: readonly Param[] = []) =>
			(await bulk(client, columns, sql, params)) as unknown as Row[],
		insertRows: async (table, columns, rows) => {
			if (rows.length >= WORTH_COPYING) return await copyRows(client, table, columns, rows);
			const names = Object.keys(columns).join(', ');
			await client.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${unnest(columns)}`, turned(columns, rows));
		},
		insertNewRows: async (table, columns, rows) => await insertNewRows(client, table, columns, rows, newness),
		insertAbsent: async (table, unique, columns, rows) => await insertAbsent(client, table, unique, columns, rows),
		allOf: async <Row>(columns: Columns, rows: ReadonlyArray<readonly Param[]>, sql: (given: string) => string, params: readonly Param[] = []) =>
			(await client.query(sql(`(SELECT * FROM ${unnest(columns, { after: params.length })})`), [...params.map(encode), ...turned(columns, rows)])).rows as Row[],
		lookUp: async (columns, keys, select) => {
			const number = select(Object.fromEntries(Object.keys(columns).map((name) => [name, `given.${name}`])));
			const { rows } = await client.query<[Buffer | null]>({
				text: `SELECT array_send(array_agg(coalesce((${number}), 0) ORDER BY given.${GIVEN_PLACE})) FROM ${unnest(columns, { alias: 'given', place: GIVEN_PLACE })}`,
				values: turned(columns, keys),
				rowMode: 'array',
			});
			return numbersOf(rows[0]?.[0] ?? null).map((found) => (found === 0 ? undefined : found));
		},
		blobs: async (sql, params) => (await query(sql, params)).rows as Array<{ place: number; data: Uint8Array }>,
		run: async (sql, params) => (await query(sql, params)).rowCount ?? 0,
		lock: async (name, how) => {
			const lock = how === 'beside others' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
			await query(`SELECT ${lock}(hashtext(current_schema() || ':' || $1))`, [name]);
		},
		lockAll: async (names) => {
			const sorted = [...new Set(names)].sort();
			if (sorted.length === 0) return;
			await client.query(`SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':' || name)) FROM unnest($1::text[]) AS n(name)`, [sorted]);
		},
	};
}

/** The column with the number of a given row. */
const GIVEN_PLACE = 'given_place';

/** Stands in no JSON. */
const BETWEEN_TEXTS = 30;

/** A row and a text of each number cost more than all else. */
async function bulk(client: PoolClient, columns: Columns, sql: string, params: readonly Param[]): Promise<unknown[][]> {
	const whole = Object.entries(columns).map(([name, type]) => (type === 'text' ? `string_agg(${name}, chr(${BETWEEN_TEXTS}))` : `array_send(array_agg(${name}))`));
	const { rows } = await client.query<Array<Buffer | string | null>>({ text: `SELECT ${whole.join(', ')} FROM (${sql}) AS given`, values: params.map(encode), rowMode: 'array' });
	const lists = (rows[0] ?? []).map((list) => (typeof list === 'string' ? list.split(String.fromCharCode(BETWEEN_TEXTS)) : numbersOf(list)));
	return (lists[0] ?? []).map((_, row) => lists.map((list) => list[row]));
}

/** Two processes may insert the same at once; whoever comes second gets nothing back. */
async function insertAbsent(
	client: PoolClient,
	table: string,
	{ id, key }: { id: string; key: readonly string[] },
	columns: Columns,
	rows: ReadonlyArray<readonly Param[]>,
): Promise<Array<number | undefined>> {
	const names = Object.keys(columns);
	const { rows: inserted } = await client.query<unknown[]>({
		text: `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${unnest(columns)}
			ON CONFLICT (${key.join(', ')}) DO NOTHING RETURNING ${id}, ${key.join(', ')}`,
		values: turned(columns, rows),
		rowMode: 'array',
	});
	const numbers = new Map(inserted.map(([number, ...values]) => [JSON.stringify(values), number as number]));
	const places = key.map((name) => names.indexOf(name));
	return rows.map((row) => numbers.get(JSON.stringify(places.map((place) => row[place]))));
}

function encode(value: Param): unknown {
	return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}
