import { HoldState } from '../../holds/states';
import type { Tx } from '../../store/database';
import { requireCampaign } from './campaign';

/** A node with people on hold that is no longer in the published workflow, or is disabled there: nothing releases them. */
export interface RemovedNode {
	node: number;
	name: string;
	type: string;
	/** Epoch milliseconds. */
	removedAt: number;
	waiting: number;
}

/** Writes down which of the nodes that the store knows of a workflow are in it as it is published. @param nodeIds those that are, and are not disabled */
export async function noteNodes(tx: Tx, workflowId: string, nodeIds: readonly string[], now: number): Promise<void> {
	const present = `node_id IN (SELECT node_id FROM ${tx.dialect.rows('$2', { node_id: 'text' })} AS present)`;
	const list = JSON.stringify(nodeIds.map((id) => [id]));
	await tx.run(`UPDATE node SET removed_at = NULL WHERE workflow_id = $1 AND removed_at IS NOT NULL AND ${present}`, [workflowId, list]);
	await tx.run(`UPDATE node SET removed_at = $3 WHERE workflow_id = $1 AND removed_at IS NULL AND NOT ${present}`, [workflowId, list, now]);
}

/** Of a workflow: those with people, by name. */
export async function removedNodesOf(tx: Tx, workflowId: string): Promise<RemovedNode[]> {
	const rows = await tx.all<RemovedNode>(
		`SELECT n.node, n.name, n.type, n.removed_at AS "removedAt",
			(SELECT count(*) FROM hold h WHERE h.node = n.node AND h.state = ${HoldState.waiting})
			+ (SELECT count(*) FROM hold h WHERE h.node = n.node AND h.state = ${HoldState.claimed})
			+ (SELECT coalesce(sum(b.size), 0) FROM block b WHERE b.node = n.node) AS waiting
		 FROM node n WHERE n.workflow_id = $1 AND n.removed_at IS NOT NULL ORDER BY n.name, n.node`,
		[workflowId],
	);
	return rows.map((row) => ({ ...row, waiting: Number(row.waiting) })).filter(({ waiting }) => waiting > 0);
}

/** The removed nodes of a campaign's workflow. Rejects with `campaign_unknown`. */
export async function removedNodes(tx: Tx, { campaignId }: { campaignId: string }): Promise<RemovedNode[]> {
	return await removedNodesOf(tx, (await requireCampaign(tx, campaignId)).workflow_id);
}

/** For the operator: what to do about people at nodes that are gone. */
export function removedInWords(nodes: readonly RemovedNode[]): string {
	const each = nodes.map(({ name, waiting }) => `${waiting.toLocaleString('en')} at "${name}"`).join(', ');
	return `People wait at nodes that are no longer in this workflow, and are released by nobody: ${each}. Put the nodes back (undo, or an earlier version), or end the wait with Campaign Control, "Removed Node".`;
}
