import type { ColumnType, Param } from '../database';
import { LENGTH_BYTES, mostBytes, NUMBER_BYTES, writeValue } from './binary-values';

/**
 * Columns of many rows, as parameters or results of one statement, in PostgreSQL's binary form of arrays (src/backend/utils/adt/
 * arrayfuncs.c, array_recv): as text, quotes in each value would be escaped here and read again there, and each
 * number of a result would be a text of its own.
 *
 * One dimension: int32 dimensions, int32 whether there are NULLs, int32 type, int32 length, int32 lower bound; then of
 * each element its value.
 */
export const ARRAYS: Record<ColumnType, string> = { integer: 'bigint[]', real: 'double precision[]', text: 'text[]' };

/** Of the elements: pg_type.oid of int8, float8 and text. */
const ELEMENT: Record<ColumnType, number> = { integer: 20, real: 701, text: 25 };

const HEADER_BYTES = 20;

/** Column `index` of the rows. */
export function arrayOf(type: ColumnType, rows: ReadonlyArray<readonly Param[]>, index: number): Buffer {
	if (rows.length === 0) return emptyArray(type);
	const bytes = Buffer.allocUnsafe(HEADER_BYTES + mostBytes(type, rows, index));
	let hasNull = 0;
	let at = HEADER_BYTES;
	for (const row of rows) {
		const value = row[index] as Param;
		if (value === null) hasNull = 1;
		at = writeValue(bytes, type, value, at);
	}
	bytes.writeInt32BE(1, 0);
	bytes.writeInt32BE(hasNull, 4);
	bytes.writeInt32BE(ELEMENT[type], 8);
	bytes.writeInt32BE(rows.length, 12);
	bytes.writeInt32BE(1, 16);
	return bytes.subarray(0, at);
}

function emptyArray(type: ColumnType): Buffer {
	const bytes = Buffer.alloc(12);
	bytes.writeInt32BE(ELEMENT[type], 8);
	return bytes;
}

/** The numbers of an array of bigint; none is NULL. */
export function numbersOf(array: Buffer | null): number[] {
	if (array === null || array.length < HEADER_BYTES) return [];
	const numbers = new Array<number>(array.readInt32BE(12));
	for (let index = 0, at = HEADER_BYTES + LENGTH_BYTES; index < numbers.length; index++, at += LENGTH_BYTES + NUMBER_BYTES) {
		numbers[index] = array.readInt32BE(at) * 2 ** 32 + array.readUInt32BE(at + 4);
	}
	return numbers;
}
