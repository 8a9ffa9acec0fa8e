import { DateTime } from 'luxon';

import { isDateOnly, parseDate } from '../../segments/dates';
import { pathReader } from '../../segments/paths';
import { elements } from '../../segments/values';
import { localInstant, wallClock, zoneOf } from '../../time/local';
import { offsetAt } from '../../time/zone-offsets';
import type { LiveTrigger } from './trigger';

export type OnDate = Extract<LiveTrigger, { kind: 'on_date' }>;

/** One time that a date comes round for a person. */
export interface Occurrence {
	/** Epoch milliseconds. */
	dueAt: number;
	/** The day it is about, YYYY-MM-DD: tells the years of a date that comes round every year apart. */
	day: string;
}

/** The value of a property that is read as a date: the first, if it has several. */
export function dateIn(property: string, properties: Record<string, unknown>): unknown {
	return elements(pathReader(property)(properties))[0];
}

/**
 * When a date is due for a person, not before `after`; undefined when the value is no date, or has gone by. A date without
 * a time of day is due on the person's clocks, everything else, and the years of it, by those of the account.
 */
export function occurrenceOf(value: unknown, live: OnDate, zones: { person: string | null; account: string }, after = -Infinity): Occurrence | undefined {
	const dateOnly = isDateOnly(value);
	const instant = parseDate(value, dateOnly ? 'UTC' : zones.account);
	if (instant === undefined) return undefined;
	const zone = dateOnly ? zoneOf(zones.person, zones.account) : zones.account;
	const wall = dateOnly ? instant : instant + offsetAt(zone, instant);
	const at = (years: number): Occurrence => {
		const date = yearsLater(wall, years);
		const dueAt = dateOnly ? localInstant(date + live.atMinute * 60_000 + live.offsetMs, zone) : localInstant(date, zone) + live.offsetMs;
		return { dueAt, day: dayOf(date) };
	};
	if (!live.everyYear) {
		const only = at(0);
		return only.dueAt >= after ? only : undefined;
	}
	// The years before are long gone, however far the due time lies from the date.
	let years = after === -Infinity ? 0 : Math.max(0, wallClock(after - live.offsetMs, zone).year - new Date(wall).getUTCFullYear() - 1);
	let next = at(years);
	while (next.dueAt < after) next = at(++years);
	return next;
}

/** What a clock shows some years after it showed `wall` (both as if it were UTC); of 29 February the 28th in common years. By hand, as luxon takes long. */
function yearsLater(wall: number, years: number): number {
	const date = new Date(wall);
	const [month, day] = [date.getUTCMonth(), date.getUTCDate()];
	date.setUTCFullYear(date.getUTCFullYear() + years);
	if (date.getUTCMonth() !== month) date.setUTCMonth(month, day - 1);
	return date.getTime();
}

function dayOf(wall: number): string {
	const date = new Date(wall);
	const year = date.getUTCFullYear();
	// Other years are written otherwise.
	return year >= 0 && year <= 9_999 ? date.toISOString().slice(0, 10) : (DateTime.fromMillis(wall, { zone: 'utc' }).toISODate() as string);
}
