import { textOf } from '../values';
import { any, none, operator } from './operator';
import { TEXT } from './value-kinds';

/** Compares texts exactly, upper and lower case apart. Numbers and booleans are compared as they are written. */
function text(value: string | number, compare: (cell: string, wanted: string) => boolean): (cell: unknown) => boolean {
	const wanted = textOf(value) as string;
	return (cell) => {
		const written = textOf(cell);
		return written !== undefined && compare(written, wanted);
	};
}

const includes = (cell: string, wanted: string) => cell.includes(wanted);

export const contains = operator({
	name: 'contains',
	label: 'Contains',
	value: TEXT,
	compile: (value) => any(text(value, includes)),
	describe: (value) => `contains ${TEXT.words(value)}`,
});

export const notContains = operator({
	name: 'not_contains',
	label: 'Does Not Contain',
	value: TEXT,
	compile: (value) => none(text(value, includes)),
	describe: (value) => `does not contain ${TEXT.words(value)}`,
});

export const startsWith = operator({
	name: 'starts_with',
	label: 'Starts With',
	value: TEXT,
	compile: (value) => any(text(value, (cell, wanted) => cell.startsWith(wanted))),
	describe: (value) => `starts with ${TEXT.words(value)}`,
});

export const endsWith = operator({
	name: 'ends_with',
	label: 'Ends With',
	value: TEXT,
	compile: (value) => any(text(value, (cell, wanted) => cell.endsWith(wanted))),
	describe: (value) => `ends with ${TEXT.words(value)}`,
});
