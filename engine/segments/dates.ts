import { DateTime, IANAZone } from 'luxon';

import { CampaignError } from '../errors';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Below this a number is epoch seconds, from it on epoch milliseconds (seconds of the year 5138, milliseconds of 1973). */
const FIRST_MILLISECONDS = 1e11;
const LAST_INSTANT = 8.64e15;

const FIXED_UNITS = { seconds: 1_000, minutes: MINUTE, hours: HOUR, days: DAY, weeks: 7 * DAY } as const;
const CALENDAR_UNITS = ['months', 'years'] as const;

export type Unit = keyof typeof FIXED_UNITS | (typeof CALENDAR_UNITS)[number];
export const UNITS: readonly Unit[] = [...(Object.keys(FIXED_UNITS) as Array<keyof typeof FIXED_UNITS>), ...CALENDAR_UNITS];

export interface Duration {
	amount: number;
	unit: Unit;
}

export function isCalendarUnit(unit: Unit): unit is (typeof CALENDAR_UNITS)[number] {
	return unit === 'months' || unit === 'years';
}

/** About how long a duration is, in milliseconds; for checks of size only. */
export function roughLength({ amount, unit }: Duration): number {
	if (!isCalendarUnit(unit)) return amount * FIXED_UNITS[unit];
	return amount * (unit === 'months' ? 31 : 366) * DAY;
}

/** Throws `unknown_zone` for a name that is no IANA zone. */
export function zoneNamed(name: string): IANAZone {
	const zone = IANAZone.create(name);
	if (zone.isValid) return zone;
	throw new CampaignError('unknown_zone', `"${name}" is not a time zone.`, 'Use an IANA name such as Europe/Paris.');
}

/** Moves an instant. Seconds to weeks have fixed lengths; months and years are those of the calendar in the zone. */
export function shift(instant: number, { amount, unit }: Duration, direction: 1 | -1, zone: string): number {
	if (!isCalendarUnit(unit)) return instant + direction * amount * FIXED_UNITS[unit];
	const iana = zoneNamed(zone);
	const wall = DateTime.fromMillis(instant + iana.offset(instant) * MINUTE, { zone: 'utc' });
	return localInstant(wall.plus({ [unit]: direction * amount }).toMillis(), zone);
}

/**
 * The instant at which clocks of the zone show `wall` (that reading, as if it were UTC). A reading inside a gap is the
 * first instant after the gap; one that occurs twice is its first occurrence.
 */
export function localInstant(wall: number, zone: string): number {
	const iana = zoneNamed(zone);
	const offsetAt = (instant: number) => iana.offset(instant) * MINUTE;
	const early = wall - offsetAt(wall - DAY);
	const late = wall - offsetAt(wall + DAY);
	const exact = [early, late].filter((instant) => instant + offsetAt(instant) === wall);
	if (exact.length > 0) return Math.min(...exact);
	let before = Math.min(early, late);
	let after = Math.max(early, late);
	while (after - before > 1) {
		const middle = Math.floor((before + after) / 2);
		if (offsetAt(middle) === offsetAt(after)) after = middle;
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
	return Math.floor((instant + zoneNamed(zone).offset(instant) * MINUTE) / DAY);
}

/** `dayNumber` for many instants: asks for the zone's offset once per quarter of an hour, on which all changes of this era fall. */
export function dayCounter(zone: string): (instant: number) => number {
	const iana = zoneNamed(zone);
	const offsets = new Map<number, number>();
	return (instant) => {
		const slot = Math.floor(instant / (15 * MINUTE));
		let offset = offsets.get(slot);
		if (offset === undefined) {
			offset = iana.offset(instant) * MINUTE;
			if (offsets.size >= 50_000) offsets.clear();
			offsets.set(slot, offset);
		}
		return Math.floor((instant + offset) / DAY);
	};
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)? ?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/i;
const EPOCH = /^-?\d{9,}(?:\.\d+)?$/;

/**
 * The instant a value means, in epoch milliseconds; undefined when it is not a date. Dates are ISO texts (without an
 * offset: in the zone; date only: midnight there), or epoch seconds or milliseconds as numbers or as texts of nine digits and more.
 */
export function parseDate(value: unknown, zone: string): number | undefined {
	if (typeof value === 'number') return fromEpoch(value);
	if (typeof value !== 'string') return undefined;
	const text = value.trim();
	if (EPOCH.test(text)) return fromEpoch(Number(text));
	const match = ISO.exec(text);
	if (!match) return undefined;
	const parsed = DateTime.fromISO(text.toUpperCase().replace(/^(\S+) (?=\d)/, '$1T').replace(' ', ''), { zone: 'utc' });
	if (!parsed.isValid) return undefined;
	return match[1] ? parsed.toMillis() : localInstant(parsed.toMillis(), zone);
}

function fromEpoch(value: number): number | undefined {
	const instant = Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value;
	return Math.abs(instant) <= LAST_INSTANT ? instant : undefined;
}

/** Whether a rule's text is a date without a time of day. */
export function isDateOnly(value: unknown): boolean {
	return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value.trim());
}
