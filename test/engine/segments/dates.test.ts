import { DateTime, IANAZone } from 'luxon';

import { parseDate, shift } from '../../../engine/segments/dates';
import { dayNumber, localInstant, startOfDay } from '../../../engine/time/local';

const HOUR = 3_600_000;
const iso = (instant: number | undefined) => (instant === undefined ? undefined : new Date(instant).toISOString());

test.each([
	// Gaps: the first instant after.
	['2026-03-29T02:30', 'Europe/Paris', '2026-03-29T01:00:00.000Z'],
	['2026-03-08T02:30', 'America/New_York', '2026-03-08T07:00:00.000Z'],
	['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
	['2024-10-06T02:15', 'Australia/Lord_Howe', '2024-10-05T15:30:00.000Z'],
	// A whole day that Samoa skipped.
	['2011-12-30T09:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
	// Overlaps: the first occurrence.
	['2026-10-25T02:30', 'Europe/Paris', '2026-10-25T00:30:00.000Z'],
	['2026-11-01T01:30', 'America/New_York', '2026-11-01T05:30:00.000Z'],
	// Plain.
	['2026-07-01', 'Asia/Kolkata', '2026-06-30T18:30:00.000Z'],
	['2026-07-01 08:15', 'UTC', '2026-07-01T08:15:00.000Z'],
	['2026-07-01T08:15:30.123456Z', 'Asia/Kolkata', '2026-07-01T08:15:30.123Z'],
	['2026-07-01T08:15+0530', 'UTC', '2026-07-01T02:45:00.000Z'],
	['2026-07-01 08:15:00 +05', 'UTC', '2026-07-01T03:15:00.000Z'],
	[' 2026-07-01 ', 'UTC', '2026-07-01T00:00:00.000Z'],
])('%s in %s is %s', (text, zone, expected) => {
	expect(iso(parseDate(text, zone))).toBe(expected);
});

test.each([['2026-7-1'], ['2026'], ['20260701'], ['2026-W27'], ['12:30'], ['2026-07-01T25:00'], ['2026-02-29'], ['2026-02-31T10:00Z'], ['2026-01-01T24:00'], ['2026-01-01T10:60'], ['2026-00-10'], ['tomorrow'], [''], [true], [{}], [1e20], [null]])(
	'%p is no date',
	(value) => expect(parseDate(value, 'UTC')).toBeUndefined(),
);

test('the start of a day is right around every change of clocks of a few difficult zones', () => {
	let changes = 0;
	for (const zone of ['Europe/Paris', 'America/Sao_Paulo', 'Asia/Beirut', 'Africa/Cairo', 'Pacific/Apia', 'Australia/Lord_Howe', 'America/Havana']) {
		const iana = IANAZone.create(zone);
		for (let noon = Date.UTC(2010, 0, 1, 12); noon < Date.UTC(2019, 0, 1); noon += 24 * HOUR) {
			if (iana.offset(noon) === iana.offset(noon + 24 * HOUR)) continue;
			changes++;
			for (let instant = noon - 12 * HOUR; instant < noon + 36 * HOUR; instant += 97 * 60_000) {
				const start = startOfDay(instant, zone);
				const day = DateTime.fromMillis(instant, { zone: iana }).toISODate();
				expect(DateTime.fromMillis(start, { zone: iana }).toISODate()).toBe(day);
				expect(DateTime.fromMillis(start - 1, { zone: iana }).toISODate()).not.toBe(day);
				expect(new Date(dayNumber(instant, zone) * 24 * HOUR).toISOString().slice(0, 10)).toBe(day);
			}
		}
	}
	expect(changes).toBeGreaterThan(80);
});

test('months are those of the calendar, in the zone', () => {
	const noon = localInstant(Date.UTC(2026, 2, 31, 12), 'Europe/Paris');
	expect(iso(shift(noon, { amount: 1, unit: 'months' }, -1, 'Europe/Paris'))).toBe('2026-02-28T11:00:00.000Z');
	expect(iso(shift(noon, { amount: 2, unit: 'years' }, -1, 'Europe/Paris'))).toBe('2024-03-31T10:00:00.000Z');
	expect(noon - shift(noon, { amount: 1, unit: 'weeks' }, -1, 'Europe/Paris')).toBe(7 * 86_400_000);
});

test('a zone that is none is named', () => {
	expect(() => startOfDay(0, 'Mars/Olympus')).toThrow('"Mars/Olympus" is not a time zone.');
});
