import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { toNodeError } from './errors';
import { outputItem } from './items';

/** The text that a parameter has for an item; empty where its expression finds nothing, rather than "undefined". */
export function textAt(context: IExecuteFunctions, name: string, index: number): string {
	return String(context.getNodeParameter(name, index, '') ?? '');
}

/**
 * What a parameter says for all items alike. Throws a CampaignError where its expression says different things: what it says
 * for the first would be done to all.
 * @param label what the operator sees above the field
 */
export function alikeForAll(context: IExecuteFunctions, label: string, read: (index: number) => string): string {
	const first = read(0);
	const other = context.getInputData().findIndex((_item, index) => read(index) !== first);
	if (other < 0) return first;
	throw new CampaignError('not_alike', `"${label}" is not the same for all items: item ${other} has another one than item 0.`, 'Choose a fixed one. To take items different ways, part them by a Switch before this node.');
}

/** One output item per input item. An item that fails becomes an error item where the node is to continue on errors. */
export async function eachItem(context: IExecuteFunctions, work: (index: number) => Promise<IDataObject>): Promise<INodeExecutionData[]> {
	const output: INodeExecutionData[] = [];
	for (const index of context.getInputData().keys()) {
		try {
			output.push(outputItem(await work(index), index));
		} catch (error) {
			output.push(errorItem(context, error, index));
		}
	}
	return output;
}

/** The item with its error; throws the error where the node is to stop at errors. */
export function errorItem(context: IExecuteFunctions, error: unknown, index: number): INodeExecutionData {
	const shown = toNodeError(context.getNode(), error, index);
	if (!context.continueOnFail()) throw shown;
	return { json: { ...context.getInputData()[index]?.json, error: shown.message }, error: shown, pairedItem: { item: index } };
}
