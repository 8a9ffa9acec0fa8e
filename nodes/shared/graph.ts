import { NodeOperationError, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

const LOOP = 'n8n-nodes-base.splitInBatches';
const SUB_WORKFLOW = 'n8n-nodes-base.executeWorkflowTrigger';
const MERGE = 'n8n-nodes-base.merge';
const CAMPAIGN_TRIGGER = 'n8n-nodes-campaigns.campaignTrigger';

type GraphContext = ITriggerFunctions | IExecuteFunctions;

/** Nodes of this pack that people can wait at, besides the trigger. */
const HOLDING = ['dndGate', 'throttle', 'sms', 'webhookSender'].map((name) => `n8n-nodes-campaigns.${name}`);

/**
 * Refuses a holding node where it cannot work. Asked at publish and again in every execution: n8n does not tell a
 * node when the connections around it change.
 */
export function refuseBadPlace(context: GraphContext, name = context.getNode().name): void {
	const before = context.getParentNodes(name);
	const after = new Set(context.getChildNodes(name).map((node) => node.name));
	const loop = before.find((node) => node.type === LOOP && after.has(node.name));
	if (loop) {
		throw new NodeOperationError(
			context.getNode(),
			`"${name}" stands inside the loop of "${loop.name}". People who are held would come out of it outside the loop.`,
			{ description: `Take "${name}" out of the loop: it works on all people of a batch at once and needs no loop.` },
		);
	}
	if (before.some((node) => node.type === SUB_WORKFLOW)) {
		throw new NodeOperationError(
			context.getNode(),
			`"${name}" stands in a sub-workflow. People who are held would come out of it without the workflow that called.`,
			{ description: `Move "${name}" into the workflow with the Campaign Trigger.` },
		);
	}
}

/**
 * Refuses a campaign that cannot work: a second Campaign Trigger, one in a sub-workflow, a holding node in a loop. A
 * node that refuses itself does not keep n8n from publishing the others, so the trigger looks at all of them.
 */
export function refuseBadCampaign(context: GraphContext): void {
	const { nodes } = workflowOf(context);
	const triggers = nodes.filter((node) => node.type === CAMPAIGN_TRIGGER && !node.disabled);
	if (triggers.length > 1) {
		throw new NodeOperationError(context.getNode(), `This workflow has ${triggers.length} Campaign Triggers: ${triggers.map((node) => `"${node.name}"`).join(', ')}. A campaign has one.`, {
			description: 'Make a workflow for each campaign.',
		});
	}
	if (nodes.some((node) => node.type === SUB_WORKFLOW && !node.disabled)) {
		throw new NodeOperationError(context.getNode(), 'A Campaign Trigger cannot stand in a workflow that is called by others.', {
			description: 'Remove "When Executed by Another Workflow", or put the called part into a workflow of its own.',
		});
	}
	for (const node of nodes) {
		if (HOLDING.includes(node.type) && !node.disabled) refuseBadPlace(context, node.name);
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
