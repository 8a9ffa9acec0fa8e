import { elements, isPlainValue } from '../values';
import { after, before, betweenDates, on } from './dates';
import { equals, isIn, notEquals, notIn } from './equality';
import { exists, notExists } from './existence';
import { near } from './near';
import { atLeast, atMost, between, greaterThan, lessThan } from './numbers';
import type { Operator, OperatorContext } from './operator';
import { anniversaryIn, inLast, inNext, notInLast } from './relative-dates';
import { contains, endsWith, notContains, startsWith } from './text';
import type { Complain, ValueKindName } from './value-kinds';
import { versionGreaterThan, versionLessThan } from './versions';

/** Every operator a rule can use, in the order of pick lists. This is the one place where an operator is made known. */
const ALL = [
	equals,
	notEquals,
	isIn,
	notIn,
	contains,
	notContains,
	startsWith,
	endsWith,
	exists,
	notExists,
	greaterThan,
	atLeast,
	lessThan,
	atMost,
	between,
	before,
	after,
	on,
	betweenDates,
	inLast,
	notInLast,
	inNext,
	anniversaryIn,
	near,
	versionGreaterThan,
	versionLessThan,
] as const;

export type OperatorName = (typeof ALL)[number]['name'];

/** An operator whose value was checked before: the registry no longer knows its type. */
type AnyOperator = Operator<OperatorName, unknown>;

const BY_NAME = new Map(ALL.map((each) => [each.name as string, each as unknown as AnyOperator]));

/** For pick lists: name in rules, label, and which kind of value it takes. */
export const OPERATORS: ReadonlyArray<{ name: OperatorName; label: string; value: ValueKindName }> = ALL.map(
	({ name, label, value }) => ({ name, label, value: value.name }),
);

/** Operators that compare a measure of events (count, sum, ...). */
export const MEASURE_OPERATORS = [
	'equals',
	'not_equals',
	'greater_than',
	'at_least',
	'less_than',
	'at_most',
	'between',
] as const satisfies readonly OperatorName[];

export type MeasureOperatorName = (typeof MEASURE_OPERATORS)[number];

export function isOperatorName(name: unknown): name is OperatorName {
	return typeof name === 'string' && BY_NAME.has(name);
}

function named(name: OperatorName): AnyOperator {
	return BY_NAME.get(name) as AnyOperator;
}

/** Complains when `value` is not what the operator takes. */
export function checkValue(name: OperatorName, value: unknown, complain: Complain): void {
	named(name).value.check(value, complain);
}

export function valueKindOf(name: OperatorName): ValueKindName {
	return named(name).value.name;
}

/** The test of one property's cell, whatever it holds. `value` must have passed `checkValue`. */
export function compileOperator(name: OperatorName, value: unknown, context: OperatorContext): (cell: unknown) => boolean {
	const test = named(name).compile(value, context);
	// Most cells hold one value: no list is made for each of a million of them.
	const single: unknown[] = [undefined];
	return (cell) => {
		if (!isPlainValue(cell)) return test(elements(cell));
		single[0] = cell;
		return test(single);
	};
}

/** "is greater than 200". `value` must have passed `checkValue`. */
export function describeOperator(name: OperatorName, value: unknown): string {
	return named(name).describe(value);
}

export type { OperatorContext } from './operator';
export type { DateValue, Place, RuleValue, ValueKindName } from './value-kinds';
