import { NodeApiError, NodeOperationError, type INode } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';

/** Runs what a node does, and turns the engine's errors into those n8n shows: what happened, and what to do about it. */
export async function withNodeErrors<Result>(context: { getNode(): INode }, work: () => Promise<Result>): Promise<Result> {
	try {
		return await work();
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	}
}

/** An error in the form n8n shows, naming the item it is about, if it is about one. */
export function toNodeError(node: INode, error: unknown, itemIndex?: number): NodeOperationError | NodeApiError {
	if (error instanceof NodeOperationError || error instanceof NodeApiError) return error;
	if (error instanceof CampaignError) {
		return new NodeOperationError(node, error.message, { description: error.hint, itemIndex, level: 'warning' });
	}
	return new NodeOperationError(node, error instanceof Error ? error : new Error(String(error)), { itemIndex });
}
