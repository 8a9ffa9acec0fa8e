import { NodeApiError, NodeOperationError, type INode, type JsonObject } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';

/** An engine error in the form n8n shows: what happened, to which item, and what to do about it. */
export function toNodeError(node: INode, error: unknown, itemIndex?: number): NodeOperationError | NodeApiError {
	if (error instanceof NodeOperationError || error instanceof NodeApiError) return error;
	if (error instanceof CampaignError) {
		return new NodeOperationError(node, error.message, { description: error.hint, itemIndex, level: 'warning' });
	}
	if (error instanceof Error) return new NodeOperationError(node, error, { itemIndex });
	return new NodeApiError(node, error as JsonObject, { itemIndex });
}
