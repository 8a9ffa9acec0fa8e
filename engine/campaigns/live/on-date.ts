import { isDateOnly, parseDate } from '../../segments/dates';
import { pathReader } from '../../segments/paths';
import { elements } from '../../segments/values';
import { localInstant, wallClock, zoneOf } from '../../time/local';
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
	const wall = dateOnly ? wallClock(instant, 'UTC') : wallClock(instant, zone);
	const at = (years: number): Occurrence => {
		const date = wall.plus({ years });
		const dueAt = dateOnly ? localInstant(date.toMillis() + live.atMinute * 60_000 + live.offsetMs, zone) : localInstant(date.toMillis(), zone) + live.offsetMs;
		return { dueAt, day: date.toISODate() as string };
	};
	if (!live.everyYear) {
		const only = at(0);
		return only.dueAt >= after ? only : undefined;
	}
	// The years before are long gone, however far the due time lies from the date.
	let years = after === -Infinity ? 0 : Math.max(0, wallClock(after - live.offsetMs, zone).year - wall.year - 1);
	while (at(years).dueAt < after) years++;
	return at(years);
}
