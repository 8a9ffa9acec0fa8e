import type { PoolClient } from 'pg';

import { RepeatTransaction, type Columns, type Param } from '../database';
import { copyRows, WORTH_COPYING } from './copy';
import { turned, unnest } from './rows-as-arrays';

const UNIQUE_VIOLATION = '23505';

/** Inputs in a row without a key that was there already, after which the next one is taken to have none either. */
const TRUSTED_AFTER = 100;

/** Whether the rows that come are likely to be all new, by what the connections of a pool have met lately. */
export class Newness {
	private distrusted = 0;

	get isLikely(): boolean {
		return this.distrusted === 0;
	}

	/** Rows have come, of which so many were there already. */
	note(known: number): void {
		this.distrusted = known > 0 ? TRUSTED_AFTER : Math.max(0, this.distrusted - 1);
	}
}

/**
 * Inserts rows whose key, the first column, is not there yet. To ask that of each costs as much again as to append
 * them, and keys that are there are seldom: where these are not expected, rows are appended, and the transaction is
 * repeated if one of them was there after all.
 * @returns for each whether it was new
 */
export async function insertNewRows(client: PoolClient, table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>, newness: Newness): Promise<boolean[]> {
	const seen = new Set<unknown>();
	const areFirst = rows.map(([key]) => !seen.has(key) && Boolean(seen.add(key)));
	// In one order everywhere, so that two transactions with the same keys never wait for each other in a circle.
	const fresh = rows.filter((_, index) => areFirst[index]).sort(byKey);
	if (newness.isLikely && fresh.length >= WORTH_COPYING) {
		await append(client, table, columns, fresh, newness);
		return areFirst;
	}
	const known = await insertUnknown(client, table, columns, fresh);
	newness.note(known.size);
	return rows.map(([key], index) => areFirst[index] === true && !known.has(key));
}

async function append(client: PoolClient, table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>, newness: Newness): Promise<void> {
	try {
		await copyRows(client, table, columns, rows);
	} catch (error) {
		if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
		newness.note(1);
		throw new RepeatTransaction('Not all rows were new.');
	}
}

/** Only keys that were there already come back. */
async function insertUnknown(client: PoolClient, table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Promise<Set<unknown>> {
	const names = Object.keys(columns);
	const [key] = names as [string];
	const { rows: known } = await client.query<[unknown]>({
		text: `WITH fresh AS (SELECT * FROM ${unnest(columns, { place: 'place' })}),
			inserted AS (INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM fresh ORDER BY place ON CONFLICT DO NOTHING RETURNING ${key})
		 SELECT ${key} FROM fresh WHERE ${key} NOT IN (SELECT ${key} FROM inserted)`,
		values: turned(columns, rows),
		rowMode: 'array',
	});
	return new Set(known.map(([value]) => value));
}

function byKey([a]: readonly Param[], [b]: readonly Param[]): number {
	return (a as string) < (b as string) ? -1 : 1;
}
