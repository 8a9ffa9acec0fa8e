import { operation } from '../store/database';
import type { DueRun } from './select';
import { ZoneState } from './zones/states';

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
