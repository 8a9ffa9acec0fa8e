import { createHmac, timingSafeEqual } from 'node:crypto';

import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';

import type { Profile, StoredEvent } from '../../engine/people/records';
import type { RunInfo } from '../../engine/holds/release';
import type { Store } from '../../engine/store/store';

/** What every item of a campaign carries under `campaign`, besides the person under `user`. */
export interface CampaignTag {
	entry: number;
	visit: number;
	run: number;
	id: string;
	name: string;
	labels: string[];
	/** Fingerprint of the store the entry lives in. */
	store: string;
	/** Proof that the item came out of a live execution of this store. */
	live: string;
}

/** Largest payload of foreign keys that a hold keeps per person, in bytes of JSON. */
export const MAX_PAYLOAD_BYTES = 16 * 1024;

/** The item of one person at one moment of their way. `foreign` is what other nodes had put on it; `event` brought them in. */
export function campaignItem(
	store: Store,
	profile: Profile,
	{ entry, run, campaignId, campaignName, labels }: { entry: number; run: number } & Pick<RunInfo, 'campaignId' | 'campaignName' | 'labels'>,
	visit: number,
	foreign: IDataObject = {},
	event?: StoredEvent,
): IDataObject {
	const campaign: CampaignTag = {
		entry,
		visit,
		run,
		id: campaignId,
		name: campaignName,
		labels: JSON.parse(labels) as string[],
		store: store.fingerprint,
		live: liveMark(store, { entry, visit, run }),
	};
	return { ...foreign, user: userOf(profile), ...(event && { event: eventOf(event) }), campaign: campaign as unknown as IDataObject };
}

/** The event that brought somebody into a live campaign, as items show it. */
export function eventOf({ name, ts, properties }: StoredEvent): IDataObject {
	return { name, ts: new Date(ts).toISOString(), properties: properties as IDataObject };
}

/** A person as items show them: enough to branch and to write a message by. */
export function userOf(profile: Profile): IDataObject {
	return {
		id: profile.id,
		email: profile.email,
		phone: profile.phone,
		timezone: profile.timezone,
		optedOut: profile.optedOut as IDataObject,
		properties: profile.properties as IDataObject,
	};
}

/** The campaign data of an item, if it looks like ours; that the entry exists and fits is for the store to say. */
export function campaignTag(item: IDataObject): CampaignTag | undefined {
	const tag = item.campaign as Partial<CampaignTag> | undefined;
	if (typeof tag !== 'object' || tag === null) return undefined;
	const whole = [tag.entry, tag.visit, tag.run].every((value) => Number.isSafeInteger(value));
	return whole && typeof tag.store === 'string' ? (tag as CampaignTag) : undefined;
}

/** What a hold keeps of an item, such as what other nodes put there: everything but the keys that are made anew on release. */
export function foreignKeys(item: IDataObject): IDataObject {
	const { user: _user, campaign: _campaign, event: _event, ...foreign } = item;
	return foreign;
}

/**
 * The campaign data of an item that lost it on the way (Set, Code), found through paired items at the nodes of ours
 * that stand before this one. The furthest on its way wins.
 */
export function recoverTag(context: IExecuteFunctions, itemIndex: number, ancestors: string[]): CampaignTag | undefined {
	let found: CampaignTag | undefined;
	for (const name of ancestors) {
		try {
			const quoted = JSON.stringify(name);
			const value = context.evaluateExpression(`{{ $(${quoted}).item.json.campaign }}`, itemIndex) as unknown;
			const tag = campaignTag({ campaign: value as IDataObject });
			if (tag && (!found || tag.visit > found.visit)) found = tag;
		} catch {
			// That node did not run in this execution, or the pairing is broken: the next may know.
			continue;
		}
	}
	return found;
}

/** Names of the nodes of this pack that stand before this one. */
export function ownAncestors(context: IExecuteFunctions): string[] {
	return context
		.getParentNodes(context.getNode().name)
		.filter((node) => node.type.startsWith('n8n-nodes-campaigns.'))
		.map((node) => node.name);
}

export function isAfterCampaignTrigger(context: IExecuteFunctions): boolean {
	return context.getParentNodes(context.getNode().name).some((node) => node.type === 'n8n-nodes-campaigns.campaignTrigger');
}

/** Signs what identity hangs on: whoever alters one of the three is found out. */
function liveMark(store: Store, { entry, visit, run }: Pick<CampaignTag, 'entry' | 'visit' | 'run'>): string {
	return createHmac('sha256', store.secret).update(`live ${entry} ${visit} ${run}`).digest('base64url').slice(0, 22);
}

/** Whether n8n started this execution for real: by a trigger or a webhook, not by hand, as a retry or from another workflow. */
export function isProduction(context: IExecuteFunctions): boolean {
	const mode = context.getMode();
	return mode === 'trigger' || mode === 'webhook';
}

/**
 * Whether this execution may hold, drop and send for real. Modes trigger and webhook may; others (a retry, a
 * sub-workflow, the command line) only for items that prove to come out of a live one; a manual run never.
 */
export function isLive(context: IExecuteFunctions, store: Store, tag: CampaignTag | undefined): boolean {
	if (context.getMode() === 'manual') return false;
	return isProduction(context) || (tag !== undefined && hasLiveMark(store, tag));
}

/** Whether campaign data were made by this store: a webhook's body can say anything. */
export function hasLiveMark(store: Store, tag: CampaignTag): boolean {
	if (typeof tag.live !== 'string') return false;
	const given = Buffer.from(tag.live);
	const right = Buffer.from(liveMark(store, tag));
	return given.length === right.length && timingSafeEqual(given, right);
}

export function outputItem(json: IDataObject, item: number): INodeExecutionData {
	return { json, pairedItem: { item } };
}
