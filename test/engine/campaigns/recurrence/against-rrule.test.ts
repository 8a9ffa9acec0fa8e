import * as fc from 'fast-check';
import { RRule, type ByWeekday, type Options } from 'rrule';

import { occurrencesAfter } from '../../../../engine/campaigns/recurrence/occurrences';
import type { Begun, Repeat } from '../../../../engine/campaigns/recurrence/recurrence';
import { localInstant } from '../../../../engine/time/local';

const DAY = 86_400_000;
const MINUTE = 60_000;
const MOST = 12;
const WEEKDAYS = [RRule.MO, RRule.TU, RRule.WE, RRule.TH, RRule.FR, RRule.SA, RRule.SU];

const weekday = fc.integer({ min: 1, max: 7 });
const every = fc.integer({ min: 1, max: 7 });
const repeats: fc.Arbitrary<Repeat> = fc.oneof(
	fc.record({ unit: fc.constant('days' as const), every }),
	fc.record({ unit: fc.constant('weeks' as const), every, weekdays: fc.uniqueArray(weekday, { minLength: 1, maxLength: 7 }) }),
	fc.record({
		unit: fc.constant('months' as const), every, shortMonths: fc.constant('skip' as const),
		days: fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 31 }), fc.constant(-1)), { minLength: 1, maxLength: 5 }),
	}),
	fc.record({ unit: fc.constant('months' as const), every, nth: fc.constantFrom(1, 2, 3, 4, -1), weekday }),
);
const zones = fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Santiago', 'Pacific/Kiritimati');
const recurrences = fc.record({
	repeat: repeats,
	zone: zones,
	minute: fc.integer({ min: 0, max: 1_439 }),
	/** What the clocks there showed when it was published, as if it were UTC. */
	publishedAt: fc.integer({ min: Date.UTC(2024, 0, 1) / MINUTE, max: Date.UTC(2030, 11, 31) / MINUTE }).map((minutes) => minutes * MINUTE),
});

/** The clocks' readings that iCalendar's rule gives, which knows neither of zones nor of the moment of publishing. */
function readings({ repeat, minute, publishedAt }: { repeat: Repeat; minute: number; publishedAt: number }): number[] {
	const day = Math.floor(publishedAt / DAY) * DAY;
	const first = repeat.unit === 'months' ? new Date(day).setUTCDate(1) : day;
	const options: Partial<Options> = { ...frequency(repeat), interval: repeat.every, dtstart: new Date(first + minute * MINUTE), wkst: RRule.MO };
	const start = repeat.unit === 'months' ? day + DAY : publishedAt + 1;
	const found: number[] = [];
	new RRule(options).all((date) => {
		if (date.getTime() >= start) found.push(date.getTime());
		return found.length < MOST && date.getUTCFullYear() < 2060;
	});
	return found.slice(0, MOST);
}

function frequency(repeat: Repeat): Partial<Options> {
	if (repeat.unit === 'days') return { freq: RRule.DAILY };
	if (repeat.unit === 'weeks') return { freq: RRule.WEEKLY, byweekday: repeat.weekdays.map((day) => WEEKDAYS[day - 1] as ByWeekday) };
	if ('days' in repeat) return { freq: RRule.MONTHLY, bymonthday: repeat.days };
	return { freq: RRule.MONTHLY, byweekday: [(WEEKDAYS[repeat.weekday - 1] as typeof RRule.MO).nth(repeat.nth)] };
}

test('recurrences fall on the days that iCalendar\'s rules fall on, at the instants at which the clocks there show the time', () => {
	fc.assert(
		fc.property(recurrences, ({ publishedAt, ...one }) => {
			const since = localInstant(publishedAt, one.zone);
			const recurrence: Begun = { ...one, end: { kind: 'never' }, since };
			const expected = readings({ ...one, publishedAt }).map((reading) => localInstant(reading, one.zone));
			// In the minutes around a change of the clocks the readings do not tell before from after.
			const settled = expected.filter((at) => at > since);
			const found = occurrencesAfter(recurrence, 0, MOST).slice(0, settled.length);
			expect(found.map((at) => new Date(at).toISOString())).toEqual(settled.map((at) => new Date(at).toISOString()));
		}),
		{ numRuns: 400, seed: 20260302 },
	);
});
