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

	/** For each of `rows` the code of its value; or the value, while they are `plain`. */
	private cells: number[] = [];

	/** So far there are only numbers, too many different ones to give each a code. */
	private plain = false;

	private onlyNumbers = true;

	private readonly distinct: unknown[] = [undefined];

	private readonly known = new Map<unknown, number>();

	/** Lists and objects are one value when they are written alike. */
	private readonly knownObjects = new Map<string, number>();

	private lastValue: unknown;

	private lastCode = 0;

	/** `keepNull`: null hides what a longer path would find (see segments/paths.ts); else it is as good as missing. */
	constructor(private readonly keepNull = false) {}

	set(row: number, value: unknown): void {
		if (value === undefined || (value === null && !this.keepNull)) return;
		const cell = this.cellOf(value);
		this.rows.push(row);
		this.cells.push(cell);
	}

	/** Takes over a whole column; row r of it goes to `placeOf[r]`, or nowhere where that is below 0. */
	addColumn(column: RawColumn, placeOf: Int32Array): void {
		if (column.kind === 'numbers') this.addNumbers(column.numbers, placeOf);
		else this.addCodes(column.codes, column.values, placeOf);
	}

	private addNumbers(numbers: ArrayLike<number>, placeOf: Int32Array): void {
		if (this.onlyNumbers && !this.plain) this.makePlain();
		for (let row = 0; row < numbers.length; row++) {
			const [number, place] = [numbers[row] as number, placeOf[row] as number];
			if (place >= 0 && !Number.isNaN(number)) this.set(place, number);
		}
	}

	private addCodes(codes: Codes, values: readonly unknown[], placeOf: Int32Array): void {
		const translated = new Int32Array(values.length).fill(-1);
		for (let row = 0; row < codes.length; row++) {
			const [code, place] = [codes[row] as number, placeOf[row] as number];
			if (code === 0 || place < 0) continue;
			if (this.plain) this.set(place, values[code]);
			else {
				let own = translated[code] as number;
				if (own < 0) {
					own = this.cellOf(values[code]);
					// Amid this column there may have come to be too many.
					if (!this.plain) translated[code] = own;
				}
				this.rows.push(place);
				this.cells.push(own);
			}
		}
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
		const { rows, cells } = this;
		const all = this.plain ? new Float64Array(size).fill(NaN) : new (narrowest(this.distinct.length))(size);
		for (let index = 0; index < rows.length; index++) all[rows[index] as number] = cells[index] as number;
		return all instanceof Float64Array ? { kind: 'numbers', numbers: all } : { kind: 'dictionary', codes: all, values: this.distinct };
	}

	/** What to keep of a value. */
	private cellOf(value: unknown): number {
		if (typeof value === 'number') {
			if (this.plain) return value;
		} else {
			if (this.plain) this.codeAll();
			this.onlyNumbers = false;
		}
		if (value !== this.lastValue) {
			this.lastCode = this.codeOf(value);
			this.lastValue = value;
		}
		if (!this.onlyNumbers || this.distinct.length <= MOST_CODED_NUMBERS + 1) return this.lastCode;
		this.makePlain();
		return value as number;
	}

	private codeOf(value: unknown): number {
		const isObject = typeof value === 'object' && value !== null;
		const [known, key] = isObject ? [this.knownObjects as Map<unknown, number>, JSON.stringify(value)] : [this.known, value];
		let code = known.get(key);
		if (code === undefined) known.set(key, (code = this.distinct.push(value) - 1));
		return code;
	}

	private makePlain(): void {
		this.cells = this.cells.map((code) => this.distinct[code] as number);
		this.plain = true;
	}

	/** The first value that is no number: from now on each has a code, however many there are. */
	private codeAll(): void {
		this.plain = false;
		this.cells = this.cells.map((number) => this.codeOf(number));
	}
}

function narrowest(codes: number): new (length: number) => Codes {
	if (codes <= 1 << 8) return Uint8Array;
	return codes <= 1 << 16 ? Uint16Array : Uint32Array;
}
