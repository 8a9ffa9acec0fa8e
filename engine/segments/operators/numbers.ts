import { compareNumbers } from '../values';
import { any, operator, type Operator } from './operator';
import { NUMBER, NUMBER_RANGE } from './value-kinds';

function comparison<const Name extends string>(
	name: Name,
	label: string,
	test: (order: number) => boolean,
): Operator<Name, number | string> {
	return {
		name,
		label,
		value: NUMBER,
		compile: (value) => {
			return any((cell) => {
				const order = compareNumbers(cell, value);
				return order !== undefined && test(order);
			});
		},
		describe: (value) => `is ${label.replace(/^Is /, '').toLowerCase()} ${NUMBER.words(value)}`,
	};
}

export const greaterThan = comparison('greater_than', 'Is Greater Than', (order) => order > 0);
export const atLeast = comparison('at_least', 'Is At Least', (order) => order >= 0);
export const lessThan = comparison('less_than', 'Is Less Than', (order) => order < 0);
export const atMost = comparison('at_most', 'Is At Most', (order) => order <= 0);

/** Both ends included. */
export const between = operator({
	name: 'between',
	label: 'Is Between',
	value: NUMBER_RANGE,
	compile: (value) => {
		const [low, high] = value as [number | string, number | string];
		return any((cell) => {
			const order = compareNumbers(cell, low);
			return order !== undefined && order >= 0 && (compareNumbers(cell, high) as number) <= 0;
		});
	},
	describe: (value) => `is between ${NUMBER_RANGE.words(value)}`,
});
