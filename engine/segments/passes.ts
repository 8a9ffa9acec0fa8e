import { lowestBit, wordsFor } from './bits';
import type { Column, Dictionary } from './columns';

/** 1 for the codes whose value passes, 0 for others. */
export function passesByCode({ values }: Dictionary, test: (cell: unknown) => boolean): Uint8Array {
	const passes = new Uint8Array(Math.max(256, values.length));
	for (let code = 0; code < values.length; code++) passes[code] = test(values[code]) ? 1 : 0;
	return passes;
}

/**
 * A bit for every row of a column whose cell passes the test. Only rows of `within` (a bit each) need to be right.
 */
export function passingRows(column: Column, within: Uint32Array, test: (cell: unknown) => boolean): Uint32Array {
	const { dictionary } = column;
	const found = new Uint32Array(within.length);
	if (!dictionary) cellsPassing(column, within, test, found);
	else if (dictionary.codes instanceof Uint8Array) byteCodesPassing(dictionary.codes, passesByCode(dictionary, test), found);
	else codesPassing(dictionary.codes, passesByCode(dictionary, test), found);
	return found;
}

function cellsPassing(column: Column, within: Uint32Array, test: (cell: unknown) => boolean, found: Uint32Array): void {
	for (let word = 0; word < within.length; word++) {
		let bits = 0;
		for (let rest = within[word] as number; rest !== 0; rest &= rest - 1) {
			const bit = lowestBit(rest);
			if (test(column.get(word * 32 + bit))) bits |= 1 << bit;
		}
		found[word] = bits;
	}
}

function byteCodesPassing(codes: Uint8Array, passes: Uint8Array, found: Uint32Array): void {
	const whole = codes.length >>> 5;
	for (let word = 0; word < whole; word++) {
		let bits = 0;
		const first = word * 32;
		for (let bit = 0; bit < 32; bit += 4) {
			const four =
				(passes[codes[first + bit] as number] as number) |
				((passes[codes[first + bit + 1] as number] as number) << 1) |
				((passes[codes[first + bit + 2] as number] as number) << 2) |
				((passes[codes[first + bit + 3] as number] as number) << 3);
			bits |= four << bit;
		}
		found[word] = bits;
	}
	if (whole < wordsFor(codes.length)) found[whole] = tail(codes, whole * 32, passes);
}

function codesPassing(codes: Uint16Array | Uint32Array, passes: Uint8Array, found: Uint32Array): void {
	const whole = codes.length >>> 5;
	for (let word = 0; word < whole; word++) {
		let bits = 0;
		const first = word * 32;
		for (let bit = 0; bit < 32; bit++) bits |= (passes[codes[first + bit] as number] as number) << bit;
		found[word] = bits;
	}
	if (whole < wordsFor(codes.length)) found[whole] = tail(codes, whole * 32, passes);
}

function tail(codes: Uint8Array | Uint16Array | Uint32Array, first: number, passes: Uint8Array): number {
	let bits = 0;
	for (let row = first; row < codes.length; row++) bits |= (passes[codes[row] as number] as number) << (row - first);
	return bits;
}
