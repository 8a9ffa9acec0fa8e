import type { QuestionContext } from '../../questions';
import type { Tx } from '../../store/database';
import type { RunDelivery } from '../delivery-rules';
import { zonesOfPeople } from '../zones/find-in-zones';
import { momentOf, wallOf } from '../zones/moments';
import { ZoneState } from '../zones/states';

/** A run that is scheduled, as its row says. */
export interface ScheduledRun {
	scheduledAt: number;
	/** JSON: RunDelivery. */
	delivery: string;
	/** Its time zones, as far as they are planned: a day before. */
	zones: ReadonlyArray<{ state: string; dueAt: number }>;
}

/**
 * When a run starts. One that goes by people's zones starts with the first of them that waits, which may be a day before
 * its moment on the account's clocks; long before, by the zones that people have now.
 */
export async function startOf(tx: Tx, { scheduledAt, delivery, zones }: ScheduledRun, publishedAt: number, context: QuestionContext): Promise<number> {
	const rules = JSON.parse(delivery) as RunDelivery;
	if (rules.zones !== 'person' || rules.moment === undefined) return scheduledAt;
	const planned = zones.length > 0 ? zones : await zonesToPlan(tx, scheduledAt, rules, publishedAt, context);
	const waiting = planned.filter(({ state }) => state === ZoneState.waiting).map(({ dueAt }) => dueAt);
	return waiting.length > 0 ? Math.min(...waiting) : scheduledAt;
}

async function zonesToPlan(tx: Tx, scheduledAt: number, { clock, passedZones }: RunDelivery, publishedAt: number, context: QuestionContext) {
	const { zones, accountZone } = await zonesOfPeople(tx, undefined, context);
	const wall = wallOf(scheduledAt, clock ?? accountZone);
	return [...new Set([accountZone, ...zones])].map((zone) => momentOf(zone, wall, publishedAt, passedZones));
}
