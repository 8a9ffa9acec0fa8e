import { CampaignError } from '../../errors';
import { operation, type Tx } from '../../store/database';
import { followedByNext } from '../next-run';
import { lockRuns } from '../run-rows';
import { ZoneState } from '../zones/states';
import { requireCampaign } from './campaign';

/** What was stopped: runs that were scheduled never start; of those that were running nobody goes on. */
export interface Stopped {
	runs: Array<{ run: number; was: string }>;
}

/**
 * Stops a campaign (its scheduled and running runs, and those that would recur) or one run, after which a recurring campaign
 * goes on with the next. Nothing of a stopped run is sent from this moment on but what is being sent; those who wait are
 * ended by `endWaiting`, run by run. A campaign that was stopped runs again when somebody publishes it with a new run or
 * asks for one; a live one, or one that people are handed to, begins a new run when it is published again. Rejects with `campaign_unknown`, `run_unknown`.
 * @param input.run only this run; with a `campaignId`, it has to be one of that campaign's
 */
export const stopRuns = operation<{ campaignId: string; run?: undefined } | { campaignId?: string; run: number }, Stopped>(async (tx, input, { now }) => {
	if (input.run === undefined) return await stopCampaign(tx, input.campaignId, now);
	const { campaignId, run } = input;
	await requireRun(tx, run, campaignId);
	return await followedByNext(tx, run, now, async () => await stopWhere(tx, 'run', run, now));
});

async function requireRun(tx: Tx, run: number, campaignId: string | undefined): Promise<void> {
	const known = Number.isSafeInteger(run) ? await tx.get<{ campaignId: string }>('SELECT campaign_id AS "campaignId" FROM run WHERE run = $1', [run]) : undefined;
	if (known && (campaignId ?? known.campaignId) === known.campaignId) return;
	const where = campaignId === undefined ? 'in this store' : `of the campaign "${(await requireCampaign(tx, campaignId)).name}"`;
	throw new CampaignError('run_unknown', `There is no run ${run} ${where}.`, 'Get the status of the campaign to see its runs.');
}

async function stopCampaign(tx: Tx, campaignId: string, now: number): Promise<Stopped> {
	await lockRuns(tx, campaignId);
	await requireCampaign(tx, campaignId);
	await tx.run('UPDATE campaign SET stopped_at = $2 WHERE id = $1', [campaignId, now]);
	return await stopWhere(tx, 'campaign_id', campaignId, now);
}

async function stopWhere(tx: Tx, column: 'run' | 'campaign_id', value: number | string, now: number): Promise<Stopped> {
	const rows = await tx.all<{ run: number; state: string }>(
		`SELECT run, state FROM run WHERE ${column} = $1 AND state IN ('scheduled', 'running') ORDER BY run ${tx.dialect.forUpdate}`,
		[value],
	);
	for (const { run } of rows) {
		await tx.run("UPDATE run SET state = 'stopped', finished_at = $2 WHERE run = $1", [run, now]);
		// Zones that were still to come never do.
		await tx.run(`DELETE FROM run_zone WHERE run = $1 AND state IN ('${ZoneState.waiting}', '${ZoneState.passed}')`, [run]);
	}
	return { runs: rows.map(({ run, state }) => ({ run, was: state })) };
}
