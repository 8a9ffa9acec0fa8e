import { encodeColumn, type Codes, type RawColumn } from './encoding';
import { propertyColumn } from './names';

/** A column ready to be stored. */
export interface EncodedColumn {
	name: string;
	data: Uint8Array;
}

/** Of more different values than this a column of numbers is kept as numbers. */
const MOST_CODED_NUMBERS = 1024;

/** Gathers the values of one property, row by row, and makes a column of them. */
export class ColumnBuilder {
	private readonly rows: number[] = [];
	private readonly values: unknown[] = [];
	private onlyNumbers = true;

	/** `keepNull`: null hides what a longer path would find (see segments/paths.ts); else it is as good as missing. */
	constructor(private readonly keepNull = false) {}

	set(row: number, value: unknown): void {
		if (value === undefined || (value === null && !this.keepNull)) return;
		this.rows.push(row);
		this.values.push(value);
		if (typeof value !== 'number') this.onlyNumbers = false;
	}

	get isEmpty(): boolean {
		return this.rows.length === 0;
	}

	/** The column of the property `name`. */
	encoded(name: string, size: number): EncodedColumn {
		return { name: propertyColumn(name), data: encodeColumn(this.finish(size)) };
	}

	/** `size`: rows of the chunk. */
	finish(size: number): RawColumn {
		const { codes, distinct, areNumbers } = this.coded();
		if (areNumbers) return this.asNumbers(size);
		const all = new (narrowest(distinct.length))(size);
		this.rows.forEach((row, index) => (all[row] = codes[index] as number));
		return { kind: 'dictionary', codes: all, values: distinct };
	}

	/** A code for each value that was set, the values by code, or that there are too many different numbers for that. */
	private coded(): { codes: number[]; distinct: unknown[]; areNumbers: boolean } {
		const known = new Map<unknown, number>();
		// Lists and objects are one value when they are written alike.
		const knownObjects = new Map<string, number>();
		const distinct: unknown[] = [undefined];
		const codes: number[] = [];
		for (const value of this.values) {
			const isObject = typeof value === 'object' && value !== null;
			const key = isObject ? JSON.stringify(value) : value;
			const codesByKey: Map<unknown, number> = isObject ? knownObjects : known;
			let code = codesByKey.get(key);
			if (code === undefined) {
				codesByKey.set(key, (code = distinct.length));
				distinct.push(value);
				if (this.onlyNumbers && code > MOST_CODED_NUMBERS) return { codes, distinct, areNumbers: true };
			}
			codes.push(code);
		}
		return { codes, distinct, areNumbers: false };
	}

	private asNumbers(size: number): RawColumn {
		const numbers = new Float64Array(size).fill(NaN);
		for (let index = 0; index < this.rows.length; index++) numbers[this.rows[index] as number] = this.values[index] as number;
		return { kind: 'numbers', numbers };
	}
}

function narrowest(codes: number): new (length: number) => Codes {
	if (codes <= 1 << 8) return Uint8Array;
	return codes <= 1 << 16 ? Uint16Array : Uint32Array;
}
