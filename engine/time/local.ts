import { IANAZone } from 'luxon';

/** A wall-clock time somewhere. Month 1..12. */
export interface LocalTime {
	year: number;
	month: number;
	day: number;
	hour: number;
	minute: number;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * The instant (epoch ms) at which clocks in an IANA zone show a local time. One inside a DST gap is the first instant
 * after the gap; one that occurs twice is its first occurrence. Day and hour overflow as in Date.UTC.
 */
export function instantOf(local: LocalTime, zone: string): number {
	const wall = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
	const iana = IANAZone.create(zone);
	// Zones change their offset less than once in two days around any moment, so these two are all there can be.
	const offsets = [iana.offset(wall - DAY_MS), iana.offset(wall + DAY_MS)];
	const instants = offsets
		.map((offset) => ({ instant: wall - offset * MINUTE_MS, offset }))
		.filter(({ instant, offset }) => iana.offset(instant) === offset)
		.map(({ instant }) => instant);
	return instants.length > 0 ? Math.min(...instants) : transitionBetween(iana, wall - DAY_MS, wall + DAY_MS);
}

/** The first instant with the offset of `to`, when the offset changes once between the two. */
function transitionBetween(zone: IANAZone, from: number, to: number): number {
	const before = zone.offset(from);
	let low = from;
	let high = to;
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (zone.offset(middle) === before) low = middle;
		else high = middle;
	}
	return high;
}

/** The wall-clock time in a zone at an instant, and its ISO weekday (1 Monday .. 7 Sunday). */
export function localTimeOf(instant: number, zone: string): LocalTime & { weekday: number } {
	const wall = new Date(instant + IANAZone.create(zone).offset(instant) * MINUTE_MS);
	return {
		year: wall.getUTCFullYear(),
		month: wall.getUTCMonth() + 1,
		day: wall.getUTCDate(),
		hour: wall.getUTCHours(),
		minute: wall.getUTCMinutes(),
		weekday: wall.getUTCDay() || 7,
	};
}

/** The person's zone if it is one, else the account's. */
export function zoneOf(timezone: string | null | undefined, accountZone: string): string {
	return timezone && IANAZone.isValidZone(timezone) ? timezone : accountZone;
}
