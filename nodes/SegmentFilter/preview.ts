import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { Reach, Rule } from '../../engine/segments';
import type { Store } from '../../engine/store/store';
import { profilesByNumber } from '../shared/releases';
import { isLive } from '../shared/items';
import { useSegment } from '../shared/use-segment';
import { tagsOf } from './people';

const SHOWN = 10;

/**
 * One item that shows what the segment means: in words, how many people it has and each channel reaches, ten of them,
 * and the rule, as an object and as the text that the JSON mode takes.
 */
export async function previewSegment(context: IExecuteFunctions, store: Store): Promise<INodeExecutionData[][]> {
	refuseLiveItems(context, store);
	const { rule, warnings } = await useSegment(context, store);
	const segment = await store.ask('explainRule', { rule });
	const { qualified, reachable } = await store.ask('reach', { rule });
	const toCheck = [...warnings, ...(await namesToCheck(context, store, rule))];
	const json: IDataObject = {
		segment,
		qualified,
		reachable: { ...reachable },
		warnings: toCheck,
		people: await somePeople(store, rule),
		rule: rule as unknown as IDataObject,
		ruleText: JSON.stringify(rule, null, 2),
	};
	// What an operator wants to know first stands above the item, whichever way it is shown.
	context.addExecutionHints({ message: `${segment}: ${peopleInWords(qualified)} now. ${channelsInWords(reachable)}`, location: 'outputPane' });
	for (const message of toCheck) context.addExecutionHints({ message, type: 'warning', location: 'outputPane' });
	return [[{ json, pairedItem: context.getInputData().map((_, item) => ({ item })) }], []];
}

/** Names the store has never seen, with their places where the operator wrote places: in a JSON rule. */
async function namesToCheck(context: IExecuteFunctions, store: Store, rule: Rule): Promise<string[]> {
	const isJson = context.getNodeParameter('segmentMode', 0) === 'json';
	const unknown = await store.ask('unknownNames', { rule });
	return [...new Set(unknown.map(({ path, message }) => (isJson ? `${path}: ${message}` : message)))];
}

/** What is known of each; what is not known is left out, so that a table stays readable. */
async function somePeople(store: Store, rule: Rule): Promise<IDataObject[]> {
	const { people } = await store.ask('find', { rule });
	const shown = [...people.subarray(0, SHOWN)];
	const profiles = await profilesByNumber(store, shown);
	return shown.flatMap((person) => {
		const profile = profiles.get(person);
		if (!profile) return [];
		const { id, email, phone, timezone, properties } = profile;
		const known = Object.entries({ id, email, phone, timezone }).filter(([, value]) => value !== null && value !== undefined);
		return [{ ...Object.fromEntries(known), properties } as IDataObject];
	});
}

function peopleInWords(count: number): string {
	return count === 1 ? '1 person' : `${count.toLocaleString('en')} people`;
}

/** "Reachable: 1,200 by SMS, 90 by email." */
function channelsInWords(reachable: Reach['reachable']): string {
	const parts = Object.entries(reachable).map(([channel, count]) => `${count.toLocaleString('en')} by ${channel === 'sms' ? 'SMS' : channel}`);
	return `Reachable: ${parts.join(', ')}.`;
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
