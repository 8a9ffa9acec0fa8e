import { nextTimeOfDay } from '../../../engine/gates/local-time';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const at = (text: string) => Date.parse(text);
const next = (after: string, zone: string, minute: number, days = EVERY_DAY) => new Date(nextTimeOfDay(at(after), zone, { minute, days })).toISOString();

const cases: Array<[string, string, string, number, number[], string]> = [
	['today, when it is yet to come', '2026-03-02T07:00:00Z', 'Europe/Paris', 540, EVERY_DAY, '2026-03-02T08:00:00.000Z'],
	['tomorrow, when it has passed', '2026-03-02T08:00:01Z', 'Europe/Paris', 540, EVERY_DAY, '2026-03-03T08:00:00.000Z'],
	['tomorrow, when it is that moment', '2026-03-02T08:00:00Z', 'Europe/Paris', 540, EVERY_DAY, '2026-03-03T08:00:00.000Z'],
	['on the days chosen', '2026-03-02T12:00:00Z', 'UTC', 540, [1], '2026-03-09T09:00:00.000Z'],
	['of the day it is there', '2026-03-02T23:00:00Z', 'Asia/Tokyo', 540, [3], '2026-03-04T00:00:00.000Z'],
	['after a gap in spring', '2026-03-29T00:00:00Z', 'Europe/Paris', 150, EVERY_DAY, '2026-03-29T01:00:00.000Z'],
	['the first of two in autumn', '2026-10-25T00:00:00Z', 'Europe/Paris', 150, EVERY_DAY, '2026-10-25T00:30:00.000Z'],
	['the next day after the first of two', '2026-10-25T00:31:00Z', 'Europe/Paris', 150, EVERY_DAY, '2026-10-26T01:30:00.000Z'],
	['after a day that was skipped', '2011-12-30T09:00:00Z', 'Pacific/Apia', 540, EVERY_DAY, '2011-12-30T19:00:00.000Z'],
];

test.each(cases)('a time of day comes %s', (_what, after, zone, minute, days, expected) => {
	expect(next(after, zone, minute, days)).toBe(expected);
});

test('a time of day on no day never comes', () => {
	expect(() => nextTimeOfDay(0, 'UTC', { minute: 0, days: [] })).toThrow('never comes');
});
