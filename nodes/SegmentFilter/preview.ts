import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import { explain } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { profilesByNumber } from '../shared/releases';
import { readSegment } from '../shared/segment-parameters';
import { isLive } from '../shared/items';
import { tagsOf } from './people';

const SHOWN = 10;

/** One item that shows what the segment means: in words, as JSON, how many people it reaches, and ten of them. */
export async function previewSegment(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
	refuseLiveItems(context, store);
	const { rule, warnings } = readSegment(context);
	const unknown = await store.ask('unknownNames', { rule });
	const { people } = await store.ask('find', { rule });
	const shown = [...people.subarray(0, SHOWN)];
	const profiles = await profilesByNumber(store, shown);
	const json: IDataObject = {
		segment: explain(rule),
		rule: rule as unknown as IDataObject,
		reach: (await store.ask('reach', { rule })) as unknown as IDataObject,
		warnings: [...warnings, ...unknown.map(({ path, message }) => `${path}: ${message}`)],
		people: shown.flatMap((person) => {
			const profile = profiles.get(person);
			if (!profile) return [];
			const { id, email, phone, timezone, properties } = profile;
			return [{ id, email, phone, timezone, properties } as IDataObject];
		}),
	};
	return [[{ json, pairedItem: context.getInputData().map((_, item) => ({ item })) }], []];
}

/** The people of a running campaign would end here: a preview passes nobody on. */
function refuseLiveItems(context: IExecuteFunctions, store: Store): void {
	if (!tagsOf(context, store).some((tag) => tag && isLive(context, store, tag))) return;
	throw new CampaignError(
		'preview_in_campaign',
		'A preview passes nobody on, and people of a running campaign have come here.',
		'Set "Operation" to Filter and publish again.',
	);
}
