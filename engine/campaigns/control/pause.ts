import { operation } from '../../store/database';
import { pauseOf, requireCampaign } from './campaign';

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
