import { operation } from '../store/database';

/** Pauses a campaign: nothing more of it is released until somebody publishes it again. A campaign that is paused keeps its reason. */
export const pauseCampaign = operation<{ campaignId: string; reason: string }, void>(async (tx, { campaignId, reason }) => {
	await tx.run('UPDATE campaign SET paused_reason = $2 WHERE id = $1 AND paused_reason IS NULL', [campaignId, reason]);
});
