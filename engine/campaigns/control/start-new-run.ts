import { CampaignError } from '../../errors';
import type { Rule } from '../../segments/rule';
import { operation } from '../../store/database';
import type { CampaignDefinition } from '../definition';
import { ASKED, findRun, lockRuns, scheduleRun, type KnownRun } from '../run-rows';
import { requireCampaign } from './campaign';

/**
 * Schedules another run of a campaign that sends once, now, as it was published last; it waits as a first one does, and
 * starts while the workflow is published. Rejects with `campaign_unknown`, `not_send_now`, or `run_not_over` while one is
 * scheduled or running.
 * @returns the run, and whom it is for
 */
export const startNewRun = operation<{ campaignId: string }, KnownRun & { segment: Rule }>(async (tx, { campaignId }, { now }) => {
	await lockRuns(tx, campaignId);
	const { name, definition: json, workflow_version: workflowVersion } = await requireCampaign(tx, campaignId);
	const definition = JSON.parse(json) as Partial<CampaignDefinition>;
	if (definition.schedule?.kind !== 'now') {
		throw new CampaignError('not_send_now', `The campaign "${name}" has a schedule of its own, so it takes no run in between.`, 'Change its schedule and publish it.');
	}
	const open = await tx.get<{ run: number; state: string }>(
		"SELECT run, state FROM run WHERE campaign_id = $1 AND state IN ('scheduled', 'running') ORDER BY run LIMIT 1",
		[campaignId],
	);
	if (open) {
		throw new CampaignError('run_not_over', `Run ${open.run} of the campaign "${name}" is still ${open.state}.`, 'Wait until it is over, or stop it.');
	}
	const runKey = `${ASKED}${new Date(now).toISOString()}`;
	const whole = { ...definition, runKey } as CampaignDefinition;
	await scheduleRun(tx, { campaignId, definition: whole, workflowVersion, runKey, scheduledAt: now + whole.graceMs });
	await tx.run('UPDATE campaign SET stopped_at = NULL WHERE id = $1', [campaignId]);
	return { ...((await findRun(tx, campaignId, runKey)) as KnownRun), segment: whole.segment };
});
