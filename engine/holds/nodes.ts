import { operation } from '../store/database';

/** A node of a workflow that people wait at or are sent to from. */
export interface NodeIdentity {
	workflowId: string;
	nodeId: string;
	name: string;
	type: string;
}

/** The short number that stands for a node in long tables. Same workflow and node id, same number; name and type follow. */
export const registerNode = operation<NodeIdentity, { node: number }>(async (tx, { workflowId, nodeId, name, type }) => {
	const row = await tx.get<{ node: number }>(
		`INSERT INTO node (workflow_id, node_id, name, type) VALUES ($1, $2, $3, $4)
		 ON CONFLICT (workflow_id, node_id) DO UPDATE SET name = excluded.name, type = excluded.type
		 RETURNING node`,
		[workflowId, nodeId, name, type],
	);
	return row as { node: number };
}, 'events');
