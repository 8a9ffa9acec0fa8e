import { HoldState } from '../holds/states';
import { operation, type Tx } from '../store/database';
import type { CampaignDefinition } from './definition';
import { TAKES_ITEMS } from './items/open-run';
import { LIVE_RUN_KEY } from './live/trigger';
import { ZoneState } from './zones/states';

/** Events that have arrived are read long before. */
const STILL_COMING_MS = 60_000;

/** SQL: nobody of the run waits, no time zone is still to be selected, and nothing of it is being sent. */
const IS_OVER = `NOT EXISTS (SELECT 1 FROM block b WHERE b.run = run.run)
	AND NOT EXISTS (SELECT 1 FROM run_zone z WHERE z.run = run.run AND z.state IN ('${ZoneState.waiting}', '${ZoneState.passed}'))
	AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.run = run.run AND h.state < ${HoldState.done})
	AND NOT EXISTS (SELECT 1 FROM message m WHERE m.run = run.run AND m.settled_at IS NULL)`;

/**
 * Runs of a campaign that have nobody waiting, no time zone still to be selected and nothing being sent any more become
 * `finished`; that of a live campaign when its end has come.
 * Returns every finished (missed, refused, stopped) run that has not been announced yet, so that an announcement that got lost with
 * its process is made again. Also those that were stopped and in which people still wait, to be ended.
 */
export const finishRuns = operation<{ campaignId: string }, { toAnnounce: Array<{ run: number; state: string }>; toEnd?: number[] }>(
	async (tx, { campaignId }, { now }) => {
		await tx.run(
			`UPDATE run SET state = 'finished', finished_at = $2
			 WHERE campaign_id = $1 AND state = 'running' AND run <> $3 AND NOT ${TAKES_ITEMS} AND ${IS_OVER}`,
			[campaignId, now, (await openLiveRun(tx, campaignId, now)) ?? 0],
		);
		const toAnnounce = await tx.all<{ run: number; state: string }>(
			`SELECT run, state FROM run WHERE campaign_id = $1 AND announced_at IS NULL
			   AND (state IN ('finished', 'missed', 'refused') OR (state = 'stopped' AND ${IS_OVER})) ORDER BY run`,
			[campaignId],
		);
		const toEnd = await tx.all<{ run: number }>(
			`SELECT run FROM run WHERE campaign_id = $1 AND announced_at IS NULL AND state = 'stopped' AND NOT (${IS_OVER}) ORDER BY run`,
			[campaignId],
		);
		return { toAnnounce, ...(toEnd.length > 0 && { toEnd: toEnd.map(({ run }) => run) }) };
	},
);

/** The run of a live campaign whose end has not come, or whose last events may be still on their way. */
async function openLiveRun(tx: Tx, campaignId: string, now: number): Promise<number | undefined> {
	const row = await tx.get<{ run: number; definition: string }>(
		`SELECT r.run, r.definition FROM run r JOIN campaign c ON c.id = r.campaign_id
		 WHERE r.campaign_id = $1 AND r.run_key = '${LIVE_RUN_KEY}' AND r.state = 'running' AND c.live_since IS NOT NULL`,
		[campaignId],
	);
	const schedule = row && (JSON.parse(row.definition) as CampaignDefinition).schedule;
	if (schedule?.kind !== 'live') return undefined;
	const { to = Infinity, maxEventAgeMs } = schedule.live;
	return now > to + maxEventAgeMs + STILL_COMING_MS ? undefined : row?.run;
}

/** The workflow has been told that the run is over. */
export const announced = operation<{ run: number }, void>(async (tx, { run }, { now }) => {
	await tx.run('UPDATE run SET announced_at = $2 WHERE run = $1', [run, now]);
});
