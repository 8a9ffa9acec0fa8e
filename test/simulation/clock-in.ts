/** What clocks of a zone show, by the platform's own calendar: "2026-03-29 14:05". */
export function clockIn(zone: string, at: number): string {
	const clock = clocks.get(zone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
	clocks.set(zone, clock);
	return clock.format(at);
}

/** Making one takes long. */
const clocks = new Map<string, Intl.DateTimeFormat>();

export const dayIn = (zone: string, at: number): string => clockIn(zone, at).slice(0, 10);

/** Minutes after midnight that clocks of a zone show. */
export function minuteIn(zone: string, at: number): number {
	const clock = clockIn(zone, at);
	return Number(clock.slice(11, 13)) * 60 + Number(clock.slice(14, 16));
}

/** The instant at which clocks of a zone show a day and a time of day, to the minute; the first, if there are two. */
export function instantIn(zone: string, day: string, minute: number): number {
	const wall = Date.parse(`${day}T00:00:00Z`) + minute * 60_000;
	const shown = new Date(wall).toISOString().slice(0, 16).replace('T', ' ');
	// No clock is further from UTC, and all are so by quarters of an hour.
	for (let at = wall - 15 * 3_600_000; at <= wall + 13 * 3_600_000; at += 15 * 60_000) if (clockIn(zone, at) === shown) return at;
	throw new Error(`No clock of ${zone} ever shows ${shown}`);
}
