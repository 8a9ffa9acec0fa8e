import { createHash } from 'node:crypto';

import { NodeOperationError, type IExecuteFunctions, type ITriggerFunctions } from 'n8n-workflow';

const LOOP = 'n8n-nodes-base.splitInBatches';
const SUB_WORKFLOW = 'n8n-nodes-base.executeWorkflowTrigger';
const MERGE = 'n8n-nodes-base.merge';
const WAIT = 'n8n-nodes-base.wait';
const CAMPAIGN_TRIGGER = 'n8n-nodes-campaigns.campaignTrigger';

/** Nodes that look up people of a campaign. */
const USES_STORE = ['dndGate', 'throttle', 'delay', 'sms', 'email', 'push', 'webhookSender', 'segmentExport', 'metaAudience', 'segmentFilter', 'goal', 'campaignReport'].map((name) => `n8n-nodes-campaigns.${name}`);

type GraphContext = ITriggerFunctions | IExecuteFunctions;

/** Nodes of this pack that people can wait at, besides the trigger. */
const HOLDING = ['dndGate', 'throttle', 'delay', 'sms', 'email', 'push', 'webhookSender', 'segmentExport', 'metaAudience'].map((name) => `n8n-nodes-campaigns.${name}`);

/**
 * Refuses a holding node where it cannot work. Asked at publish and again in every execution: n8n does not tell a
 * node when the connections around it change.
 */
export function refuseBadPlace(context: GraphContext, name = context.getNode().name): void {
	refuseLoop(context, name);
	const before = context.getParentNodes(name);
	if (before.some((node) => node.type === SUB_WORKFLOW)) {
		throw new NodeOperationError(
			context.getNode(),
			`"${name}" stands in a sub-workflow. People who are held would come out of it without the workflow that called.`,
			{ description: `Move "${name}" into the workflow with the Campaign Trigger.` },
		);
	}
}

/** Refuses a node that people may wait at inside Loop Over Items. Senders work in a sub-workflow, where they only do not wait. */
export function refuseLoop(context: GraphContext, name = context.getNode().name): void {
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
	refuseWaits(context, nodes);
	refuseOtherStores(context, nodes);
	for (const node of nodes) {
		if (HOLDING.includes(node.type) && !node.disabled) refuseLoop(context, node.name);
	}
}

/** Whether the workflow is a campaign, which is told of being published. */
export function hasCampaignTrigger(context: GraphContext): boolean {
	return workflowOf(context).nodes.some((node) => node.type === CAMPAIGN_TRIGGER && !node.disabled);
}

/** Longest Wait that n8n sits out in the running execution, seconds; a longer one parks the execution with the whole batch. */
const LONGEST_WAIT_SECONDS = 64;

function refuseWaits(context: GraphContext, nodes: GraphNode[]): void {
	const after = new Set(context.getChildNodes(context.getNode().name).map((node) => node.name));
	for (const node of nodes) {
		if (node.type !== WAIT || node.disabled || !after.has(node.name)) continue;
		const { resume = 'timeInterval', unit = 'hours', amount = 1 } = (node.parameters ?? {}) as { resume?: string; unit?: string; amount?: unknown };
		const seconds = Number(amount) * (unit === 'seconds' ? 1 : unit === 'minutes' ? 60 : Infinity);
		if (resume === 'timeInterval' && seconds <= LONGEST_WAIT_SECONDS) continue;
		throw new NodeOperationError(
			context.getNode(),
			`"${node.name}" would park the execution with everybody in it. n8n's Wait cannot be used in a campaign for more than ${LONGEST_WAIT_SECONDS} seconds.`,
			{ description: `Put a Delay in the place of "${node.name}": it holds people one by one.` },
		);
	}
}

/** Refuses nodes that point at another store than the trigger: they would find none of its people. */
function refuseOtherStores(context: GraphContext, nodes: GraphNode[]): void {
	const own = nodes.find((node) => node.name === context.getNode().name);
	const storeOf = (node: GraphNode | undefined) => String(node?.parameters?.store ?? 'embedded');
	const strays = nodes.filter((node) => USES_STORE.includes(node.type) && !node.disabled && storeOf(node) !== storeOf(own));
	if (strays.length === 0) return;
	throw new NodeOperationError(
		context.getNode(),
		`${strays.map((node) => `"${node.name}"`).join(', ')} point at another store than the Campaign Trigger, and would find none of its people.`,
		{ description: 'Choose the same Store in every campaign node of the workflow.' },
	);
}

/** Holding nodes followed by a Merge: whoever is held arrives there in another execution than the rest. */
export function mergesAfter(context: GraphContext): string[] {
	return context
		.getChildNodes(context.getNode().name)
		.filter((node) => node.type === MERGE)
		.map((node) => node.name);
}

/** Ids of the nodes that run in the workflow. */
export function enabledNodes(context: GraphContext): string[] {
	return workflowOf(context).nodes.filter(({ disabled }) => !disabled).map(({ id }) => id);
}

/** Tells one form of the workflow from another: n8n shows a node no version of it, but what it is made of. */
export function versionOf(context: GraphContext): string {
	const { workflow } = context as unknown as { workflow?: { connectionsBySourceNode?: unknown } };
	const nodes = workflowOf(context).nodes.map(({ id, name, type, disabled, parameters }) => ({ id, name, type, disabled, parameters }));
	return createHash('sha256').update(JSON.stringify([nodes, workflow?.connectionsBySourceNode])).digest('hex').slice(0, 12);
}

export interface GraphNode {
	id: string;
	name: string;
	type: string;
	disabled?: boolean;
	parameters?: Record<string, unknown>;
}

/** All nodes of the workflow. The typed interface shows a node its neighbours only; this is what n8n keeps behind it. */
export function workflowOf(context: GraphContext): { nodes: GraphNode[] } {
	const { workflow } = context as unknown as { workflow?: { nodes?: Record<string, GraphNode> } };
	return { nodes: Object.values(workflow?.nodes ?? {}) };
}
