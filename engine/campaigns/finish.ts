import { HoldState } from '../holds/states';
import { operation } from '../store/database';

/**
 * Runs of a campaign that have nobody waiting and nothing being sent any more become `finished`.
 * Returns every finished (missed, refused, stopped) run that has not been announced yet, so that an announcement that got lost with
 * its process is made again.
 */
export const finishRuns = operation<{ campaignId: string }, { toAnnounce: Array<{ run: number; state: string }> }>(
	async (tx, { campaignId }, { now }) => {
		await tx.run(
			`UPDATE run SET state = 'finished', finished_at = $2
			 WHERE campaign_id = $1 AND state = 'running'
			   AND NOT EXISTS (SELECT 1 FROM block b WHERE b.run = run.run)
			   AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.run = run.run AND h.state < ${HoldState.done})
			   AND NOT EXISTS (SELECT 1 FROM message m WHERE m.run = run.run AND m.state IN ('claimed', 'sending', 'held'))`,
			[campaignId, now],
		);
		const toAnnounce = await tx.all<{ run: number; state: string }>(
			"SELECT run, state FROM run WHERE campaign_id = $1 AND state IN ('finished', 'missed', 'refused', 'stopped') AND announced_at IS NULL ORDER BY run",
			[campaignId],
		);
		return { toAnnounce };
	},
);

/** The workflow has been told that the run is over. */
export const announced = operation<{ run: number }, void>(async (tx, { run }, { now }) => {
	await tx.run('UPDATE run SET announced_at = $2 WHERE run = $1', [run, now]);
});
