import type { Breakdown } from './segments/breakdown';
import type { PeopleAsked } from './segments/people-ids';
import { matches } from './segments/memory';
import type { Reach } from './segments/reach';
import type { Rule } from './segments/rule';
import type { Store } from './store/store';

/** The moment a segment is asked about: ISO or epoch milliseconds; default the store's clock. */
export interface At {
	now?: string | number;
}

const PAGE = 5_000;

function epoch(now: At['now']): number | undefined {
	return typeof now === 'string' ? Date.parse(now) : now;
}

/** The ids of everybody in the segment. Rejects with a CampaignError `invalid_rule` that names every mistake and its place. */
async function* find(store: Store, rule: Rule, { now }: At = {}): AsyncIterable<string> {
	const { people } = await store.ask('find', { rule, now: epoch(now) });
	for (let start = 0; start < people.length; start += PAGE) {
		const page: PeopleAsked = { people: [...people.subarray(start, start + PAGE)] };
		yield* await store.ask('idsOf', page);
	}
}

/** How many people are in the segment, and how many of them each channel reaches. */
async function reach(store: Store, rule: Rule, { now }: At = {}): Promise<Reach> {
	return await store.ask('reach', { rule, now: epoch(now) });
}

/** How many people of the segment have which value of a property. `most`: rows at most, default 20. */
async function breakdown(store: Store, rule: Rule, { property, most, now }: { property: string; most?: number } & At): Promise<Breakdown> {
	return await store.ask('breakdown', { rule, property, most, now: epoch(now) });
}

export const segments = { find, reach, breakdown, matches };
