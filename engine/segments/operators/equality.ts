import { isEqual } from '../values';
import { any, none, operator } from './operator';
import { LIST, SCALAR } from './value-kinds';

export const equals = operator({
	name: 'equals',
	label: 'Equals',
	value: SCALAR,
	compile: (value) => any((cell) => isEqual(cell, value)),
	describe: (value) => `is ${SCALAR.words(value)}`,
});

export const notEquals = operator({
	name: 'not_equals',
	label: 'Does Not Equal',
	value: SCALAR,
	compile: (value) => none((cell) => isEqual(cell, value)),
	describe: (value) => `is not ${SCALAR.words(value)}`,
});

export const isIn = operator({
	name: 'in',
	label: 'Is One Of',
	value: LIST,
	compile: (values) => any((cell) => values.some((value) => isEqual(cell, value))),
	describe: (values) => `is one of ${LIST.words(values)}`,
});

export const notIn = operator({
	name: 'not_in',
	label: 'Is None Of',
	value: LIST,
	compile: (values) => none((cell) => values.some((value) => isEqual(cell, value))),
	describe: (values) => `is none of ${LIST.words(values)}`,
});
