import fc from 'fast-check';

import { ColumnBuilder } from '../../../engine/columns/column-builder';
import { DamagedColumn, decodeColumn, encodeColumn, type RawColumn } from '../../../engine/columns/encoding';
import { columnOf } from '../../../engine/columns/path-column';

/** As a row of the store has it: what JSON can carry. */
const json = fc.jsonValue({ maxDepth: 3, noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const odd = fc.constantFrom<unknown>(undefined, null, '', 0, -1.5, 2 ** 53 + 2, true, 'true', '\0', '😀', '__proto__', [], {}, { __proto__: null });
const cells = fc.array(fc.oneof(odd, json, fc.constant(undefined)), { minLength: 1, maxLength: 60 });

function built(values: readonly unknown[], keepNull = false): RawColumn {
	const builder = new ColumnBuilder(keepNull);
	values.forEach((value, row) => builder.set(row, value));
	return builder.finish(values.length);
}

function readBack(raw: RawColumn, rows: number): unknown[] {
	const column = columnOf(decodeColumn(encodeColumn(raw), rows));
	return Array.from({ length: rows }, (_, row) => column.get(row));
}

test('a column gives back what was put in', () => {
	fc.assert(
		fc.property(cells, fc.boolean(), (values, keepNull) => {
			const expected = values.map((value) => (value === null && !keepNull ? undefined : JSON.parse(JSON.stringify({ value })).value as unknown));
			expect(readBack(built(values, keepNull), values.length)).toEqual(expected);
		}),
		{ numRuns: 1_000 },
	);
});

test.each([
	['many different numbers, some missing', Array.from({ length: 5_000 }, (_, row) => (row % 7 === 0 ? undefined : row / 3)), 'numbers'],
	['few different numbers', Array.from({ length: 5_000 }, (_, row) => row % 60), 'dictionary'],
	['numbers and one text', Array.from({ length: 5_000 }, (_, row) => (row === 4_000 ? 'x' : row)), 'dictionary'],
	['300 texts', Array.from({ length: 1_000 }, (_, row) => `t${row % 300}`), 'dictionary'],
	['70,000 texts', Array.from({ length: 70_000 }, (_, row) => `t${row}`), 'dictionary'],
	['one row in a thousand', Array.from({ length: 5_000 }, (_, row) => (row % 1_000 === 999 ? { a: [row] } : undefined)), 'dictionary'],
])('%s', (_name, values, kind) => {
	const raw = built(values);
	expect(raw.kind).toBe(kind);
	expect(readBack(raw, values.length)).toEqual(values);
});

test('a rare property takes little room', () => {
	const rare = Array.from({ length: 16_384 }, (_, row) => (row === 9 ? 'x' : undefined));
	expect(encodeColumn(built(rare)).length).toBeLessThan(64);
});

test('whatever is changed in the bytes is noticed', () => {
	const raw = built(Array.from({ length: 300 }, (_, row) => `value ${row % 40}`));
	const bytes = encodeColumn(raw);
	fc.assert(
		fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (place, change) => {
			const damaged = bytes.slice();
			damaged[place] = (damaged[place] as number) ^ change;
			expect(() => decodeColumn(damaged, 300)).toThrow(DamagedColumn);
		}),
	);
	for (const length of [0, 7, 16, bytes.length - 1]) expect(() => decodeColumn(bytes.slice(0, length), 300)).toThrow(DamagedColumn);
	expect(() => decodeColumn(bytes, 299)).toThrow(DamagedColumn);
});

test('bytes that begin anywhere in memory can be read', () => {
	const bytes = encodeColumn({ kind: 'numbers', numbers: Float64Array.of(1.5, NaN, -3) });
	const elsewhere = new Uint8Array(bytes.length + 3);
	elsewhere.set(bytes, 3);
	expect(decodeColumn(elsewhere.subarray(3), 3)).toEqual({ kind: 'numbers', numbers: Float64Array.of(1.5, NaN, -3) });
});
