import { CampaignError } from '../../engine/errors';

const UNIT_MS: Record<string, number> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

export interface Rate {
	limit: number;
	intervalMs: number;
	/** At even distances rather than all at the start of the interval. */
	spread: boolean;
}

/** The rate that the parameters mean. Throws a CampaignError when it is none. */
export function readRate(parameter: (name: string) => unknown): Rate {
	const limit = Number(parameter('people'));
	const intervalMs = Number(parameter('interval')) * (UNIT_MS[String(parameter('unit'))] ?? Number.NaN);
	if (!Number.isSafeInteger(limit) || limit < 1) {
		throw new CampaignError('throttle_people', `"People per Interval" is ${limit}: it has to be a whole number of at least 1.`, 'To send nobody, unpublish the campaign.');
	}
	if (!Number.isSafeInteger(intervalMs) || intervalMs < 1_000) {
		throw new CampaignError('throttle_interval', '"Interval" has to be at least one second.', 'Give a whole number of at least 1.');
	}
	return { limit, intervalMs, spread: parameter('pass') === 'evenly' };
}
