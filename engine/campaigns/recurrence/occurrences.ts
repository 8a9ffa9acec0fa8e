import { dayNumber, localInstant } from '../../time/local';
import { daysIn, periodOf } from './days';
import type { Begun } from './recurrence';

const DAY = 86_400_000;
const MINUTE = 60_000;

/** Months are as long as they were 400 years ago: whatever has not come by then never does. */
const ALL_MONTHS = 4_800;

/**
 * The first occurrence later than an instant; both are epoch milliseconds. A time of day inside a gap of the clocks is the
 * first instant after it, one that comes twice its first. A monthly one never falls on the day it was published. Undefined when none comes before its
 * last day; whether enough runs have fired is for those who count them.
 */
export function nextOccurrence(recurrence: Begun, after: number): number | undefined {
	const { minute, zone, repeat, end, since } = recurrence;
	const { unit, every } = repeat;
	const later = Math.max(after, since);
	const publishedOn = dayNumber(since, zone);
	const anchor = periodOf(publishedOn, unit);
	// The day before: a time inside the gap of midnight may have become a later day's.
	const from = Math.max(anchor, periodOf(dayNumber(later, zone) - 1, unit));
	let period = anchor + Math.floor((from - anchor) / every) * every;
	for (let tried = 0; tried < ALL_MONTHS; tried++, period += every) {
		for (const day of daysIn(period, repeat)) {
			if (end.kind === 'on' && day > end.day) return undefined;
			if (unit === 'months' && day <= publishedOn) continue;
			const instant = localInstant(day * DAY + minute * MINUTE, zone);
			if (instant > later) return instant;
		}
	}
	return undefined;
}

/** Up to `most` occurrences later than an instant, in order. One that ends after N runs has N, as if none had fired. */
export function occurrencesAfter(recurrence: Begun, after: number, most: number): number[] {
	const limit = recurrence.end.kind === 'after' ? Math.min(most, recurrence.end.runs) : most;
	const found: number[] = [];
	let next = nextOccurrence(recurrence, after);
	while (next !== undefined && found.length < limit) {
		found.push(next);
		next = nextOccurrence(recurrence, next);
	}
	return found;
}

export function isOccurrence(recurrence: Begun, at: number): boolean {
	return nextOccurrence(recurrence, at - 1) === at;
}
