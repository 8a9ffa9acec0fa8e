/** A repeated moment of the day on the clocks of one place, until an end. */
export interface Recurrence {
	/** Minutes after midnight, 0..1439. */
	minute: number;
	/** IANA zone whose clocks are meant. */
	zone: string;
	repeat: Repeat;
	end: { kind: 'never' } | { kind: 'on'; /** Last day it may fall on, days since 1970-01-01 (see time/local's dayNumber). */ day: number } | { kind: 'after'; /** How many have to fire. */ runs: number };
	/** When it was published first, epoch milliseconds: publishing puts it in. It falls later than this only, and intervals count from the period in which this lies. */
	since?: number;
}

/** One that was published. */
export type Begun = Recurrence & { since: number };

export type Repeat =
	| { unit: 'days'; every: number }
	/** ISO weekdays, 1 Monday .. 7 Sunday. Weeks begin on Monday. */
	| { unit: 'weeks'; every: number; weekdays: number[] }
	/** Days of the month 1..31; -1: the last. Days that a short month does not have: skipped, or its last day. */
	| { unit: 'months'; every: number; days: number[]; shortMonths: 'skip' | 'last_day' }
	/** The nth weekday of the month, 1..4; -1: the last. */
	| { unit: 'months'; every: number; nth: number; weekday: number };

export const LAST = -1;

/** Most days, weeks or months between two. */
export const MOST_EVERY = 999;
