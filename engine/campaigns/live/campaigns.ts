import type { Tx } from '../../store/database';
import type { CampaignDefinition } from '../definition';
import { LIVE_RUN_KEY, type LiveTrigger } from './trigger';

/** A live campaign that events may bring people into, and its open run. */
export interface LiveCampaign {
	campaignId: string;
	run: number;
	/** Number of the Campaign Trigger's node. */
	node: number;
	definition: CampaignDefinition;
	live: LiveTrigger;
	liveSince: number;
	/** Of one that was unpublished: events that arrived before may not have been read. */
	unpublishedAt: number;
}

interface Row {
	campaignId: string;
	run: number;
	node: number;
	definition: string;
	live_since: number;
	unpublished_at: number | null;
}

/** All of them, or those of the runs given. What lets nobody in any more (stopped, not live) is absent. */
export async function liveCampaigns(tx: Tx, runs?: readonly number[]): Promise<LiveCampaign[]> {
	const only = runs ? `AND r.run IN (SELECT run FROM ${tx.dialect.rows('$1', { run: 'integer' })} AS named)` : '';
	const rows = await tx.all<Row>(
		`SELECT c.id AS "campaignId", r.run, n.node, r.definition, c.live_since, c.unpublished_at
		 FROM campaign c JOIN run r ON r.campaign_id = c.id AND r.run_key = '${LIVE_RUN_KEY}' AND r.state = 'running'
		 JOIN node n ON n.workflow_id = c.workflow_id AND n.workflow_id || ':' || n.node_id = c.id
		 WHERE c.live_since IS NOT NULL ${only} ORDER BY r.run`,
		runs ? [JSON.stringify(runs.map((run) => [run]))] : [],
	);
	return rows.flatMap(({ definition: text, live_since: liveSince, unpublished_at: unpublishedAt, ...row }) => {
		const definition = JSON.parse(text) as CampaignDefinition;
		if (definition.schedule.kind !== 'live') return [];
		return [{ ...row, definition, live: definition.schedule.live, liveSince, unpublishedAt: unpublishedAt ?? Infinity }];
	});
}
