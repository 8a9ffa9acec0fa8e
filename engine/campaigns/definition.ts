import type { Rule } from '../segments/rule';
import type { DeliveryRules } from './delivery-rules';
import type { LiveTrigger } from './live/trigger';
import type { Recurrence } from './recurrence/recurrence';
import type { WhoGetsIt } from './who-gets-it';

/** What an operator drew at the Campaign Trigger. A run keeps the definition it was started with. */
export interface CampaignDefinition {
	/** Who it is for. Of a live campaign: whom the events must be of, besides. */
	segment: Rule;
	/** Of a run that has started: the segment with the rules that its saved segments had then in their place, where it names any. */
	selectedBy?: Rule;
	/** What the saved segments and custom lists in it were called when it was published, by id; for messages. */
	named?: Record<string, string>;
	schedule: Schedule;
	/** Tells firings apart: the same key never fires twice. Runs of schedules with moments have keys of their own: see `momentKey`. */
	runKey: string;
	/** People per block. */
	blockSize: number;
	/** A first "send now" waits this long as scheduled, so that it can be stopped. Milliseconds. */
	graceMs: number;
	/** Entries overdue by more than this end as expired_ttl. Milliseconds. */
	maxLatenessMs: number;
	/** When a message may reach somebody. Absent: PLAIN_DELIVERY. */
	delivery?: DeliveryRules;
	/** Control groups, limits of the audience, and how often this campaign reaches one person. Absent: EVERYBODY_GETS_IT. */
	who?: WhoGetsIt;
}

/** What makes runs. Moments are epoch milliseconds; with zones 'person' they are what the account's clocks show then. */
export type Schedule =
	| { kind: 'now' }
	| { kind: 'at'; at: number }
	/** One run for each of several moments, at most MOST_DATES. */
	| { kind: 'dates'; at: number[] }
	/** One run at each occurrence; the next one is scheduled when one starts. */
	| { kind: 'recurring'; recurrence: Recurrence }
	/** People are handed in by items of other nodes: one open run. */
	| { kind: 'items' }
	/** Events bring people in: one open run. */
	| { kind: 'live'; live: LiveTrigger };

export const MOST_DATES = 366;
export const DEFAULT_BLOCK_SIZE = 500;
export const DEFAULT_GRACE_MS = 60_000;
export const DEFAULT_MAX_LATENESS_MS = 24 * 60 * 60 * 1000;

/**
 * - `scheduled`: waits for its time; `running`: people are selected and on their way;
 * - `finished`: nobody waits and nothing is being sent any more;
 * - `missed`: its time passed by more than the maximum lateness while nothing could start it;
 * - `refused`: the safety check kept it from starting;
 * - `stopped`: by the operator.
 */
export type RunState = 'scheduled' | 'running' | 'finished' | 'missed' | 'refused' | 'stopped';
