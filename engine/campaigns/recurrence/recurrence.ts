/** A repeated moment of the day on the clocks of the account, until an end. */
export interface Recurrence {
	/** Minutes after midnight, 0..1439. */
	minute: number;
	repeat: Repeat;
	/** The first day it may fall on, days since 1970-01-01 (see time/local's dayNumber). Intervals count from the period in which it lies. */
	firstDay: number;
	end: { kind: 'never' } | { kind: 'on'; /** Last day it may fall on. */ day: number } | { kind: 'after'; runs: number };
}

export type Repeat =
	| { unit: 'days'; every: number }
	/** ISO weekdays, 1 Monday .. 7 Sunday. */
	| { unit: 'weeks'; every: number; weekdays: number[] }
	/** Days of the month 1..31; -1: the last. Days that a short month does not have: skipped, or its last day. */
	| { unit: 'months'; every: number; days: number[]; shortMonths: 'skip' | 'last_day' }
	/** The nth weekday of the month, 1..4; -1: the last. */
	| { unit: 'months'; every: number; nth: number; weekday: number };
