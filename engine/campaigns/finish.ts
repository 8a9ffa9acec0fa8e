import { HoldState } from '../holds/states';
import { operation } from '../store/database';
import { TAKES_ITEMS } from './items/open-run';

/** SQL: nobody of the run waits, and nothing of it is being sent. */
const IS_OVER = `NOT EXISTS (SELECT 1 FROM block b WHERE b.run = run.run)
	AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.run = run.run AND h.state < ${HoldState.done})
	AND NOT EXISTS (SELECT 1 FROM message m WHERE m.run = run.run AND m.state IN ('claimed', 'sending', 'held'))`;

/**
 * Runs of a campaign that have nobody waiting and nothing being sent any more become `finished`.
 * Returns every finished (or missed) run that has not been announced yet, so that an announcement that got lost with
 * its process is made again. Also those that were stopped and in which people still wait, to be ended.
 */
export const finishRuns = operation<{ campaignId: string }, { toAnnounce: Array<{ run: number; state: string }>; toEnd?: number[] }>(
	async (tx, { campaignId }, { now }) => {
		await tx.run(
			`UPDATE run SET state = 'finished', finished_at = $2
			 WHERE campaign_id = $1 AND state = 'running' AND NOT ${TAKES_ITEMS} AND ${IS_OVER}`,
			[campaignId, now],
		);
		const toAnnounce = await tx.all<{ run: number; state: string }>(
			`SELECT run, state FROM run WHERE campaign_id = $1 AND announced_at IS NULL
			   AND (state IN ('finished', 'missed') OR (state = 'stopped' AND ${IS_OVER})) ORDER BY run`,
			[campaignId],
		);
		const toEnd = await tx.all<{ run: number }>(
			`SELECT run FROM run WHERE campaign_id = $1 AND announced_at IS NULL AND state = 'stopped' AND NOT (${IS_OVER}) ORDER BY run`,
			[campaignId],
		);
		return { toAnnounce, ...(toEnd.length > 0 && { toEnd: toEnd.map(({ run }) => run) }) };
	},
);

/** The workflow has been told that the run is over. */
export const announced = operation<{ run: number }, void>(async (tx, { run }, { now }) => {
	await tx.run('UPDATE run SET announced_at = $2 WHERE run = $1', [run, now]);
});
