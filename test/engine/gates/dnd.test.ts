import { checkWindows, disturbableAt, minutesOf, type DndWindow } from '../../../engine/gates/dnd';

const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const night: DndWindow[] = [{ days: EVERY_DAY, from: 21 * 60, to: 9 * 60 }];
const at = (iso: string) => Date.parse(iso);

describe('when somebody may be disturbed', () => {
	it.each([
		['by day: now', 'UTC', night, '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z'],
		['the first minute of the window is inside', 'UTC', night, '2026-03-02T21:00:00Z', '2026-03-03T09:00:00Z'],
		['the minute before is not', 'UTC', night, '2026-03-02T20:59:59Z', '2026-03-02T20:59:59Z'],
		['after midnight: the window of yesterday', 'UTC', night, '2026-03-03T03:00:00Z', '2026-03-03T09:00:00Z'],
		['the end is outside', 'UTC', night, '2026-03-03T09:00:00Z', '2026-03-03T09:00:00Z'],
		['in the zone of the person', 'Asia/Tokyo', night, '2026-03-02T12:00:00Z', '2026-03-03T00:00:00Z'],
		['a night with a DST gap is an hour shorter', 'America/New_York', night, '2026-03-08T04:00:00Z', '2026-03-08T13:00:00Z'],
		['a night with an hour twice is an hour longer', 'America/New_York', night, '2026-11-01T03:00:00Z', '2026-11-01T14:00:00Z'],
		['an end inside the gap is the end of the gap', 'America/New_York', [{ days: EVERY_DAY, from: 0, to: 150 }], '2026-03-08T05:30:00Z', '2026-03-08T07:00:00Z'],
		['only on its weekdays', 'UTC', [{ days: [6], from: 0, to: 1440 }], '2026-03-02T12:00:00Z', '2026-03-02T12:00:00Z'],
		['a whole Saturday', 'UTC', [{ days: [6], from: 0, to: 1440 }], '2026-03-07T12:00:00Z', '2026-03-08T00:00:00Z'],
		['the weekend as two windows', 'UTC', [{ days: [6, 7], from: 0, to: 1440 }], '2026-03-07T12:00:00Z', '2026-03-09T00:00:00Z'],
		['windows that touch are one', 'UTC', [{ days: [1], from: 600, to: 720 }, { days: [1], from: 720, to: 780 }], '2026-03-02T10:30:00Z', '2026-03-02T13:00:00Z'],
		['windows that overlap: the later end', 'UTC', [{ days: [1], from: 600, to: 900 }, { days: [1], from: 700, to: 720 }], '2026-03-02T11:45:00Z', '2026-03-02T15:00:00Z'],
		['Sunday night belongs to Sunday', 'UTC', [{ days: [7], from: 1320, to: 360 }], '2026-03-09T03:00:00Z', '2026-03-09T06:00:00Z'],
		['Monday night does not', 'UTC', [{ days: [7], from: 1320, to: 360 }], '2026-03-10T03:00:00Z', '2026-03-10T03:00:00Z'],
	] as Array<[string, string, DndWindow[], string, string]>)('%s', (_name, zone, windows, now, expected) => {
		expect(new Date(disturbableAt(at(now), zone, windows) as number).toISOString()).toBe(new Date(at(expected)).toISOString());
	});

	it('is never, when the windows never open', () => {
		expect(disturbableAt(0, 'UTC', [{ days: EVERY_DAY, from: 0, to: 1440 }])).toBeUndefined();
	});
});

describe('checking windows', () => {
	it.each([
		['never open', [{ days: EVERY_DAY, from: 540, to: 540 }], /never open/],
		['no weekday', [{ days: [], from: 0, to: 60 }], /window 1 has no weekday/],
		['no time', [{ days: [1], from: Number.NaN, to: 60 }], /window 1 has a time that is none/],
	] as Array<[string, DndWindow[], RegExp]>)('refuses: %s', (_name, windows, message) => {
		expect(() => checkWindows(windows)).toThrow(message);
	});

	it('takes nights, and no window at all', () => {
		expect(() => checkWindows(night)).not.toThrow();
		expect(() => checkWindows([])).not.toThrow();
	});
});

test.each([['09:00', 540], ['9:05', 545], ['24:00', 1440], ['24:01', Number.NaN], ['12:60', Number.NaN], ['noon', Number.NaN], ['', Number.NaN]])(
	'%s is %d minutes after midnight',
	(text, minutes) => {
		expect(minutesOf(text)).toBe(minutes);
	},
);
