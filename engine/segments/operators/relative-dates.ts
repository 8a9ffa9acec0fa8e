import type { DateTime } from 'luxon';

import { localInstant, startOfDay, wallClock } from '../../time/local';
import { shift } from '../dates';
import { anyDate } from './dates';
import { operator } from './operator';
import { durationKind, durationWords } from './value-kinds';

const DURATION = durationKind();

/** From `amount` ago to now, both included. */
export const inLast = operator({
	name: 'in_last',
	label: 'Is in the Last',
	value: DURATION,
	compile: (value, context) => {
		const from = shift(context.now, value, -1, context.zone);
		return anyDate(context, (instant) => instant >= from && instant <= context.now);
	},
	describe: (value) => `is in the last ${durationWords(value)}`,
});

/** Some value is a date, and none is in the window. */
export const notInLast = operator({
	name: 'not_in_last',
	label: 'Is Not in the Last',
	value: DURATION,
	compile: (value, context) => {
		const isDate = anyDate(context, () => true);
		const within = inLast.compile(value, context);
		return (present) => isDate(present) && !within(present);
	},
	describe: (value) => `is not in the last ${durationWords(value)}`,
});

/** From now to `amount` ahead, both included. */
export const inNext = operator({
	name: 'in_next',
	label: 'Is in the Next',
	value: DURATION,
	compile: (value, context) => {
		const to = shift(context.now, value, 1, context.zone);
		return anyDate(context, (instant) => instant >= context.now && instant <= to);
	},
	describe: (value) => `is in the next ${durationWords(value)}`,
});

/**
 * The date's next anniversary (the first one is a year after the date; that of 29 February is 28 February in common
 * years) is a day that begins between the start of today and `amount` ahead. Days are those of the account's zone, and
 * an amount of 0 means today.
 */
export const anniversaryIn = operator({
	name: 'anniversary_in',
	label: 'Has Its Anniversary in the Next',
	value: durationKind(true),
	compile: (value, context) => {
		const { now, zone } = context;
		const today = startOfDay(now, zone);
		const to = shift(now, value, 1, zone);
		const thisYear = wallClock(now, zone).year;
		return anyDate(context, (instant) => {
			const date = wallClock(instant, zone);
			const years = Math.max(thisYear - date.year, 1);
			let next = anniversary(date, years, zone);
			if (next < today) next = anniversary(date, years + 1, zone);
			return next >= today && next <= to;
		});
	},
	describe: (value) => `has its anniversary ${value.amount === 0 ? 'today' : `in the next ${durationWords(value)}`}`,
});

function anniversary(date: DateTime, years: number, zone: string): number {
	return localInstant(date.startOf('day').plus({ years }).toMillis(), zone);
}
