import { NodeOperationError, type ITriggerFunctions } from 'n8n-workflow';

import type { Rule } from '../../engine/segments';
import type { NodeSegment, WorkflowSegments } from '../../engine/segments/saved/uses';
import type { Store } from '../../engine/store/store';
import { workflowOf, type GraphNode } from '../shared/graph';
import { readSegment } from '../shared/segment-parameters';

/** Nodes with a segment, besides the trigger. They have none while their operation needs none. */
const WITH_SEGMENT = ['n8n-nodes-campaigns.segmentFilter', 'n8n-nodes-campaigns.people', 'n8n-nodes-campaigns.metaAudienceSync'];

/** How long after its end a publication is forgotten: by then a process that was going down is gone. */
const FORGOTTEN_AFTER_MS = 60_000;

/**
 * The segments of this trigger and of the other nodes of the workflow, which do not hear of being published. A segment
 * that cannot be used is refused where people of the campaign would come to it.
 */
export function segmentsOfWorkflow(context: ITriggerFunctions, own: Rule): Omit<WorkflowSegments, 'workflowId'> {
	const { id, name } = context.getWorkflow();
	const { id: nodeId, name: nodeName } = context.getNode();
	const after = new Set(context.getChildNodes(nodeName).map((node) => node.name));
	const others = workflowOf(context).nodes.filter(({ type, disabled, parameters }) => {
		return WITH_SEGMENT.includes(type) && !disabled && parameters?.segmentMode !== undefined;
	});
	const segments = others.flatMap((node): NodeSegment[] => {
		try {
			return [{ nodeId: node.id, nodeName: node.name, rule: segmentOf(context, node) }];
		} catch (error) {
			if (!after.has(node.name)) return [];
			const { message, description } = error as NodeOperationError;
			throw new NodeOperationError(context.getNode(), `"${node.name}": ${message}`, { description: description ?? undefined });
		}
	});
	return { workflowName: name ?? String(id), segments: [{ nodeId, nodeName, rule: own }, ...segments] };
}

/** Its segment parameters take no expressions, so they are as they will be. */
function segmentOf(context: ITriggerFunctions, { parameters = {} }: GraphNode): Rule {
	const reader = { getNode: () => context.getNode(), getNodeParameter: (name: string) => parameters[name] };
	return readSegment(reader as unknown as ITriggerFunctions).rule;
}

/**
 * The workflow has been unpublished, or n8n goes down, which look alike: what it uses is forgotten when this process is
 * there to see a minute later. A store that is away keeps the use, which only keeps something from being deleted.
 */
export async function endUse(store: Store, registration: string): Promise<void> {
	const end = async (forGood: boolean) => {
		await store.call('endUses', { registration, forGood }).catch(() => {});
		await store.call('endPublication', { registration, forGood }).catch(() => {});
	};
	await end(false);
	setTimeout(() => void end(true), FORGOTTEN_AFTER_MS).unref();
}
