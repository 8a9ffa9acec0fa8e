/** Who of those that qualify is sent to. A run keeps what it was started with, as JSON in run.who. */
export interface WhoGetsIt {
	/** Percent of those who qualify, 2..99, that are not sent to; undefined: none. */
	controlPercent?: number;
	/** Names of custom control groups (see settings) whose members are not sent to. */
	customControlGroups: string[];
	/** Members of the account's control group are not sent to; on unless it is a campaign that everybody must get. */
	systemControlGroup: boolean;
	/** Most people sent to, each at least 100. Days are the account's. */
	limits: { perRun?: number; perDay?: number; total?: number };
	/** A run with more people than this does not start, and leaves through Alert. */
	safetyCheck?: number;
	/** Messages of this campaign are neither limited by the account's limits nor counted for them. */
	outsideGlobalLimits: boolean;
	/** At most so many messages of this campaign to one person, ever. */
	mostEver?: number;
	/** Least time between two messages of this campaign to one person, milliseconds. */
	minimumGapMs?: number;
}

export const EVERYBODY_GETS_IT: WhoGetsIt = { customControlGroups: [], systemControlGroup: true, limits: {}, outsideGlobalLimits: false };
