import { DateTime, IANAZone } from 'luxon';

import { offsetAt } from './zone-offsets';

const DAY = 86_400_000;

/** A wall-clock time somewhere. Month 1..12. */
export interface LocalTime {
	year: number;
	month: number;
	day: number;
	hour: number;
	minute: number;
}

/** The instant (epoch ms) at which clocks in an IANA zone show a local time. Day, hour and minute overflow as in Date.UTC. */
export function instantOf(local: LocalTime, zone: string): number {
	return localInstant(Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute), zone);
}

/**
 * The instant at which clocks of the zone show `wall` (that reading, as if it were UTC). A reading inside a gap is the
 * first instant after the gap; one that occurs twice is its first occurrence.
 */
export function localInstant(wall: number, zone: string): number {
	const early = wall - offsetAt(zone, wall - DAY);
	const late = wall - offsetAt(zone, wall + DAY);
	// Without lists and closures: questions come by here for every date they read.
	const isEarly = early + offsetAt(zone, early) === wall;
	const isLate = early === late ? isEarly : late + offsetAt(zone, late) === wall;
	if (isEarly && isLate) return Math.min(early, late);
	if (isEarly || isLate) return isEarly ? early : late;
	let before = Math.min(early, late);
	let after = Math.max(early, late);
	while (after - before > 1) {
		const middle = Math.floor((before + after) / 2);
		if (offsetAt(zone, middle) === offsetAt(zone, after)) after = middle;
		else before = middle;
	}
	return after;
}

/** Midnight (or the day's first instant) of the day that `instant` falls on in the zone. */
export function startOfDay(instant: number, zone: string): number {
	return localInstant(dayNumber(instant, zone) * DAY, zone);
}

/** The calendar day of an instant in a zone, as days since 1970-01-01. */
export function dayNumber(instant: number, zone: string): number {
	return Math.floor((instant + offsetAt(zone, instant)) / DAY);
}

/** What clocks of the zone show at an instant, as a DateTime in UTC. */
export function wallClock(instant: number, zone: string): DateTime {
	return DateTime.fromMillis(instant + offsetAt(zone, instant), { zone: 'utc' });
}

/** The wall-clock time in a zone at an instant, and its ISO weekday (1 Monday .. 7 Sunday). */
export function localTimeOf(instant: number, zone: string): LocalTime & { weekday: number } {
	const { year, month, day, hour, minute, weekday } = wallClock(instant, zone);
	return { year, month, day, hour, minute, weekday };
}

/** The person's zone if it is one, else the account's. */
export function zoneOf(timezone: string | null | undefined, accountZone: string): string {
	return timezone && isZone(timezone) ? timezone : accountZone;
}

const MOST_KNOWN = 10_000;
const known = new Map<string, boolean>();

/** Remembered, as asking takes some 50 us and is done for every person on their way. */
function isZone(name: string): boolean {
	let is = known.get(name);
	if (is === undefined) {
		if (known.size >= MOST_KNOWN) known.clear();
		known.set(name, (is = IANAZone.isValidZone(name)));
	}
	return is;
}
