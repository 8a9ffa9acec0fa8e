import { operation } from '../store/database';
import type { DueRun } from './select';

/** Pauses a campaign: nothing more of it is released until somebody publishes it again. A campaign that is paused keeps its reason. */
export const pauseCampaign = operation<{ campaignId: string; reason: string }, void>(async (tx, { campaignId, reason }) => {
	await tx.run('UPDATE campaign SET paused_reason = $2 WHERE id = $1 AND paused_reason IS NULL', [campaignId, reason]);
});

/** A scheduled run as it was when it could not be started. */
export interface FailedStart extends Pick<DueRun, 'run' | 'definition' | 'scheduledAt'> {
	reason: string;
}

/** Pauses the campaign of a run that cannot start as it is defined; the run stays scheduled. Not if it was published anew meanwhile, or has started. */
export const pauseForRun = operation<FailedStart, void>(async (tx, { run, definition, scheduledAt, reason }) => {
	await tx.run(
		`UPDATE campaign SET paused_reason = $1
		 WHERE paused_reason IS NULL
		   AND id = (SELECT campaign_id FROM run WHERE run = $2 AND state = 'scheduled' AND scheduled_at = $3 AND definition = $4)`,
		[reason, run, scheduledAt, JSON.stringify(definition)],
	);
});
