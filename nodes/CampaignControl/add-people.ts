import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { HandedIn } from '../../engine/campaigns/items/hand-in';
import { CampaignError } from '../../engine/errors';
import { REASONS } from '../../engine/reasons';
import type { Store } from '../../engine/store/store';
import { errorItem } from '../shared/each-item';
import { foreignKeys, outputItem } from '../shared/items';
import { keepPayloads } from '../shared/payloads';
import { campaignAt } from './campaign';

/** People handed in at once. */
const BATCH = 500;

interface Addition {
	index: number;
	json: IDataObject;
	campaignId: string;
	person: HandedIn;
}

/** One output item per input item: whether its person was added, else why not. */
export async function addPeople(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[]> {
	const output = new Map<number, INodeExecutionData>();
	const additions = readAdditions(context, output);
	for (const [campaignId, members] of Map.groupBy(additions, (addition) => addition.campaignId)) {
		for (let start = 0; start < members.length; start += BATCH) {
			const batch = members.slice(start, start + BATCH);
			try {
				const results = isDry(context, batch[0]?.index ?? 0) ? batch.map(() => 'dry' as const) : await handInBatch(store, campaignId, batch);
				batch.forEach(({ index, json }, order) => output.set(index, outputItem({ ...json, ...shown(results[order] as Result, campaignId) }, index)));
			} catch (error) {
				for (const { index } of batch) output.set(index, errorItem(context, error, index));
			}
		}
	}
	return [...output].sort(([a], [b]) => a - b).map(([, item]) => item);
}

type Result = { run: number; outcome: 'added' | 're_entry' | 'unknown' } | 'dry';

async function handInBatch(store: Store, campaignId: string, batch: Addition[]): Promise<Result[]> {
	const { run, outcomes } = await store.call('handIn', { campaignId, people: batch.map(({ person }) => person) });
	return outcomes.map((outcome) => ({ run, outcome }));
}

function shown(result: Result, campaignId: string): IDataObject {
	if (result === 'dry') return { preview: { addTo: campaignId, added: 'would be added, but for a run by hand' } };
	const { run, outcome } = result;
	if (outcome === 'added') return { added: true, run };
	return { added: false, run, ...(outcome === 're_entry' ? { reason: outcome, reasonText: REASONS.re_entry } : { reason: 'unknown', reasonText: 'Nobody has this user ID' }) };
}

function isDry(context: IExecuteFunctions, index: number): boolean {
	return context.getMode() === 'manual' && optionsAt(context, index).addInManualRuns !== true;
}

function optionsAt(context: IExecuteFunctions, index: number): { addInManualRuns?: boolean; reentry?: boolean } {
	return context.getNodeParameter('options', index, {}) as { addInManualRuns?: boolean; reentry?: boolean };
}

function readAdditions(context: IExecuteFunctions, output: Map<number, INodeExecutionData>): Addition[] {
	// When the execution began: a retry shares it.
	const root = `${context.getExecutionContext()?.establishedAt ?? context.getExecutionId()}`;
	const items = context.getInputData().map(({ json }, index) => ({ json, index }));
	const tooLarge: INodeExecutionData[] = [];
	const payloads = keepPayloads(context, items, foreignKeys, tooLarge);
	for (const item of tooLarge) output.set((item.pairedItem as { item: number }).item, item);
	return items.flatMap(({ json, index }): Addition[] => {
		const payload = payloads.get(index);
		if (payload === undefined) return [];
		try {
			const userId = String(context.getNodeParameter('userId', index) ?? '').trim();
			if (userId === '') throw new CampaignError('person_unnamed', `Item ${index} has no user ID.`, 'Fill in "User ID", for example with an expression on the item.');
			const key = optionsAt(context, index).reentry === true ? `again ${context.getNode().id} ${root} ${index}` : '';
			return [{ index, json, campaignId: campaignAt(context, index), person: { userId, key, payload: payload === '{}' ? null : payload } }];
		} catch (error) {
			output.set(index, errorItem(context, error, index));
			return [];
		}
	});
}
