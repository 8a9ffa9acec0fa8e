/** What has become of a hold: one entry at one node on one visit. */
export const HoldState = {
	/** Until its due time. */
	waiting: 0,
	/** Handed to an execution, under a lease. */
	claimed: 1,
	/** That execution ended well. Kept until the run is purged: whoever arrives again is a duplicate. */
	done: 2,
	/** Ended here, with a reason (see table dropped). */
	dropped: 3,
	/** Never waited: the gate let it pass on arrival. Kept, so that a second delivery gets the same decision. */
	passedAtOnce: 4,
} as const;
export type HoldState = (typeof HoldState)[keyof typeof HoldState];

/** A lease is renewed by the process that waits for the execution's end. */
export const LEASE_MS = 30_000;

/** How often an entry is handed out again after failed executions. */
export const MAX_ATTEMPTS = 5;
