/** When messages of a run may reach somebody. A run keeps the rules it was started with, as JSON in run.delivery. */
export interface DeliveryRules {
	/** Whose clocks the schedule is read on. `person`: everybody is selected and sent to when their own clocks show it. */
	zones: 'account' | 'person';
	/** With zones 'person': what becomes of people whose time has passed when the run starts. */
	passedZones: 'drop' | 'next_day';
	/** Everybody at the two hours of the day in which they are most active; needs zones 'person'. */
	bestTime?: BestTime;
	/** No message after it. */
	cutOff?: CutOff;
	/** How long after they qualified people may still be sent to; beyond it they end as expired_ttl. Milliseconds. */
	ttlMs?: number;
	/** As `ttlMs`, for everybody at one moment. Epoch milliseconds. */
	ttlAt?: number;
	/** Whoever was held must still be in the segment when they are released. */
	checkSegmentAgain: boolean;
}

/** CleverTap's best time: 12 buckets of two hours from the start of the run, by a person's events of the last 180 days. */
export interface BestTime {
	/** Name of the event whose times count. */
	event: string;
}

export interface CutOff {
	/** Minutes after midnight, 1..1440, on the clocks that the schedule is read on. */
	minute: number;
	/** `stop`: whoever is left ends as cut_off. `pause`: they wait until the next midnight has passed. */
	then: 'stop' | 'pause';
}

export const PLAIN_DELIVERY: DeliveryRules = { zones: 'account', passedZones: 'drop', checkSegmentAgain: false };
