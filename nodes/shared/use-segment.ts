import type { IExecuteFunctions } from 'n8n-workflow';

import type { Rule } from '../../engine/segments';
import { RunUses } from '../../engine/segments/saved/run-uses';
import type { Store } from '../../engine/store/store';
import { hasCampaignTrigger } from './graph';
import { readSegment } from './segment-parameters';

/** Executions of what somebody tries out in the editor, or has an assistant or an evaluation try out. */
const TRIALS = ['manual', 'chat', 'evaluation', 'internal'];

/**
 * The rule that the parameters mean, as `readSegment`, for an execution that asks the store by it. What it names is not
 * deleted from now on, without question: the segments of a campaign's workflow are written down when it is published,
 * those of other published workflows as their executions use them.
 */
export async function useSegment(context: IExecuteFunctions, store: Store): Promise<{ rule: Rule; warnings: string[] }> {
	const segment = readSegment(context);
	const { id, name, active } = context.getWorkflow();
	if (!active || TRIALS.includes(context.getMode()) || hasCampaignTrigger(context)) return segment;
	const { id: nodeId, name: nodeName } = context.getNode();
	try {
		await RunUses.of(store).note({ workflowId: String(id), workflowName: name ?? String(id), nodeId, nodeName, rule: segment.rule });
	} catch (error) {
		// Only a deletion would miss it: no reason for the execution to fail.
		context.logger.warn(`"${nodeName}" could not write down which saved segments and lists it uses: ${(error as Error).message}`);
	}
	return segment;
}
