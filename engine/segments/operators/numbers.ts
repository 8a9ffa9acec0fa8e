import { numberOf } from '../values';
import { any, operator, type Operator } from './operator';
import { NUMBER, NUMBER_RANGE } from './value-kinds';

function comparison<const Name extends string>(
	name: Name,
	label: string,
	compare: (cell: number, wanted: number) => boolean,
): Operator<Name, number | string> {
	return {
		name,
		label,
		value: NUMBER,
		compile: (value) => {
			const wanted = numberOf(value) as number;
			return any((cell) => {
				const number = numberOf(cell);
				return number !== undefined && compare(number, wanted);
			});
		},
		describe: (value) => `is ${label.replace(/^Is /, '').toLowerCase()} ${NUMBER.words(value)}`,
	};
}

export const greaterThan = comparison('greater_than', 'Is Greater Than', (cell, wanted) => cell > wanted);
export const atLeast = comparison('at_least', 'Is At Least', (cell, wanted) => cell >= wanted);
export const lessThan = comparison('less_than', 'Is Less Than', (cell, wanted) => cell < wanted);
export const atMost = comparison('at_most', 'Is At Most', (cell, wanted) => cell <= wanted);

/** Both ends included. */
export const between = operator({
	name: 'between',
	label: 'Is Between',
	value: NUMBER_RANGE,
	compile: (value) => {
		const [low, high] = value.map(numberOf) as [number, number];
		return any((cell) => {
			const number = numberOf(cell);
			return number !== undefined && number >= low && number <= high;
		});
	},
	describe: (value) => `is between ${NUMBER_RANGE.words(value)}`,
});
