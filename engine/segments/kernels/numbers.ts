import type { Column } from '../columns';
import { elements, numberOf } from '../values';

const NONE: readonly number[] = [];

/** The numbers of a row's cell; once per dictionary value where the column has a dictionary. */
export function numbersIn(column: Column): (row: number) => readonly number[] {
	const { dictionary } = column;
	if (!dictionary) return (row) => numbersOf(column.get(row));
	const numbers = dictionary.values.map(numbersOf);
	const { codes } = dictionary;
	return (row) => numbers[codes[row] as number] as readonly number[];
}

function numbersOf(cell: unknown): readonly number[] {
	const present = elements(cell);
	return present.length === 0 ? NONE : present.map(numberOf).filter((number) => number !== undefined);
}
