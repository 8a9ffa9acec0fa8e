import type { Tx } from '../store/database';
import type { CampaignDefinition } from './definition';
import { nextOccurrence } from './recurrence/occurrences';
import type { Begun, Recurrence } from './recurrence/recurrence';
import { firedSince, momentKey, scheduleRun } from './run-rows';

/** A run that is scheduled no longer, in the transaction that changed it. */
export interface LeftRun {
	campaignId: string;
	scheduledAt: number;
	workflowVersion: string | null;
}

/**
 * Schedules the run after one that has started, was missed or refused, as the campaign is published now: a recurring
 * campaign always has exactly its next occurrence scheduled. Call it with the lock of `lockRuns`, in the transaction
 * in which the run leaves `scheduled`. Occurrences that are overdue beyond the maximum lateness are passed over: while
 * n8n was down for a month, a daily campaign misses one run that the report shows, not thirty.
 */
export async function scheduleNext(tx: Tx, { campaignId, scheduledAt, workflowVersion }: LeftRun, now: number): Promise<void> {
	const row = await tx.get<{ definition: string }>('SELECT definition FROM campaign WHERE id = $1', [campaignId]);
	const definition = JSON.parse(row?.definition ?? '{}') as Partial<CampaignDefinition>;
	if (definition.schedule?.kind !== 'recurring' || definition.maxLatenessMs === undefined) return;
	const { recurrence } = definition.schedule;
	if (!hasBegun(recurrence)) return;
	const next = await nextMoment(tx, campaignId, recurrence, Math.max(scheduledAt, now - definition.maxLatenessMs - 1));
	if (next === undefined) return;
	await scheduleRun(tx, { campaignId, definition: definition as CampaignDefinition, workflowVersion, runKey: momentKey(next), scheduledAt: next });
}

/** The first occurrence later than an instant (epoch ms), unless as many runs have fired as it ends after. */
export async function nextMoment(tx: Tx, campaignId: string, recurrence: Begun, after: number): Promise<number | undefined> {
	const { end, since } = recurrence;
	if (end.kind === 'after' && (await firedSince(tx, campaignId, since)) >= end.runs) return undefined;
	return nextOccurrence(recurrence, after);
}

export function hasBegun(recurrence: Recurrence): recurrence is Begun {
	return recurrence.since !== undefined;
}
