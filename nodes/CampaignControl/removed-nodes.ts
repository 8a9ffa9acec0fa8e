import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { endNode } from '../../engine/campaigns/control/end-run';
import type { Store } from '../../engine/store/store';
import { eachItem, errorItem } from '../shared/each-item';
import { outputItem } from '../shared/items';
import { campaignAt, iso } from './campaign';

/** One output item per node that is gone and has people. */
export async function getRemoved(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (const index of context.getInputData().keys()) {
		try {
			const campaignId = campaignAt(context, index);
			const nodes = await store.ask('removedNodes', { campaignId });
			output.push(...nodes.map(({ removedAt, ...node }) => outputItem({ ...node, campaignId, removedAt: iso(removedAt) }, index)));
		} catch (error) {
			output.push(errorItem(context, error, index));
		}
	}
	return output;
}

export async function releaseRemoved(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await end(context, store, 'left_workflow');
}

export async function dropRemoved(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	return await end(context, store, 'workflow_deleted');
}

async function end(context: IExecuteFunctions, store: Store, reason: 'left_workflow' | 'workflow_deleted'): Promise<INodeExecutionData[]> {
	return await eachItem(context, async (index) => {
		const node = Number(context.getNodeParameter('node', index));
		return { node, reason, peopleEnded: await endNode(store, node, reason) };
	});
}
