import type { IExecuteFunctions } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { Store } from '../../engine/store/store';
import { campaignTag, isAfterCampaignTrigger, ownAncestors, recoverTag, type CampaignTag } from '../shared/items';

/**
 * The person behind each item: of a campaign's items by their entry, of others by their user id. Undefined where the
 * store knows nobody.
 * @param userId the id in an item that is of no campaign
 */
export async function peopleOfItems(
	context: IExecuteFunctions,
	store: Store,
	userId: (itemIndex: number) => string | undefined,
): Promise<Array<number | undefined>> {
	const tags = tagsOf(context, store);
	const ids = tags.map((tag, index) => (tag ? undefined : userId(index)));
	const known = await store.ask('whoIs', {
		entries: tags.flatMap((tag) => (tag ? [tag.entry] : [])),
		ids: ids.filter((id) => id !== undefined),
	});
	const byEntry = new Map(known.entries.map(({ entry, person }) => [entry, person]));
	const byId = new Map(known.ids.map(({ id, person }) => [id, person]));
	return tags.map((tag, index) => (tag ? byEntry.get(tag.entry) : byId.get(ids[index] ?? '')));
}

/** The campaign data of each item that is of a campaign, recovered through paired items where it was lost. */
export function tagsOf(context: IExecuteFunctions, store: Store): Array<CampaignTag | undefined> {
	const ancestors = isAfterCampaignTrigger(context) ? ownAncestors(context) : [];
	return context.getInputData().map(({ json }, index) => {
		const tag = campaignTag(json) ?? recoverTag(context, index, ancestors);
		if (tag && tag.store !== store.fingerprint) {
			throw new CampaignError(
				'other_store',
				`Item ${index} belongs to another campaign store than this node points at.`,
				'Set "Store" to the same in all nodes of the campaign.',
			);
		}
		return tag;
	});
}
