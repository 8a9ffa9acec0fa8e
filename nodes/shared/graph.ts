import type { IExecuteFunctions, ITriggerFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';

const LOOP = 'n8n-nodes-base.splitInBatches';
const SUB_WORKFLOW = 'n8n-nodes-base.executeWorkflowTrigger';
const MERGE = 'n8n-nodes-base.merge';
const CAMPAIGN_TRIGGER = 'n8n-nodes-campaigns.campaignTrigger';

type GraphContext = ITriggerFunctions | IExecuteFunctions;

/**
 * Refuses a holding node where it cannot work. Asked at publish and again in every execution: n8n does not tell a
 * node when the connections around it change.
 */
export function refuseBadPlace(context: GraphContext): void {
	const { name } = context.getNode();
	const before = context.getParentNodes(name);
	const after = new Set(context.getChildNodes(name).map((node) => node.name));
	const loop = before.find((node) => node.type === LOOP && after.has(node.name));
	if (loop) {
		throw new CampaignError(
			'gate_in_loop',
			`"${name}" stands inside the loop of "${loop.name}". People who are held would come out of it outside the loop.`,
			`Take "${name}" out of the loop: it works on all people of a batch at once and needs no loop.`,
		);
	}
	if (before.some((node) => node.type === SUB_WORKFLOW)) {
		throw new CampaignError(
			'gate_in_sub_workflow',
			`"${name}" stands in a sub-workflow. People who are held would come out of it without the workflow that called.`,
			`Move "${name}" into the workflow with the Campaign Trigger.`,
		);
	}
}

/** Refuses a second Campaign Trigger and one in a sub-workflow; a campaign is a workflow with one. */
export function refuseBadCampaign(context: GraphContext): void {
	const { nodes } = workflowOf(context);
	const triggers = nodes.filter((node) => node.type === CAMPAIGN_TRIGGER && !node.disabled);
	if (triggers.length > 1) {
		throw new CampaignError(
			'two_campaign_triggers',
			`This workflow has ${triggers.length} Campaign Triggers: ${triggers.map((node) => `"${node.name}"`).join(', ')}. A campaign has one.`,
			'Make a workflow for each campaign.',
		);
	}
	if (nodes.some((node) => node.type === SUB_WORKFLOW && !node.disabled)) {
		throw new CampaignError(
			'campaign_in_sub_workflow',
			'A Campaign Trigger cannot stand in a workflow that is called by others.',
			'Remove "When Executed by Another Workflow", or put the called part into a workflow of its own.',
		);
	}
}

/** Holding nodes followed by a Merge: whoever is held arrives there in another execution than the rest. */
export function mergesAfter(context: GraphContext): string[] {
	return context
		.getChildNodes(context.getNode().name)
		.filter((node) => node.type === MERGE)
		.map((node) => node.name);
}

interface GraphNode {
	id: string;
	name: string;
	type: string;
	disabled?: boolean;
}

/** All nodes of the workflow. The typed interface shows a node its neighbours only; this is what n8n keeps behind it. */
function workflowOf(context: GraphContext): { nodes: GraphNode[] } {
	const { workflow } = context as unknown as { workflow?: { nodes?: Record<string, GraphNode> } };
	return { nodes: Object.values(workflow?.nodes ?? {}) };
}
