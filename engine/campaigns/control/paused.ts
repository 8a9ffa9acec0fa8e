import type { Tx } from '../../store/database';

/** Whether a campaign, or another one of its workflow, is paused. */
export async function isPaused(tx: Tx, campaignId: string): Promise<boolean> {
	const paused = await tx.get(
		`SELECT 1 AS paused FROM campaign c JOIN campaign p ON p.workflow_id = c.workflow_id
		 WHERE c.id = $1 AND p.paused_reason IS NOT NULL LIMIT 1`,
		[campaignId],
	);
	return paused !== undefined;
}

/** Why nothing of a workflow is released, by whichever of its campaigns was paused; undefined: it is not paused. */
export async function pauseOf(tx: Tx, workflowId: string): Promise<string | undefined> {
	const row = await tx.get<{ paused_reason: string }>(
		'SELECT paused_reason FROM campaign WHERE workflow_id = $1 AND paused_reason IS NOT NULL ORDER BY id LIMIT 1',
		[workflowId],
	);
	return row?.paused_reason;
}
