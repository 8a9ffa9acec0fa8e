import { CampaignError } from '../errors';
import type { Tx } from '../store/database';
import type { CampaignDefinition } from './definition';
import { goesByZones } from './delivery-rules';
import { begin } from './recurrence/begin';
import { nextOccurrence } from './recurrence/occurrences';
import { findRun } from './run-rows';
import { DAY_MS, wallOf } from './zones/moments';

const HOUR_MS = 3_600_000;

/** The clocks that show a time first and last: 14 hours ahead of UTC, and 12 behind it. */
const EAST_MS = 14 * HOUR_MS;
const WEST_MS = 12 * HOUR_MS;

export type Timed = Pick<CampaignDefinition, 'schedule' | 'delivery' | 'graceMs'>;

/** When the first and the last people of a run may be due, wherever they are; epoch milliseconds. */
export function spanOf(campaign: Timed, moment: number): { first: number; last: number } {
	const { delivery } = campaign;
	if (!delivery || !goesByZones(campaign)) return { first: moment, last: moment };
	const wall = wallOf(moment, delivery.clock ?? 'UTC');
	const isLonger = delivery.bestTime !== undefined || delivery.passedZones === 'next_day';
	return { first: wall - EAST_MS, last: wall + WEST_MS + (isLonger ? DAY_MS : 0) };
}

/** When the campaign would go out if it were published for the first time at `now`: of a recurring one the next run, of one that people come into one by one from when on they do. */
export function momentsToCome({ schedule, graceMs }: Timed, now: number): number[] {
	switch (schedule.kind) {
		case 'now':
			return [now + graceMs];
		case 'at':
			return [schedule.at];
		case 'dates':
			return schedule.at;
		case 'recurring':
			return [nextOccurrence(begin(schedule.recurrence, undefined, now), now) ?? []].flat();
		case 'items':
			return [now];
		case 'live':
			return [Math.max(now, schedule.live.from ?? now)];
	}
}

/** Why nobody of runs at these moments could ever be sent to; undefined: somebody could. */
export function overBefore(campaign: Timed, moments: readonly number[], now: number): string | undefined {
	const { ttlAt = Infinity } = campaign.delivery ?? {};
	const isOver = moments.length > 0 && moments.every((moment) => Math.max(now, spanOf(campaign, moment).first) >= ttlAt);
	return isOver ? '"Time to Live Until" is not after the time to send at: nobody would ever be sent to.' : undefined;
}

/**
 * Refuses, with `time_to_live_over`, to plan runs none of which could send to anybody. One that is out already goes on
 * by what it was started with, so it may be published again until it is too late for it, too.
 */
export async function refuseOver(tx: Tx, { campaignId, definition }: { campaignId: string; definition: CampaignDefinition }, runKeys: Map<string, number>, now: number): Promise<void> {
	const { ttlAt } = definition.delivery ?? {};
	if (ttlAt === undefined) return;
	const toCome: number[] = [];
	for (const [runKey, moment] of runKeys) {
		const run = await findRun(tx, campaignId, runKey);
		if (!run || run.state === 'scheduled') toCome.push(moment);
	}
	const complaint = overBefore(definition, toCome, now);
	if (complaint === undefined || (ttlAt > now && (await isRunning(tx, campaignId)))) return;
	throw timeToLiveOver(complaint);
}

export function timeToLiveOver(complaint: string): CampaignError {
	return new CampaignError('time_to_live_over', complaint, 'Choose a later time, or take the field away, and publish again.');
}

async function isRunning(tx: Tx, campaignId: string): Promise<boolean> {
	return (await tx.get("SELECT 1 AS running FROM run WHERE campaign_id = $1 AND state = 'running' LIMIT 1", [campaignId])) !== undefined;
}
