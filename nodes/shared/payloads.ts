import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toNodeError } from './errors';
import { MAX_PAYLOAD_BYTES, outputItem } from './items';

/**
 * What the store would have to keep of each item while it waits, as JSON, by the item's index. One that carries too much
 * fails by itself: the node stops, or, where it is to go on after errors, the item leaves through `failed`.
 * @param keep what of an item is kept
 */
export function keepPayloads<Item extends { index: number; json: IDataObject }>(
	context: IExecuteFunctions,
	items: readonly Item[],
	keep: (json: IDataObject) => IDataObject,
	failed: INodeExecutionData[],
): Map<number, string> {
	const payloads = new Map<number, string>();
	for (const { index, json } of items) {
		const payload = JSON.stringify(keep(json));
		if (Buffer.byteLength(payload) <= MAX_PAYLOAD_BYTES) {
			payloads.set(index, payload);
			continue;
		}
		const message = `Item ${index} carries more than ${MAX_PAYLOAD_BYTES / 1024} KB besides the person. Remove what later nodes do not need.`;
		if (!context.continueOnFail()) throw toNodeError(context.getNode(), new Error(message), index);
		failed.push(outputItem({ ...json, error: message }, index));
	}
	return payloads;
}
