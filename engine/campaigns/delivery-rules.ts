import type { CampaignDefinition, Schedule } from './definition';

/** When messages of a run may reach somebody. */
export interface DeliveryRules {
	/** IANA zone of the clocks that the schedule is read on, and a cut-off for everybody at once. Absent: the account's. */
	clock?: string;
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
	/** Minutes after midnight, 1..1440, on the clocks that the schedule is read on: everybody's own with zones 'person'. */
	minute: number;
	/** `stop`: whoever is left ends as cut_off. `pause`: they wait until the next midnight has passed. See gates/cut-off. */
	then: 'stop' | 'pause';
}

/** What a run keeps of it, as JSON in run.delivery. */
export interface RunDelivery extends DeliveryRules {
	/** When the run is to go out, epoch milliseconds. Absent where people come in one by one, each at a moment of their own. */
	moment?: number;
}

/** What a run made of these rules and this schedule keeps. */
export function deliveryOfRun(rules: DeliveryRules, schedule: Schedule, scheduledAt: number): RunDelivery {
	return schedule.kind === 'items' || schedule.kind === 'live' ? rules : { ...rules, moment: scheduledAt };
}

/** Whether each time zone of a run is selected by itself (see campaigns/zones): it begins before its moment on the account's clocks. */
export function goesByZones({ delivery = PLAIN_DELIVERY, schedule }: Pick<CampaignDefinition, 'delivery' | 'schedule'>): boolean {
	return delivery.zones === 'person' && schedule.kind !== 'items' && schedule.kind !== 'live';
}

/** The clocks of the earliest zone show a time so much earlier than those of the latest: +14 and -12 hours. Runs that go by zones must be made so long before. */
export const ZONES_APART_MS = 26 * 3_600_000;

export const PLAIN_DELIVERY: DeliveryRules = { zones: 'account', passedZones: 'drop', checkSegmentAgain: false };
