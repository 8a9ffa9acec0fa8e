import { CampaignError } from '../errors';
import type { Tx } from '../store/database';
import { ASKED } from './control/start-new-run';
import type { CampaignDefinition } from './definition';
import { closeItemsRuns, planItemsRun } from './items/open-run';
import { findRun, scheduleRun, type KnownRun } from './run-rows';

/** A date that has just passed while somebody published is still meant. */
const PAST_MS = 5 * 60_000;

export interface Plan {
	campaignId: string;
	definition: CampaignDefinition;
	workflowVersion: string | null;
}

export interface Planned {
	/** The run of this definition, or the next of them. */
	run?: KnownRun;
	/** Whether it was made now. */
	created: boolean;
}

/** Makes the runs of a campaign that somebody publishes. Rejects with `schedule_past`. */
export async function planRuns(tx: Tx, plan: Plan, now: number): Promise<Planned> {
	const { campaignId, definition } = plan;
	const { schedule, runKey } = definition;
	// A date that was changed before it came: the run it stood for has selected nobody and is forgotten.
	await tx.run(`DELETE FROM run WHERE campaign_id = $1 AND state = 'scheduled' AND run_key <> $2 AND run_key NOT LIKE '${ASKED}%'`, [campaignId, runKey]);
	if (schedule.kind === 'items') return await planItemsRun(tx, plan, now);
	await closeItemsRuns(tx, campaignId);
	const scheduledAt = schedule.kind === 'at' ? schedule.at : now + definition.graceMs;
	refusePast(await findRun(tx, campaignId, runKey), definition, now);
	const created = await scheduleRun(tx, { ...plan, runKey, scheduledAt });
	return { run: await findRun(tx, campaignId, runKey), created };
}

/** A workflow that was copied, or lay unpublished for long, must not send at once because its date has passed. */
function refusePast(known: KnownRun | undefined, { schedule }: CampaignDefinition, now: number): void {
	if (known || schedule.kind !== 'at' || schedule.at > now - PAST_MS) return;
	throw new CampaignError('schedule_past', `The time to send at, ${new Date(schedule.at).toISOString()}, has passed.`, 'Choose a time to come and publish again.');
}
