import { isOccurrence, nextOccurrence, occurrencesAfter } from '../../../../engine/campaigns/recurrence/occurrences';
import type { Begun, Repeat } from '../../../../engine/campaigns/recurrence/recurrence';
import { dayNumber, localTimeOf } from '../../../../engine/time/local';
import { offsetAt } from '../../../../engine/time/zone-offsets';

const HOUR = 3_600_000;
const iso = (instant: number) => new Date(instant).toISOString().replace(':00.000Z', 'Z');
const clockMinutes = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Every case: what recurs, when and where, since when, and its first occurrences as UTC. */
type Case = [what: string, repeat: Repeat, time: string, zone: string, since: string, expected: string[]];

const daily = (every = 1): Repeat => ({ unit: 'days', every });
const weekly = (every: number, ...weekdays: number[]): Repeat => ({ unit: 'weeks', every, weekdays });
const monthly = (every: number, days: number[], shortMonths: 'skip' | 'last_day' = 'last_day'): Repeat => ({ unit: 'months', every, days, shortMonths });
const nth = (every: number, which: number, weekday: number): Repeat => ({ unit: 'months', every, nth: which, weekday });

const cases: Case[] = [
	['every day, later today', daily(), '09:00', 'UTC', '2026-03-02T08:59Z', ['2026-03-02T09:00Z', '2026-03-03T09:00Z', '2026-03-04T09:00Z']],
	['every day, not at the moment it is published', daily(), '09:00', 'UTC', '2026-03-02T09:00Z', ['2026-03-03T09:00Z', '2026-03-04T09:00Z']],
	['every 3 days, counted from the day of publishing', daily(3), '09:00', 'UTC', '2026-03-02T12:00Z', ['2026-03-05T09:00Z', '2026-03-08T09:00Z']],
	['every 2 days over a leap day', daily(2), '00:00', 'UTC', '2028-02-26T12:00Z', ['2028-02-28T00:00Z', '2028-03-01T00:00Z']],
	['the day of publishing is that of the place', daily(2), '09:00', 'Asia/Tokyo', '2026-03-02T16:00Z', ['2026-03-03T00:00Z', '2026-03-05T00:00Z']],

	['every week on one day', weekly(1, 1), '09:00', 'UTC', '2026-03-02T12:00Z', ['2026-03-09T09:00Z', '2026-03-16T09:00Z']],
	['every week on two days, given in any order', weekly(1, 4, 1), '09:00', 'UTC', '2026-03-02T12:00Z', ['2026-03-05T09:00Z', '2026-03-09T09:00Z', '2026-03-12T09:00Z']],
	['every 2 weeks, this week counts', weekly(2, 1, 4), '09:00', 'UTC', '2026-03-03T12:00Z', ['2026-03-05T09:00Z', '2026-03-16T09:00Z', '2026-03-19T09:00Z']],
	['weeks end on Sunday', weekly(2, 1, 7), '09:00', 'UTC', '2026-03-08T08:00Z', ['2026-03-08T09:00Z', '2026-03-16T09:00Z', '2026-03-22T09:00Z']],
	['every 2 weeks across the end of a year with 53 weeks', weekly(2, 1), '09:00', 'UTC', '2026-12-21T12:00Z', ['2027-01-04T09:00Z', '2027-01-18T09:00Z']],
	['every 3 weeks across the end of a year', weekly(3, 5), '09:00', 'UTC', '2025-12-25T12:00Z', ['2025-12-26T09:00Z', '2026-01-16T09:00Z']],
	['Monday in Auckland is still Sunday at Greenwich', weekly(1, 1), '08:00', 'Pacific/Auckland', '2026-03-01T12:00Z', ['2026-03-01T19:00Z', '2026-03-08T19:00Z']],

	['created on the 5th for the 7th: this month', monthly(1, [7]), '09:00', 'UTC', '2026-03-05T12:00Z', ['2026-03-07T09:00Z', '2026-04-07T09:00Z']],
	['created on the 7th for the 7th: next month', monthly(1, [7]), '23:00', 'UTC', '2026-03-07T00:00Z', ['2026-04-07T23:00Z', '2026-05-07T23:00Z']],
	['created on the 7th for the 7th, there', monthly(1, [7]), '23:00', 'America/New_York', '2026-03-07T04:59Z', ['2026-03-08T04:00Z', '2026-04-08T03:00Z']],
	['created on the 8th for the 7th: next month', monthly(1, [7]), '09:00', 'UTC', '2026-03-08T12:00Z', ['2026-04-07T09:00Z']],
	['several days, any order', monthly(1, [20, 5]), '09:00', 'UTC', '2026-03-02T12:00Z', ['2026-03-05T09:00Z', '2026-03-20T09:00Z', '2026-04-05T09:00Z']],
	['every 3 months', monthly(3, [15]), '09:00', 'UTC', '2026-11-20T12:00Z', ['2027-02-15T09:00Z', '2027-05-15T09:00Z']],
	['the 31st, or the last day', monthly(1, [31]), '09:00', 'UTC', '2026-01-30T12:00Z', ['2026-01-31T09:00Z', '2026-02-28T09:00Z', '2026-03-31T09:00Z', '2026-04-30T09:00Z']],
	['the 31st, or not at all', monthly(1, [31], 'skip'), '09:00', 'UTC', '2026-01-30T12:00Z', ['2026-01-31T09:00Z', '2026-03-31T09:00Z', '2026-05-31T09:00Z']],
	['the 29th in a leap year', monthly(1, [29], 'skip'), '09:00', 'UTC', '2028-02-01T12:00Z', ['2028-02-29T09:00Z', '2028-03-29T09:00Z']],
	['the 29th of February only', monthly(12, [29], 'skip'), '09:00', 'UTC', '2096-02-01T12:00Z', ['2096-02-29T09:00Z', '2104-02-29T09:00Z']],
	['the 29th, 30th, 31st and the last day are one in February', monthly(1, [29, 30, 31, -1]), '09:00', 'UTC', '2026-02-01T12:00Z', ['2026-02-28T09:00Z', '2026-03-29T09:00Z', '2026-03-30T09:00Z', '2026-03-31T09:00Z']],
	['the last day', monthly(1, [-1]), '09:00', 'UTC', '2028-01-31T08:00Z', ['2028-02-29T09:00Z', '2028-03-31T09:00Z']],
	['the first Monday', nth(1, 1, 1), '09:00', 'UTC', '2026-05-31T12:00Z', ['2026-06-01T09:00Z', '2026-07-06T09:00Z', '2026-08-03T09:00Z']],
	['the fourth Sunday', nth(1, 4, 7), '09:00', 'UTC', '2026-03-01T12:00Z', ['2026-03-22T09:00Z', '2026-04-26T09:00Z']],
	['the last Friday', nth(1, -1, 5), '09:00', 'UTC', '2026-01-01T12:00Z', ['2026-01-30T09:00Z', '2026-02-27T09:00Z', '2026-03-27T09:00Z']],
	['the last Saturday of a February that begins on one', nth(1, -1, 6), '09:00', 'UTC', '2020-02-01T12:00Z', ['2020-02-29T09:00Z', '2020-03-28T09:00Z']],
	['the second Tuesday, not on the day of publishing', nth(2, 2, 2), '23:00', 'UTC', '2026-03-10T01:00Z', ['2026-05-12T23:00Z', '2026-07-14T23:00Z']],

	['inside the gap of New York: its end', daily(), '02:30', 'America/New_York', '2026-03-07T12:00Z', ['2026-03-08T07:00Z', '2026-03-09T06:30Z']],
	['twice in New York: the first', daily(), '01:30', 'America/New_York', '2026-10-31T12:00Z', ['2026-11-01T05:30Z', '2026-11-02T06:30Z']],
	['the clock shows the same after the change', weekly(1, 7), '09:00', 'Europe/Paris', '2026-03-22T12:00Z', ['2026-03-29T07:00Z', '2026-04-05T07:00Z']],
	['and after the change back', daily(), '09:00', 'Europe/Paris', '2026-10-24T12:00Z', ['2026-10-25T08:00Z', '2026-10-26T08:00Z']],
	['twice in Paris: the first', daily(), '02:30', 'Europe/Paris', '2026-10-24T12:00Z', ['2026-10-25T00:30Z', '2026-10-26T01:30Z']],
	['a gap at midnight', daily(), '00:00', 'America/Santiago', '2026-09-05T12:00Z', ['2026-09-06T04:00Z', '2026-09-07T03:00Z']],
	['half a gap', daily(), '02:15', 'Australia/Lord_Howe', '2026-10-02T20:00Z', ['2026-10-03T15:30Z', '2026-10-04T15:15Z']],
	['half-hour zones', daily(), '09:00', 'Asia/Kolkata', '2026-03-02T00:00Z', ['2026-03-02T03:30Z', '2026-03-03T03:30Z']],
	['quarter-hour zones', monthly(1, [-1]), '00:05', 'Asia/Kathmandu', '2026-03-02T00:00Z', ['2026-03-30T18:20Z', '2026-04-29T18:20Z']],
	['a day that was left out is the next one', daily(), '00:00', 'Pacific/Apia', '2011-12-29T00:00Z', ['2011-12-29T10:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z']],
];

describe('occurrences', () => {
	it.each(cases)('%s', (_what, repeat, time, zone, since, expected) => {
		const recurrence: Begun = { minute: clockMinutes(time), zone, repeat, end: { kind: 'never' }, since: Date.parse(since) };
		const found = occurrencesAfter(recurrence, 0, expected.length);
		expect(found.map(iso)).toEqual(expected);
		// From anywhere in between it is the same.
		found.forEach((at, index) => {
			const before = found[index - 1] ?? recurrence.since;
			expect([before, Math.floor((before + at) / 2), at - 1].map((after) => nextOccurrence(recurrence, after))).toEqual([at, at, at]);
			expect([isOccurrence(recurrence, at), isOccurrence(recurrence, at + 1), isOccurrence(recurrence, at - 1)]).toEqual([true, false, false]);
		});
	});

	const base: Begun = { minute: 540, zone: 'Europe/Paris', repeat: daily(), end: { kind: 'never' }, since: Date.UTC(2026, 2, 2, 12) };

	it('end with the day they end on', () => {
		const day = dayNumber(Date.UTC(2026, 2, 4), 'UTC');
		const ending: Begun = { ...base, end: { kind: 'on', day } };
		expect(occurrencesAfter(ending, 0, 10).map(iso)).toEqual(['2026-03-03T08:00Z', '2026-03-04T08:00Z']);
		expect(nextOccurrence(ending, Date.UTC(2026, 2, 4, 8))).toBeUndefined();
		expect(nextOccurrence({ ...ending, end: { kind: 'on', day: 0 } }, 0)).toBeUndefined();
	});

	it('end after a number of runs', () => {
		expect(occurrencesAfter({ ...base, end: { kind: 'after', runs: 2 } }, 0, 10)).toHaveLength(2);
		expect(occurrencesAfter({ ...base, end: { kind: 'after', runs: 20 } }, 0, 10)).toHaveLength(10);
	});

	it('that never come are none', () => {
		expect(nextOccurrence({ ...base, since: Date.UTC(2026, 1, 10), repeat: monthly(12, [30], 'skip') }, 0)).toBeUndefined();
		expect(nextOccurrence({ ...base, since: Date.UTC(2026, 3, 10), repeat: monthly(999, [31], 'skip') }, 0)).toBe(Date.UTC(2109, 6, 31, 7));
	});

	it('show the same time on the clocks of every zone all year, but inside gaps', () => {
		// Zones whose clocks agree all year are one.
		const halfMonths = Array.from({ length: 24 }, (_, half) => Date.UTC(2026, Math.floor(half / 2), 1 + (half % 2) * 14));
		const apart = new Map(Intl.supportedValuesOf('timeZone').map((zone) => [halfMonths.map((instant) => offsetAt(zone, instant)).join(), zone]));
		expect(apart.size).toBeGreaterThan(40);
		for (const zone of apart.values()) {
			const year = occurrencesAfter({ ...base, zone, minute: 150, since: Date.UTC(2026, 0, 1) }, 0, 365);
			const other = year.filter((at) => {
				const { hour, minute } = localTimeOf(at, zone);
				return hour !== 2 || minute !== 30;
			});
			expect({ zone, gaps: other.length < 2, days: new Set(year.map((at) => dayNumber(at, zone))).size }).toEqual({ zone, gaps: true, days: 365 });
			const steps = year.slice(1).map((at, index) => at - (year[index] as number));
			expect({ zone, even: steps.every((step) => Math.abs(step - 24 * HOUR) <= 2 * HOUR) }).toEqual({ zone, even: true });
		}
	});
});
