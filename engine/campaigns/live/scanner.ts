import { isRuleError } from '../../segments/rule-errors';
import type { Rule } from '../../segments/rule';
import type { Store } from '../../store/store';
import type { Entering } from './enter';
import type { FoundEvents, Hit } from './read';

/**
 * Reads events for all live campaigns of a store until there are none, a page at a time. Everything is in the store: called
 * twice at once, by whomever, nothing is done twice, and nothing is left out.
 * @param limit events per page
 * @returns how many entries are new
 */
export async function scanLive(store: Store, limit?: number): Promise<number> {
	let entered = 0;
	for (;;) {
		const page = await store.call('readLive', { zone: store.accountZone, limit });
		if (!page) return entered;
		const entering: Entering[] = [];
		for (const found of page.found) entering.push(await whoMayEnter(store, found));
		const { from, to } = page;
		entered += (await store.call('enterLive', { from, to, entering, zone: store.accountZone })).entered;
		// Also when somebody else was quicker: what they read is not this one's to wait for, but what came since is.
	}
}

async function whoMayEnter(store: Store, { campaign, first, second }: FoundEvents): Promise<Entering> {
	const { run, definition, live } = campaign;
	const hits = await inSegment(store, campaign, definition.segment, first);
	if (live.kind !== 'action' || !live.firstTimeOnly) return { run, first: hits, second };
	// Whoever did it without being in the segment has done it.
	const members = new Set(hits);
	const others = first.filter((hit) => !members.has(hit));
	return { run, first: await firstEver(store, live.events, hits), second: [...second, ...others] };
}

async function inSegment(store: Store, { campaignId }: FoundEvents['campaign'], rule: Rule, hits: Hit[]): Promise<Hit[]> {
	if (hits.length === 0 || ('all' in rule && rule.all.length === 0)) return hits;
	try {
		const { people } = await store.ask('matching', { rule, people: [...new Set(hits.map(({ person }) => person))] });
		const members = new Set(people);
		return hits.filter(({ person }) => members.has(person));
	} catch (error) {
		if (!isRuleError(error)) throw error;
		// Other campaigns must not wait for this one to be corrected.
		await store.call('pauseCampaign', { campaignId, reason: `Events bring nobody in. ${error.message} Correct the segment in the Campaign Trigger; then publish again.` });
		return [];
	}
}

async function firstEver(store: Store, events: Parameters<typeof store.ask<'earliestEvents'>>[1]['events'], hits: Hit[]): Promise<Hit[]> {
	if (hits.length === 0) return hits;
	const earliest = await store.ask('earliestEvents', { events, people: [...new Set(hits.map(({ person }) => person))] });
	const firsts = new Map(earliest.map(({ person, ts }) => [person, ts]));
	return hits.filter(({ person, ts }) => ts <= (firsts.get(person) ?? ts));
}
