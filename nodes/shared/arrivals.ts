import { NodeOperationError, type IDataObject, type IExecuteFunctions } from 'n8n-workflow';

import { HoldState } from '../../engine/holds/states';
import type { KnownArrival } from '../../engine/holds/gate';
import type { Profile } from '../../engine/people/records';
import { isStorable } from '../../engine/storable';
import type { Store } from '../../engine/store/store';
import { campaignTag, hasLiveMark, isAfterCampaignTrigger, isLive, ownAncestors, recoverTag, type CampaignTag } from './items';
import { whoDropped } from './dropped-by';
import { profilesByNumber } from './releases';

/** An item that came to one of our nodes over the canvas, sorted by what may be done with it. */
export type Arrived =
	/** Live, known to the store, with the person as they are now. */
	| { kind: 'entry'; index: number; json: IDataObject; arrival: KnownArrival; profile: Profile }
	/** Seen here before under the same visit, and on its way or ended: nothing more is to be done. */
	| { kind: 'duplicate'; index: number }
	/** Of a campaign, but not from a live execution: explain, and do nothing. */
	| { kind: 'dry'; index: number; json: IDataObject; tag: CampaignTag | undefined }
	/** Lost its campaign data, or carries somebody else's. */
	| { kind: 'lost'; index: number; json: IDataObject; detail: string }
	/** Never was in a campaign. */
	| { kind: 'foreign'; index: number; json: IDataObject };

/** Sorts the items of an execution, with one look-up for the whole batch. A second item of an entry is a duplicate unless its message key differs. */
export async function sortArrivals(
	context: IExecuteFunctions,
	store: Store,
	node: number,
	messageKey: (itemIndex: number) => string = () => '',
): Promise<Arrived[]> {
	const items = context.getInputData();
	const ancestors = ownAncestors(context);
	const inCampaign = isAfterCampaignTrigger(context);
	const tagged = items.map(({ json }, index) => {
		const own = campaignTag(json);
		const tag = own ?? (inCampaign ? recoverTag(context, index, ancestors) : undefined);
		// Given back, so that nodes further on need not look for it.
		return { index, tag, json: tag && !own ? { ...json, campaign: tag as unknown as IDataObject } : json };
	});
	const live = tagged.filter(({ tag }) => tag && tag.store === store.fingerprint && hasLiveMark(store, tag) && isLive(context, store, tag));
	const known = await lookUp(store, node, live.map(({ tag }) => tag as CampaignTag));
	const profiles = await profilesByNumber(store, [...known.values()].map(({ person }) => person));
	const strangers = await strangersAmong(store, live, known, profiles);

	const seen = new Set<string>();
	return tagged.map(({ index, json, tag }): Arrived => {
		if (!tag && !inCampaign) return { kind: 'foreign', index, json };
		if (!tag) return isLive(context, store, undefined) ? lost(context, index, json) : { kind: 'dry', index, json, tag };
		if (tag.store !== store.fingerprint) {
			// Not a loss of this item: nobody of the batch would be found.
			throw new NodeOperationError(context.getNode(), 'The items belong to another campaign store than this node points at.', {
				description: 'Choose the same Store, and the same credential, as in the Campaign Trigger.',
				itemIndex: index,
			});
		}
		if (!isLive(context, store, tag)) return { kind: 'dry', index, json, tag };
		if (!hasLiveMark(store, tag)) return { kind: 'lost', index, json, detail: 'The campaign data of the item are not those of a release' };
		const arrival = known.get(arrivalKey(tag));
		const profile = arrival && profiles.get(arrival.person);
		if (!arrival || strangers.has(index)) {
			return { kind: 'lost', index, json, detail: 'The campaign data of the item is not that of its person' };
		}
		const once = `${arrivalKey(tag)}/${messageKey(index)}`;
		if (!profile || isDone(arrival) || seen.has(once)) return { kind: 'duplicate', index };
		seen.add(once);
		return { kind: 'entry', index, json, arrival, profile };
	});
}

async function lookUp(store: Store, node: number, tags: CampaignTag[]): Promise<Map<string, KnownArrival>> {
	if (tags.length === 0) return new Map();
	const arrivals = tags.map(({ entry, visit }) => ({ entry, visit }));
	const known = await store.call('lookUpArrivals', { node, arrivals });
	return new Map(known.map((arrival) => [arrivalKey(arrival), arrival]));
}

export function arrivalKey({ entry, visit }: { entry: number; visit: number }): string {
	return `${entry}/${visit}`;
}

/** What a gate decided on arrival is repeated; anything else that is recorded is on its way without this item. */
function isDone({ recorded, dropReason }: KnownArrival): boolean {
	return recorded !== null && recorded !== HoldState.passedAtOnce && dropReason === null;
}

/**
 * Items that carry an entry of somebody else than their `user`. An item may have lost its user; and an id that is not the
 * profile's may still be its own, of the time before a merge: the store knows.
 */
async function strangersAmong(
	store: Store,
	live: Array<{ index: number; json: IDataObject; tag: CampaignTag | undefined }>,
	known: Map<string, KnownArrival>,
	profiles: Map<number, Profile>,
): Promise<Set<number>> {
	const strangers = new Set<number>();
	for (const { index, json, tag } of live) {
		const arrival = known.get(arrivalKey(tag as CampaignTag));
		const profile = arrival && profiles.get(arrival.person);
		const id = (json.user as IDataObject | undefined)?.id;
		if (!profile || id === undefined || id === profile.id || profile.anonymousIds.includes(String(id))) continue;
		const owner = isStorable(String(id)) ? await store.call('getPerson', { name: { id: String(id) }, events: 0 }) : undefined;
		if (owner?.profile.person !== profile.person) strangers.add(index);
	}
	return strangers;
}

function lost(context: IExecuteFunctions, index: number, json: IDataObject): Arrived {
	return {
		kind: 'lost',
		index,
		json,
		detail: `${whoDropped(context)} passed the item on without its campaign data. Let it keep the fields user and campaign (in Edit Fields: "Include Other Input Fields").`,
	};
}
