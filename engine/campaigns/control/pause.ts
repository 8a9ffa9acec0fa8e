import { operation } from '../../store/database';
import type { DueRun } from '../select';
import { ZoneState } from '../zones/states';
import { requireCampaign } from './campaign';
import { pauseOf } from './paused';

/**
 * Pauses a campaign because an operator wants it: nothing of its workflow is released until it is resumed or published
 * again. What is out in an execution is seen to its end. One that is paused keeps its reason. Rejects with `campaign_unknown`.
 */
export const pauseByOperator = operation<{ campaignId: string; reason: string }, { pausedReason: string; changed: boolean }>(
	async (tx, { campaignId, reason }) => {
		const { workflow_id } = await requireCampaign(tx, campaignId);
		const changed = await tx.run(
			`UPDATE campaign SET paused_reason = $2 WHERE id = $1
			   AND NOT EXISTS (SELECT 1 FROM campaign p WHERE p.workflow_id = campaign.workflow_id AND p.paused_reason IS NOT NULL)`,
			[campaignId, reason],
		);
		return { pausedReason: (await pauseOf(tx, workflow_id)) as string, changed: changed === 1 };
	},
);

/** Pauses a campaign: nothing more of it is released until somebody publishes it again. A campaign that is paused keeps its reason. */
export const pauseCampaign = operation<{ campaignId: string; reason: string }, void>(async (tx, { campaignId, reason }) => {
	await tx.run('UPDATE campaign SET paused_reason = $2 WHERE id = $1 AND paused_reason IS NULL', [campaignId, reason]);
});

/** A run as it was when it, or the next of its time zones, could not be started. */
export interface FailedStart extends Pick<DueRun, 'run' | 'definition' | 'scheduledAt'> {
	reason: string;
}

/** Pauses the campaign of a run that cannot start as it is defined; the run stays as it is. Not if it was published anew meanwhile, or has started (without its zones having done so). */
export const pauseForRun = operation<FailedStart, void>(async (tx, { run, definition, scheduledAt, reason }) => {
	await tx.run(
		`UPDATE campaign SET paused_reason = $1
		 WHERE paused_reason IS NULL
		   AND id = (SELECT campaign_id FROM run WHERE run = $2 AND scheduled_at = $3 AND definition = $4 AND (
				state = 'scheduled' OR (state = 'running' AND EXISTS (
					SELECT 1 FROM run_zone z WHERE z.run = run.run AND z.state IN ('${ZoneState.waiting}', '${ZoneState.passed}')))))`,
		[reason, run, scheduledAt, JSON.stringify(definition)],
	);
});
