import { CampaignError } from './errors';
import type { Profile } from './people/records';
import { toMillis } from './people/times';
import type { Breakdown } from './segments/breakdown';
import { matches } from './segments/memory';
import { idPages, profilePages } from './segments/pages';
import type { Reach } from './segments/reach';
import type { Rule } from './segments/rule';
import type { Store } from './store/store';

/** The moment a segment is asked about: ISO (UTC where it names no offset) or epoch milliseconds; default the store's clock. */
export interface At {
	now?: string | number;
}

function epoch(now: At['now']): number | undefined {
	const time = now === undefined ? undefined : toMillis(now);
	if (now !== undefined && time === undefined) throw new CampaignError('invalid_time', `The moment ${JSON.stringify(now)} that the segment is asked about is no time.`, 'Give epoch milliseconds or an ISO text.');
	return time;
}

/** The ids of everybody in the segment. Rejects with a CampaignError `invalid_rule` that names every mistake and its place. */
async function* find(store: Store, rule: Rule, { now }: At = {}): AsyncIterable<string> {
	const { people } = await store.ask('find', { rule, now: epoch(now) });
	for await (const page of idPages(store, people)) yield* page;
}

/** The profiles of everybody in the segment, as they are when their page is read: arrays of up to 1,000. Rejects as `find`. */
async function* profiles(store: Store, rule: Rule, { now }: At = {}): AsyncIterable<Profile[]> {
	const { people } = await store.ask('find', { rule, now: epoch(now) });
	yield* profilePages(store, people);
}

/** How many people are in the segment, and how many of them each channel reaches. */
async function reach(store: Store, rule: Rule, { now }: At = {}): Promise<Reach> {
	return await store.ask('reach', { rule, now: epoch(now) });
}

/** How many people of the segment have which value of a property. `most`: rows at most, default 20. */
async function breakdown(store: Store, rule: Rule, { property, most, now }: { property: string; most?: number } & At): Promise<Breakdown> {
	return await store.ask('breakdown', { rule, property, most, now: epoch(now) });
}

export const segments = { find, profiles, reach, breakdown, matches };
