import { crc32 } from 'node:zlib';

/**
 * A column as bytes, little endian:
 * 0 format (1) · 1 kind · 2 bytes per number · 3 unused · 4 CRC-32 of all that follows · 8 rows · 12 listed rows ·
 * 16 first section, each section padded to 8 bytes.
 *
 * numbers: the numbers. dictionary: a code per row, then the values as a JSON list; code 0 is no value, code n the nth.
 * sparse: as dictionary, but codes of the listed rows only, after the 16-bit numbers of these rows.
 */
export type RawColumn = NumbersColumn | DictionaryColumn;

export interface NumbersColumn {
	kind: 'numbers';
	/** Float64Array where there are fractions, negative numbers or missing ones (NaN). */
	numbers: Uint32Array | Float64Array;
}

export interface DictionaryColumn {
	kind: 'dictionary';
	codes: Codes;
	/** The value of code 0 is undefined. */
	values: unknown[];
}

export type Codes = Uint8Array | Uint16Array | Uint32Array;

/** Bytes that are not what was written. */
export class DamagedColumn extends Error {}

const FORMAT = 1;
const HEADER = 16;
const KINDS = { numbers: 1, dictionary: 2, sparse: 3 } as const;
/** A column with fewer values than one row in so many is written row by row. */
const SPARSE = 8;
const MOST_SPARSE_ROWS = 1 << 16;

export function encodeColumn(column: RawColumn): Uint8Array {
	if (column.kind === 'numbers') {
		const { numbers } = column;
		return pack(KINDS.numbers, numbers.BYTES_PER_ELEMENT, numbers.length, 0, [bytesOf(numbers)]);
	}
	const { codes, values } = column;
	const json = Buffer.from(JSON.stringify(values.slice(1)));
	const listed = listedRows(codes);
	if (listed === undefined) return pack(KINDS.dictionary, codes.BYTES_PER_ELEMENT, codes.length, 0, [bytesOf(codes), json]);
	const own = codes.constructor as new (length: number) => Codes;
	const sparse = new own(listed.length);
	listed.forEach((row, index) => (sparse[index] = codes[row] as number));
	return pack(KINDS.sparse, codes.BYTES_PER_ELEMENT, codes.length, listed.length, [bytesOf(listed), bytesOf(sparse), json]);
}

/** Throws DamagedColumn. `rows`: how many there must be. */
export function decodeColumn(data: Uint8Array, rows: number): RawColumn {
	// Bytes out of a connection's buffer begin anywhere.
	const bytes = data.byteOffset % 8 === 0 ? data : new Uint8Array(data);
	const { kind, width, listed } = readHeader(bytes, rows);
	if (kind === KINDS.numbers) {
		return { kind: 'numbers', numbers: width === 4 ? section(bytes, HEADER, rows, Uint32Array) : section(bytes, HEADER, rows, Float64Array) };
	}
	const Code = ({ 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const)[width as 1 | 2 | 4];
	if (kind === KINDS.dictionary) {
		const codes = section<Codes>(bytes, HEADER, rows, Code);
		return { kind: 'dictionary', codes, values: readValues(bytes, HEADER + padded(rows * width)) };
	}
	const rowNumbers = section(bytes, HEADER, listed, Uint16Array);
	const sparse = section<Codes>(bytes, HEADER + padded(listed * 2), listed, Code);
	const codes = new Code(rows);
	for (let index = 0; index < listed; index++) codes[rowNumbers[index] as number] = sparse[index] as number;
	return { kind: 'dictionary', codes, values: readValues(bytes, HEADER + padded(listed * 2) + padded(listed * width)) };
}

/** The rows with a value, where they are few. */
function listedRows(codes: Codes): Uint16Array | undefined {
	if (codes.length > MOST_SPARSE_ROWS) return undefined;
	const most = Math.floor(codes.length / SPARSE);
	const rows = new Uint16Array(most);
	let count = 0;
	for (let row = 0; row < codes.length; row++) {
		if (codes[row] === 0) continue;
		if (count === most) return undefined;
		rows[count++] = row;
	}
	return rows.subarray(0, count);
}

function pack(kind: number, width: number, rows: number, listed: number, sections: Uint8Array[]): Uint8Array {
	const last = sections[sections.length - 1] as Uint8Array;
	const length = sections.slice(0, -1).reduce((sum, { length: size }) => sum + padded(size), HEADER) + last.length;
	const bytes = new Uint8Array(length);
	const view = new DataView(bytes.buffer);
	bytes.set([FORMAT, kind, width]);
	view.setUint32(8, rows, true);
	view.setUint32(12, listed, true);
	let offset = HEADER;
	for (const each of sections) {
		bytes.set(each, offset);
		offset += padded(each.length);
	}
	view.setUint32(4, checksum(bytes), true);
	return bytes;
}

function readHeader(bytes: Uint8Array, rows: number): { kind: number; width: number; listed: number } {
	if (bytes.length < HEADER) throw new DamagedColumn('A column is cut short.');
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes[0] !== FORMAT) throw new DamagedColumn('A column is of an unknown format.');
	if (view.getUint32(4, true) !== checksum(bytes)) throw new DamagedColumn('A column is not what was written.');
	if (view.getUint32(8, true) !== rows) throw new DamagedColumn('A column has another number of rows than its chunk.');
	return { kind: bytes[1] as number, width: bytes[2] as number, listed: view.getUint32(12, true) };
}

/** Of everything but the place where it is written. */
function checksum(bytes: Uint8Array): number {
	return crc32(bytes.subarray(8), crc32(bytes.subarray(0, 4)));
}

type Typed<T> = new (buffer: ArrayBufferLike, offset: number, length: number) => T;

function section<T>(bytes: Uint8Array, offset: number, length: number, Type: Typed<T>): T {
	return new Type(bytes.buffer, bytes.byteOffset + offset, length);
}

function readValues(bytes: Uint8Array, offset: number): unknown[] {
	const json = Buffer.from(bytes.buffer, bytes.byteOffset + offset, bytes.byteLength - offset).toString();
	try {
		return [undefined, ...(JSON.parse(json) as unknown[])];
	} catch {
		throw new DamagedColumn('The values of a column cannot be read.');
	}
}

function bytesOf(numbers: Codes | Float64Array): Uint8Array {
	return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

function padded(length: number): number {
	return (length + 7) & ~7;
}
