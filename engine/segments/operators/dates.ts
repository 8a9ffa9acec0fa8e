import { dayNumber } from '../../time/local';
import { parseDate } from '../dates';
import { any, operator, type OperatorContext, type ValuesTest } from './operator';
import { DATE, DATE_RANGE } from './value-kinds';

/** Compares instants; false for what is no date. */
export function anyDate({ zone }: OperatorContext, test: (instant: number) => boolean): ValuesTest {
	return any((cell) => {
		const instant = parseDate(cell, zone);
		return instant !== undefined && test(instant);
	});
}

export const before = operator({
	name: 'before',
	label: 'Is Before',
	value: DATE,
	compile: (value, context) => {
		const limit = parseDate(value, context.zone) as number;
		return anyDate(context, (instant) => instant < limit);
	},
	describe: (value) => `is before ${DATE.words(value)}`,
});

export const after = operator({
	name: 'after',
	label: 'Is After',
	value: DATE,
	compile: (value, context) => {
		const limit = parseDate(value, context.zone) as number;
		return anyDate(context, (instant) => instant > limit);
	},
	describe: (value) => `is after ${DATE.words(value)}`,
});

/** The same calendar day in the account's zone. */
export const on = operator({
	name: 'on',
	label: 'Is on the Day',
	value: DATE,
	compile: (value, context) => {
		const day = dayNumber(parseDate(value, context.zone) as number, context.zone);
		return anyDate(context, (instant) => dayNumber(instant, context.zone) === day);
	},
	describe: (value) => `is on ${DATE.words(value).replace(/ 00:00$/, '')}`,
});

/** Both instants included. */
export const betweenDates = operator({
	name: 'between_dates',
	label: 'Is Between the Dates',
	value: DATE_RANGE,
	compile: (value, context) => {
		const [first, last] = value.map((end) => parseDate(end, context.zone)) as [number, number];
		return anyDate(context, (instant) => instant >= first && instant <= last);
	},
	describe: (value) => `is between ${DATE_RANGE.words(value)}`,
});
