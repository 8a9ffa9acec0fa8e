import type { PropertyCondition } from '../../segments/rule';

/** An event that a live campaign waits for, with conditions on its properties: all on the same event. */
export interface AwaitedEvent {
	event: string;
	where: PropertyCondition[];
}

/** Which events bring somebody into a live campaign, and when they are due. */
export type LiveTrigger = LiveKind & {
	/** Epoch milliseconds; events before `from` or after `to` bring nobody in. */
	from?: number;
	to?: number;
	/** Whether somebody comes in again. `period`: not before `ms` have passed since they came in last. */
	reentry: { kind: 'always' } | { kind: 'once' } | { kind: 'period'; ms: number };
	/** Events that arrive later than this after they happened bring nobody in. Default 24 h. */
	maxEventAgeMs: number;
};

export type LiveKind =
	/** Any of up to ten events; due `delayMs` after it. `firstTimeOnly`: only the first such event of a person, ever. */
	| { kind: 'action'; events: AwaitedEvent[]; delayMs: number; firstTimeOnly: boolean }
	/**
	 * Did the first and not the second within `withinMs`. `same`: per value of a property, as the two events call it. While
	 * somebody waits, a further first event makes no second entry; `restart`: the wait begins anew.
	 */
	| { kind: 'inaction'; first: AwaitedEvent[]; second: AwaitedEvent; withinMs: number; same?: { first: string; second: string }; restart: boolean }
	/** On a date or time in a property of an event or of a person, before (negative) or after it by `offsetMs`. */
	| { kind: 'on_date'; of: { event: AwaitedEvent } | 'profile'; property: string; offsetMs: number; everyYear: boolean; /** Of date-only values, on the person's clocks. Minutes after midnight. */ atMinute: number };

export const MOST_EVENTS = 10;
export const DEFAULT_EVENT_AGE_MS = 24 * 60 * 60 * 1000;

/** Run key of the one open run of a live campaign; of those before it, which were stopped, with their number behind it. */
export const LIVE_RUN_KEY = 'live';

export function isLiveRun(runKey: string): boolean {
	return runKey === LIVE_RUN_KEY || runKey.startsWith(`${LIVE_RUN_KEY} `);
}
