import { CampaignError } from '../../errors';
import type { Tx } from '../../store/database';

/** A campaign as its row says. */
export interface CampaignRow {
	id: string;
	workflow_id: string;
	name: string;
	/** JSON: CampaignDefinition. */
	definition: string;
	/** When an operator published it last. */
	published_at: number;
	stopped_at: number | null;
	/** When the trigger of its publication was stopped: it was unpublished, or its n8n shut down. Null: it is published. */
	closed_at: number | null;
	/** Of the workflow as it was published last. */
	workflow_version: string | null;
}

/** Rejects with `campaign_unknown`. */
export async function requireCampaign(tx: Tx, campaignId: string): Promise<CampaignRow> {
	const row = await tx.get<CampaignRow>('SELECT id, workflow_id, name, definition, published_at, stopped_at, closed_at, workflow_version FROM campaign WHERE id = $1', [campaignId]);
	if (row) return row;
	throw new CampaignError('campaign_unknown', `There is no campaign "${campaignId}" in this store.`, 'Publish its workflow first, or choose another campaign or store.');
}
