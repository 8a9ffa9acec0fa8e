import { checkRecurrence } from '../../../../engine/campaigns/recurrence/check';
import type { Recurrence, Repeat } from '../../../../engine/campaigns/recurrence/recurrence';
import { recurrenceWords } from '../../../../engine/campaigns/recurrence/words';

const daily: Recurrence = { minute: 540, zone: 'Europe/Paris', repeat: { unit: 'days', every: 1 }, end: { kind: 'never' } };
const weekly = (every: number, ...weekdays: number[]): Repeat => ({ unit: 'weeks', every, weekdays });
const monthly = (every: number, ...days: number[]): Repeat => ({ unit: 'months', every, days, shortMonths: 'last_day' });

describe('a recurrence is refused', () => {
	const wrong: Array<[string, Partial<Recurrence>, string]> = [
		['at a time that is none', { minute: Number.NaN }, 'The time of day is not one between 00:00 and 23:59.'],
		['at 24:00', { minute: 1_440 }, 'The time of day is not one between 00:00 and 23:59.'],
		['in a zone that is none', { zone: 'Mars/Olympus' }, '"Mars/Olympus" is not a time zone.'],
		['every 0 days', { repeat: { unit: 'days', every: 0 } }, 'It cannot recur every 0 days.'],
		['every half week', { repeat: weekly(0.5, 1) }, 'It cannot recur every 0.5 weeks.'],
		['every 1000 months', { repeat: monthly(1_000, 1) }, 'It cannot recur every 1000 months.'],
		['on no weekday', { repeat: weekly(1) }, 'It has no days of the week to recur on.'],
		['on weekday 0', { repeat: weekly(1, 3, 0) }, '0 is none of the days of the week.'],
		['on no day of the month', { repeat: monthly(1) }, 'It has no days of the month to recur on.'],
		['on the 32nd', { repeat: monthly(1, 32) }, '32 is none of the days of the month.'],
		['on the fifth Monday', { repeat: { unit: 'months', every: 1, nth: 5, weekday: 1 } }, 'No month is sure to have weekday number 5.'],
		['on the first of weekday 8', { repeat: { unit: 'months', every: 1, nth: 1, weekday: 8 } }, '8 is none of the days of the week.'],
		['that ends after 0 runs', { end: { kind: 'after', runs: 0 } }, 'It cannot end after 0 runs.'],
		['that ends on a day that is none', { end: { kind: 'on', day: Number.NaN } }, 'The day it ends on is not a date.'],
	];
	it.each(wrong)('%s', (_what, part, message) => {
		expect(() => checkRecurrence({ ...daily, ...part })).toThrow(expect.objectContaining({ code: 'recurrence_invalid', message, hint: expect.stringMatching(/\.$/) }));
	});
});

describe('a recurrence in words', () => {
	const right: Array<[string, Partial<Recurrence>]> = [
		['Every day at 09:00', {}],
		['Every 3 days at 00:05', { minute: 5, repeat: { unit: 'days', every: 3 } }],
		['Every week on Mon at 23:59', { minute: 1_439, repeat: weekly(1, 1) }],
		['Every 2 weeks on Mon, Thu at 09:00', { repeat: weekly(2, 4, 1) }],
		['Every month on day 1, 15, last at 09:00', { repeat: monthly(1, -1, 15, 1) }],
		['Every 3 months on the last Fri at 09:00', { repeat: { unit: 'months', every: 3, nth: -1, weekday: 5 } }],
		['Every day at 09:00, until 2026-05-31', { end: { kind: 'on', day: Date.UTC(2026, 4, 31) / 86_400_000 } }],
		['Every day at 09:00, 10 times', { end: { kind: 'after', runs: 10 } }],
		['Every day at 09:00, once', { end: { kind: 'after', runs: 1 } }],
	];
	it.each(right)('%s', (words, part) => {
		const recurrence = { ...daily, ...part };
		checkRecurrence(recurrence);
		expect(recurrenceWords(recurrence)).toBe(words);
	});
});
