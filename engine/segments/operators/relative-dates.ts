import { localInstant, startOfDay, wallClock } from '../../time/local';
import { offsetAt } from '../../time/zone-offsets';
import { shift } from '../dates';
import { anyDate } from './dates';
import { operator } from './operator';
import { durationKind, durationWords } from './value-kinds';

const DURATION = durationKind();

/** Clocks of no zone are so far from UTC. */
const FAR_MS = 2 * 86_400_000;

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
		const isNear = (wall: number) => wall >= today - FAR_MS && wall <= to + FAR_MS;
		return anyDate(context, (instant) => {
			const date = new Date(instant + offsetAt(zone, instant));
			const year = Math.max(thisYear, date.getUTCFullYear() + 1);
			// Most are neither: no clocks need be asked.
			if (!isNear(anniversaryWall(date, year)) && !isNear(anniversaryWall(date, year + 1))) return false;
			let next = anniversary(date, year, zone);
			if (next < today) next = anniversary(date, year + 1, zone);
			return next >= today && next <= to;
		});
	},
	describe: (value) => `has its anniversary ${value.amount === 0 ? 'today' : `in the next ${durationWords(value)}`}`,
});

function anniversary(wall: Date, year: number, zone: string): number {
	return localInstant(anniversaryWall(wall, year), zone);
}

/** By hand, as every date that people have is asked: luxon takes three times as long. Both `wall` and what comes of it: a clock's reading, as if it were UTC. */
function anniversaryWall(wall: Date, year: number): number {
	const [month, day] = [wall.getUTCMonth(), wall.getUTCDate()];
	// Day 0 of the next month is the last of this one.
	const last = day > 28 ? new Date(Date.UTC(year, month + 1, 0)).getUTCDate() : 28;
	return Date.UTC(year, month, Math.min(day, last));
}
