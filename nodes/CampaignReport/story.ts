import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { REASONS } from '../../engine/reasons';
import type { RunStory } from '../../engine/reports/person-story';
import type { Store } from '../../engine/store/store';
import { iso } from './tables';
import { runsMeant } from './target';

/** One item per run: why the person did or did not get it. */
export async function personsStory(context: IExecuteFunctions, store: Store, index: number): Promise<INodeExecutionData[]> {
	const id = String(context.getNodeParameter('userId', index) ?? '').trim();
	if (id === '') throw new CampaignError('person_unnamed', 'The user ID is empty.', 'Fill in "User ID", for example with an expression on the item.');
	const items: INodeExecutionData[] = [];
	for (const run of await runsMeant(context, store, index)) {
		const { known, id: current, runs } = await store.ask('personStory', { name: { id }, run });
		if (!known) return [{ json: unknownPerson(id) }];
		items.push(...runs.map((story) => ({ json: storyOf(current ?? id, story) })));
	}
	return items;
}

function unknownPerson(id: string): IDataObject {
	const summary = `Nobody with the user ID "${id}" is known: they never were in this store, or have been erased.`;
	return { user: { id }, known: false, outcome: 'not_selected', summary, steps: [], story: summary };
}

function storyOf(id: string, { campaignId, campaignName, run, runKey, state, outcome, reason, summary, steps }: RunStory): IDataObject {
	const told = steps.map(({ at, text }) => ({ at: iso(at), text }));
	return {
		user: { id },
		known: true,
		campaignId, campaignName, run, runKey, state, outcome, reason,
		reasonText: reason === null ? null : REASONS[reason],
		summary,
		steps: told,
		story: [...told.map(({ at, text }) => `${at ?? ''} ${text}`), summary].join('\n'),
	};
}
