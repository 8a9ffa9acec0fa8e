import type { ColumnType, Param } from '../database';

/*
 * A value in PostgreSQL's binary form, as its functions array_recv and COPY read it: int32 length (-1: NULL) and its
 * bytes, big-endian.
 */

export const LENGTH_BYTES = 4;
export const NUMBER_BYTES = 8;
/** UTF-8 never takes more for what is one unit in a JavaScript string. */
const BYTES_PER_UNIT = 3;

/** What column `index` of the rows takes at most. */
export function mostBytes(type: ColumnType, rows: ReadonlyArray<readonly Param[]>, index: number): number {
	if (type !== 'text') return rows.length * (LENGTH_BYTES + NUMBER_BYTES);
	let units = 0;
	for (const row of rows) units += String(row[index] ?? '').length;
	return rows.length * LENGTH_BYTES + units * BYTES_PER_UNIT;
}

/** @returns where the next value goes */
export function writeValue(bytes: Buffer, type: ColumnType, value: Param, at: number): number {
	if (value === null) return bytes.writeInt32BE(-1, at);
	return type === 'text' ? writeText(bytes, String(value), at) : writeNumber(bytes, type, Number(value), at);
}

function writeText(bytes: Buffer, value: string, at: number): number {
	const length = bytes.write(value, at + LENGTH_BYTES, 'utf8');
	bytes.writeInt32BE(length, at);
	return at + LENGTH_BYTES + length;
}

function writeNumber(bytes: Buffer, type: 'integer' | 'real', value: number, at: number): number {
	bytes.writeInt32BE(NUMBER_BYTES, at);
	if (type === 'real') return bytes.writeDoubleBE(value, at + LENGTH_BYTES);
	if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number that can be stored`);
	// A BigInt of each would cost more than the rest.
	bytes.writeInt32BE(Math.floor(value / 2 ** 32), at + LENGTH_BYTES);
	return bytes.writeUInt32BE(value >>> 0, at + LENGTH_BYTES + 4);
}
