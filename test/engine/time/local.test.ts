import { instantOf, localTimeOf, zoneOf } from '../../../engine/time/local';

const iso = (ms: number) => new Date(ms).toISOString();

describe('the instant of a local time', () => {
	it.each([
		['an ordinary time', 'Europe/Paris', [2026, 3, 2, 9, 0], '2026-03-02T08:00:00.000Z'],
		['a half-hour zone', 'Asia/Kolkata', [2026, 3, 2, 9, 0], '2026-03-02T03:30:00.000Z'],
		['a quarter-hour zone', 'Asia/Kathmandu', [2026, 3, 2, 9, 0], '2026-03-02T03:15:00.000Z'],
		['the far east', 'Pacific/Kiritimati', [2026, 3, 2, 9, 0], '2026-03-01T19:00:00.000Z'],
		['the far west', 'Pacific/Pago_Pago', [2026, 3, 2, 9, 0], '2026-03-02T20:00:00.000Z'],
		['inside the gap of New York: its end', 'America/New_York', [2026, 3, 8, 2, 30], '2026-03-08T07:00:00.000Z'],
		['the first minute after that gap', 'America/New_York', [2026, 3, 8, 3, 0], '2026-03-08T07:00:00.000Z'],
		['inside the gap of Lord Howe (half an hour)', 'Australia/Lord_Howe', [2026, 10, 4, 2, 15], '2026-10-03T15:30:00.000Z'],
		['a gap at midnight', 'America/Santiago', [2026, 9, 6, 0, 30], '2026-09-06T04:00:00.000Z'],
		['twice in New York: the first', 'America/New_York', [2026, 11, 1, 1, 30], '2026-11-01T05:30:00.000Z'],
		['twice in Paris: the first', 'Europe/Paris', [2026, 10, 25, 2, 30], '2026-10-25T00:30:00.000Z'],
		['the day Samoa left out: its end', 'Pacific/Apia', [2011, 12, 30, 12, 0], '2011-12-30T10:00:00.000Z'],
		['a leap day', 'UTC', [2028, 2, 29, 0, 0], '2028-02-29T00:00:00.000Z'],
		['minutes that overflow into the next day', 'Europe/Paris', [2026, 3, 2, 0, 1980], '2026-03-03T08:00:00.000Z'],
	] as const)('%s', (_name, zone, [year, month, day, hour, minute], expected) => {
		expect(iso(instantOf({ year, month, day, hour, minute }, zone))).toBe(expected);
	});

	it('is what clocks show there, in every zone and at every hour of the days around a change', () => {
		const zones = Intl.supportedValuesOf('timeZone');
		expect(zones.length).toBeGreaterThan(400);
		for (const zone of zones) {
			for (let hour = 0; hour < 72; hour += 5) {
				const wanted = { year: 2026, month: 3, day: 28, hour, minute: 10 };
				const shown = localTimeOf(instantOf(wanted, zone), zone);
				const asked = Date.UTC(2026, 2, 28, hour, 10);
				const got = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute);
				// Later only inside a gap, by at most its length: two hours at Troll, less elsewhere.
				expect({ zone, late: got - asked >= 0 && got - asked <= 7_200_000 }).toEqual({ zone, late: true });
			}
		}
	});
});

test('a zone nobody knows gives way to the account\'s', () => {
	expect(zoneOf('Europe/Paris', 'UTC')).toBe('Europe/Paris');
	expect(zoneOf('Mars/Olympus', 'UTC')).toBe('UTC');
	expect(zoneOf(null, 'Asia/Tokyo')).toBe('Asia/Tokyo');
});
