import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { toNodeError } from './errors';
import { releaseToken } from './releases';
import { getStore } from './store';

/**
 * What `execute` of a node does whose first output says of people that they may go on, were sent to or are in a segment. A
 * node that fails, and is to go on after errors, lets out all of its items there, says n8n; here they leave by the output of
 * those of whom it does not hold, with the error. Whoever was released to the node is released again, as after any failure.
 * @param closed place of that output
 */
export async function failingClosed(context: IExecuteFunctions, closed: number, work: () => Promise<INodeExecutionData[][]>): Promise<INodeExecutionData[][]> {
	try {
		return await work();
	} catch (error) {
		const shown = toNodeError(context.getNode(), error);
		if (!context.continueOnFail()) throw shown;
		// By this it is moved to the output for errors; where there is none, n8n would leave nothing else of the item.
		const mark = context.getNode().onError === 'continueErrorOutput' ? { error: shown } : {};
		const left = (json: IDataObject, item: number): INodeExecutionData => ({ json: { ...json, error: shown.message }, ...mark, pairedItem: { item } });
		const none = Array.from({ length: closed }, (): INodeExecutionData[] => []);
		const token = releaseToken(context);
		if (token === undefined) return [...none, context.getInputData().map(({ json }, item) => left(json, item))];
		await giveBack(context, token);
		return [...none, [left({}, 0)]];
	}
}

/** To n8n the execution will have ended well, and whoever left no trace in it would have left the workflow. */
async function giveBack(context: IExecuteFunctions, token: string): Promise<void> {
	try {
		await (await getStore(context)).call('settleRelease', { token, end: 'failed' });
	} catch (error) {
		context.logger.error(`Campaign node "${context.getNode().name}" could not give back the people it failed for: ${(error as Error).message}`);
	}
}
