import { disturbableAt, type DndWindow } from '../../../engine/gates/dnd';
import { changesOf, SlowClock } from '../../support/slow-clock';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const ZONES = Intl.supportedValuesOf('timeZone');

/** Over midnight; inside the hours that change; around midnight, where some zones change; half hours; on some days only. */
const WINDOWS: Array<[string, DndWindow[]]> = [
	['a night', [{ days: EVERY_DAY, from: 21 * 60, to: 9 * 60 }]],
	['from and to inside the changing hours', [{ days: EVERY_DAY, from: 60, to: 150 }]],
	['a quarter of an hour in them', [{ days: EVERY_DAY, from: 135, to: 150 }]],
	['around midnight', [{ days: EVERY_DAY, from: 23 * 60 + 30, to: 30 }]],
	['whole Sundays', [{ days: [7], from: 0, to: 1440 }]],
	['two that touch, over midnight', [{ days: [6, 7], from: 20 * 60, to: 120 }, { days: [7, 1], from: 120, to: 6 * 60 + 30 }]],
];

/** Looks at every window of every day around, and at clocks that were read quarter by quarter. */
function slowly(now: number, clock: SlowClock, windows: DndWindow[]): number {
	const today = Math.floor(clock.wallAt(now) / DAY);
	for (const { days, from, to } of windows) {
		for (let day = today - 2; day <= today + 1; day++) {
			if (!days.includes(((((day + 3) % 7) + 7) % 7) + 1)) continue;
			const start = clock.firstShowing(day * DAY + from * MINUTE);
			const end = clock.firstShowing(day * DAY + (to > from ? to : to + 1440) * MINUTE);
			if (start <= now && now < end) return slowly(end, clock, windows);
		}
	}
	return now;
}

function expectRight(zone: string, moments: number[], span: number, step: number): number {
	let held = 0;
	for (const moment of moments) {
		const clock = new SlowClock(zone, moment - 5 * DAY, moment + 6 * DAY);
		for (const [name, windows] of WINDOWS) {
			for (let now = moment - span; now <= moment + span; now += step) {
				const expected = slowly(now, clock, windows);
				const got = disturbableAt(now, zone, windows);
				if (got !== expected) expect({ zone, name, now: new Date(now).toISOString(), got }).toEqual({ zone, name, now: '', got: expected });
				if (expected > now) held++;
			}
		}
	}
	return held;
}

test('do-not-disturb hours are right around every change of clocks of a year, in every zone', () => {
	const changing = ZONES.map((zone) => ({ zone, changes: changesOf(zone, 2026) })).filter(({ changes }) => changes.length > 0);
	expect(changing.length).toBeGreaterThan(100);
	// Forwards and backwards: most zones have one of each.
	expect(changing.filter(({ changes }) => changes.length === 2).length).toBeGreaterThan(100);
	// Zones that change alike have the same clocks at both moments: one stands for all.
	const alike = Map.groupBy(changing, ({ zone, changes }) => changes.map((change) => `${change} ${new SlowClock(zone, change - 15 * MINUTE, change).wallAt(change) - change}`).join());
	for (const [{ zone, changes }] of alike.values() as Iterable<[(typeof changing)[number]]>) expect(expectRight(zone, changes, 30 * HOUR, 30 * MINUTE)).toBeGreaterThan(0);
	// The others at the instant itself.
	for (const { zone, changes } of changing) expectRight(zone, changes, HOUR, HOUR);
});

test('do-not-disturb hours are right in every zone on a leap day, and on both sides of the date line', () => {
	for (const zone of ZONES) expect(expectRight(zone, [Date.UTC(2028, 1, 29, 12)], 18 * HOUR, 3 * HOUR)).toBeGreaterThan(0);
});

test.each([
	['Pacific/Kiritimati', '2028-02-29T08:00:00Z', '2028-02-29T19:00:00Z'],
	['Pacific/Pago_Pago', '2028-02-29T08:00:00Z', '2028-02-29T20:00:00Z'],
	['Asia/Kathmandu', '2028-02-29T15:15:00Z', '2028-03-01T03:15:00Z'],
	['Australia/Lord_Howe', '2026-10-03T10:30:00Z', '2026-10-03T22:00:00Z'],
	['America/St_Johns', '2026-11-01T00:30:00Z', '2026-11-01T12:30:00Z'],
	['Asia/Kolkata', '2026-06-01T15:29:59Z', '2026-06-01T15:29:59Z'],
])('the night of %s from %s ends %s', (zone, now, expected) => {
	expect(new Date(disturbableAt(Date.parse(now), zone, WINDOWS[0]?.[1] as DndWindow[]) as number).toISOString()).toBe(new Date(expected).toISOString());
});
