import { CampaignError } from '../../errors';
import type { Tx } from '../../store/database';

/** A campaign as its row says. */
export interface CampaignRow {
	id: string;
	workflow_id: string;
	name: string;
	/** JSON: CampaignDefinition. */
	definition: string;
	stopped_at: number | null;
}

/** Rejects with `campaign_unknown`. */
export async function requireCampaign(tx: Tx, campaignId: string): Promise<CampaignRow> {
	const row = await tx.get<CampaignRow>('SELECT id, workflow_id, name, definition, stopped_at FROM campaign WHERE id = $1', [campaignId]);
	if (row) return row;
	throw new CampaignError('campaign_unknown', `There is no campaign "${campaignId}" in this store.`, 'Publish its workflow first, or choose another campaign or store.');
}

/** Why nothing of a workflow is released, by whichever of its campaigns was paused; undefined: it is not paused. */
export async function pauseOf(tx: Tx, workflowId: string): Promise<string | undefined> {
	const row = await tx.get<{ paused_reason: string }>(
		'SELECT paused_reason FROM campaign WHERE workflow_id = $1 AND paused_reason IS NOT NULL ORDER BY id LIMIT 1',
		[workflowId],
	);
	return row?.paused_reason;
}
