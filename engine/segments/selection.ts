import type { Column, EventBatch } from './columns';
import { passesByCode } from './passes';

/** Longest batch met so far, as row numbers 0, 1, 2, ...: a selection of all rows. */
let everyRow = new Uint32Array(0);

function allRows(count: number): Uint32Array {
	if (everyRow.length < count) everyRow = Uint32Array.from({ length: count }, (_, row) => row);
	return everyRow;
}

/**
 * Rows of a batch that are still in question: `rows[0..count)`. Once a layout has placed them, `slots[0..count)` says
 * where each of them counts; a slot may lie beyond the layout's size, then the row counts nowhere.
 */
export class Selection {
	count = 0;

	rows: Uint32Array = everyRow;

	slots: Uint32Array = new Uint32Array(0);

	private ownRows = new Uint32Array(0);

	private ownSlots = new Uint32Array(0);

	private placed = false;

	begin(batch: EventBatch): void {
		this.count = batch.person.length;
		this.rows = allRows(this.count);
		this.placed = false;
	}

	/** Keeps the rows of the window, both ends included. */
	narrowToWindow(batch: EventBatch, from: number, to: number): void {
		if (this.count === 0 || (batch.first >= from && batch.last <= to)) return;
		if (batch.last < from || batch.first > to) {
			this.count = 0;
			return;
		}
		if (!batch.time) throw new Error('A batch that crosses the window has no times');
		const { base, offsets } = batch.time;
		this.count = rowsBetween(this.rows, this.count, offsets, from - base, to - base, this.room());
		this.rows = this.ownRows;
	}

	/** Keeps the rows whose cell passes the test. */
	narrow(column: Column, test: (cell: unknown) => boolean): void {
		if (this.count === 0) return;
		if (this.placed) return this.narrowPlaced(column, test);
		const { dictionary } = column;
		const out = this.room();
		if (!dictionary) this.count = rowsPassing(this.rows, this.count, column, test, out);
		else {
			const passes = passesByCode(dictionary, test);
			const { codes } = dictionary;
			this.count =
				codes instanceof Uint8Array
					? rowsOfByteCodes(this.rows, this.count, codes, passes, out)
					: rowsOfCodes(this.rows, this.count, codes, passes, out);
		}
		this.rows = out;
	}

	/** The rows stay; row i counts in `slots[i]`, of an array that the selection may not write to. */
	placeIn(slots: Uint32Array): void {
		this.slots = slots;
		this.placed = true;
	}

	/** Arrays of the selection's own for a layout to write rows and slots to. `rows` may be what is read meanwhile. */
	place(write: (rows: Uint32Array, slots: Uint32Array) => number): void {
		const rows = this.room();
		if (this.ownSlots.length < rows.length) this.ownSlots = new Uint32Array(rows.length);
		this.count = write(rows, this.ownSlots);
		this.rows = rows;
		this.placeIn(this.ownSlots);
	}

	/** As many pairs of row and slot as are pushed, even several per row. */
	placePairs(pairs: { rows: Uint32Array; slots: Uint32Array; count: number }): void {
		this.rows = pairs.rows;
		this.count = pairs.count;
		this.placeIn(pairs.slots);
	}

	private narrowPlaced(column: Column, test: (cell: unknown) => boolean): void {
		const { rows, slots, count } = this;
		let kept = 0;
		this.place((newRows, newSlots) => {
			for (let index = 0; index < count; index++) {
				const row = rows[index] as number;
				if (!test(column.get(row))) continue;
				newRows[kept] = row;
				newSlots[kept++] = slots[index] as number;
			}
			return kept;
		});
	}

	private room(): Uint32Array {
		const wanted = Math.max(this.count, this.rows.length);
		if (this.ownRows.length < wanted) this.ownRows = new Uint32Array(wanted);
		return this.ownRows;
	}
}

// The loops below write every row and move on only past those that pass: without branches that the processor guesses
// wrong. `out` may be `rows`, since nothing is written ahead of what has been read.

function rowsBetween(rows: Uint32Array, count: number, offsets: Uint32Array | Float64Array, low: number, high: number, out: Uint32Array): number {
	let kept = 0;
	for (let index = 0; index < count; index++) {
		const row = rows[index] as number;
		const offset = offsets[row] as number;
		out[kept] = row;
		kept += offset >= low && offset <= high ? 1 : 0;
	}
	return kept;
}

function rowsOfByteCodes(rows: Uint32Array, count: number, codes: Uint8Array, passes: Uint8Array, out: Uint32Array): number {
	let kept = 0;
	for (let index = 0; index < count; index++) {
		const row = rows[index] as number;
		out[kept] = row;
		kept += passes[codes[row] as number] as number;
	}
	return kept;
}

function rowsOfCodes(rows: Uint32Array, count: number, codes: Uint16Array | Uint32Array, passes: Uint8Array, out: Uint32Array): number {
	let kept = 0;
	for (let index = 0; index < count; index++) {
		const row = rows[index] as number;
		out[kept] = row;
		kept += passes[codes[row] as number] as number;
	}
	return kept;
}

function rowsPassing(rows: Uint32Array, count: number, column: Column, test: (cell: unknown) => boolean, out: Uint32Array): number {
	let kept = 0;
	for (let index = 0; index < count; index++) {
		const row = rows[index] as number;
		out[kept] = row;
		if (test(column.get(row))) kept++;
	}
	return kept;
}
