import { bindReferences, namesIn } from '../segments/references';
import { recordUses, type WorkflowSegments } from '../segments/saved/uses';
import { operation } from '../store/database';
import { noteNodes, removedNodesOf, type RemovedNode } from './control/removed-nodes';
import type { CampaignDefinition } from './definition';
import { planRuns } from './plan-runs';
import { findRun, type KnownRun } from './run-rows';

export interface PublishInput {
	/** Workflow id and node id of the Campaign Trigger. */
	campaignId: string;
	workflowId: string;
	name: string;
	labels: string[];
	definition: CampaignDefinition;
	/** True when an operator published; false when n8n merely started again, which never starts a run by itself. */
	byOperator: boolean;
	workflowVersion?: string;
	/** Ids of the workflow's nodes that are not disabled; who waits at any other is released by nobody. Absent: not said. */
	nodes?: string[];
	/** Nodes of the workflow and their segments, this one's among them: what they name is not deleted while it is published. */
	uses?: Omit<WorkflowSegments, 'workflowId'>;
}

export interface PublishOutput {
	/** The run of this run key, if there is one. */
	run?: KnownRun;
	/** True when this call made the run. */
	created: boolean;
	/** What `endUses` ends by. */
	registration: string;
	/** Nodes with people on hold that are no longer in the workflow. */
	removed: RemovedNode[];
}

/**
 * Registers a published campaign and, if an operator published it under a run key not seen before, schedules its run.
 * A run that is still scheduled follows the new definition; one that has started keeps its own. Saved segments are put in
 * when people are selected. Rejects with `unknown_reference` when an operator publishes a segment that names what is not there.
 */
export const publishCampaign = operation<PublishInput, PublishOutput>(async (tx, input, context) => {
	const { now } = context;
	const { campaignId, workflowId, byOperator, uses = { workflowName: '', segments: [] } } = input;
	// Nothing that is named is deleted or renamed meanwhile.
	await tx.lock('names');
	const unknown = byOperator ? 'refuse' : 'keep';
	const segment = await bindReferences(tx, input.definition.segment, unknown);
	const definition: CampaignDefinition = { ...input.definition, segment, named: await namesIn(tx, segment) };
	const { registration } = await recordUses(tx, { workflowId, ...uses }, context, unknown);
	await tx.run(
		`INSERT INTO campaign (id, workflow_id, name, labels, definition, published_at, workflow_version) VALUES ($1, $2, $3, $4, $5, $6, $8)
		 ON CONFLICT (id) DO UPDATE SET name = excluded.name, labels = excluded.labels, definition = excluded.definition,
			published_at = CASE WHEN $7 = 1 THEN excluded.published_at ELSE campaign.published_at END,
			stopped_at = CASE WHEN $7 = 1 THEN NULL ELSE campaign.stopped_at END,
			workflow_version = coalesce(excluded.workflow_version, campaign.workflow_version)`,
		[campaignId, workflowId, input.name, JSON.stringify(input.labels), JSON.stringify(definition), now, byOperator ? 1 : 0, input.workflowVersion ?? null],
	);
	if (input.nodes) await noteNodes(tx, workflowId, input.nodes, now);
	const removed = await removedNodesOf(tx, workflowId);
	if (!byOperator) return { run: await findRun(tx, campaignId, definition.runKey), created: false, registration, removed };
	return { ...(await planRuns(tx, { campaignId, definition, workflowVersion: input.workflowVersion ?? null }, now)), registration, removed };
});
