import { HoldState } from '../../holds/states';
import { operation } from '../../store/database';
import { requireCampaign } from './campaign';
import { pauseOf } from './paused';

export interface Resumed {
	/** Why it was paused; undefined: it was not. */
	pausedReason?: string;
	/** People who are due now and go on. */
	due: number;
	/** People who became due so long ago that they end as expired_ttl. */
	tooLate: number;
}

/** Takes the pause off everything of a campaign's workflow; nobody needs to publish. Rejects with `campaign_unknown`. */
export const resumeCampaign = operation<{ campaignId: string }, Resumed>(async (tx, { campaignId }, { now }) => {
	const { workflow_id } = await requireCampaign(tx, campaignId);
	const pausedReason = await pauseOf(tx, workflow_id);
	await tx.run('UPDATE campaign SET paused_reason = NULL WHERE workflow_id = $1 AND paused_reason IS NOT NULL', [workflow_id]);
	const row = await tx.get<{ due: number; late: number }>(
		`SELECT coalesce(sum(w.people), 0) AS due, coalesce(sum(CASE WHEN $2 - w.due_at > w.max_lateness_ms THEN w.people ELSE 0 END), 0) AS late FROM (
			SELECT 1 AS people, h.due_at, r.max_lateness_ms FROM campaign c JOIN run r ON r.campaign_id = c.id
			JOIN hold h ON h.run = r.run AND h.state < ${HoldState.done} AND h.state = ${HoldState.waiting} WHERE c.workflow_id = $1
			UNION ALL
			SELECT b.size, b.due_at, r.max_lateness_ms FROM campaign c JOIN run r ON r.campaign_id = c.id JOIN block b ON b.run = r.run WHERE c.workflow_id = $1) AS w
		 WHERE w.due_at <= $2`,
		[workflow_id, now],
	);
	const { due, late } = row ?? { due: 0, late: 0 };
	return { pausedReason, due: Number(due) - Number(late), tooLate: Number(late) };
});

/** Takes the pause off everything of a workflow: somebody has published it again. */
export const resumeWorkflow = operation<{ workflowId: string }, void>(async (tx, { workflowId }) => {
	await tx.run('UPDATE campaign SET paused_reason = NULL WHERE workflow_id = $1 AND paused_reason IS NOT NULL', [workflowId]);
});
