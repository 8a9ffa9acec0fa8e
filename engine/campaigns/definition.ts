import type { Rule } from '../segments/rule';

/** What an operator drew at the Campaign Trigger. A run keeps the definition it was started with. */
export interface CampaignDefinition {
	segment: Rule;
	/** What the saved segments and custom lists in it were called when it was published, by id; for messages. */
	named?: Record<string, string>;
	schedule: { kind: 'now' } | { kind: 'at'; at: number };
	/** Tells firings apart: the same key never fires twice. */
	runKey: string;
	/** People per block. */
	blockSize: number;
	/** A first "send now" waits this long as scheduled, so that it can be stopped. Milliseconds. */
	graceMs: number;
	/** Entries overdue by more than this end as expired_ttl. Milliseconds. */
	maxLatenessMs: number;
}

export const DEFAULT_BLOCK_SIZE = 500;
export const DEFAULT_GRACE_MS = 60_000;
export const DEFAULT_MAX_LATENESS_MS = 24 * 60 * 60 * 1000;

/**
 * - `scheduled`: waits for its time; `running`: people are selected and on their way;
 * - `finished`: nobody waits and nothing is being sent any more;
 * - `missed`: its time passed by more than the maximum lateness while nothing could start it;
 * - `stopped`: by the operator.
 */
export type RunState = 'scheduled' | 'running' | 'finished' | 'missed' | 'stopped';
