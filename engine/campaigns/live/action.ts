import type { Tx } from '../../store/database';
import type { LiveCampaign } from './campaigns';
import { deleteEntries, insertLiveEntries, type NewEntry } from './entries';
import { FIRST_KEY, keyOfEvent } from './keys';
import { entriesOf, eventsOf, isEnded, keepEvents, maySetOut, type KnownEntry } from './known';
import type { Hit } from './read';
import { mayComeIn } from './reentry';
import type { LiveTrigger } from './trigger';
import type { Happened } from './waits';

type Action = Extract<LiveTrigger, { kind: 'action' }>;

interface Changes {
	added: NewEntry[];
	removed: number[];
}

/** One of several events that may have brought somebody in. */
type Moment = Pick<Happened, 'event' | 'ts'>;

/**
 * Takes events of a single action in. Where one event decides whether another one lets somebody in, this is made out anew
 * from all events of a person that may matter, and the entries that have not set out are made to agree with it, so that the
 * order of arrival does not matter. What has set out stands, and counts.
 * @param hits.first of people who come in only the first time: those before which nothing is known
 * @param hits.second of such people: what they did without coming in by it
 * @returns how many entries are new
 */
export async function enterAction(tx: Tx, campaign: LiveCampaign, live: Action, hits: { first: Hit[]; second: Hit[] }, now: number): Promise<number> {
	if (!live.firstTimeOnly && live.reentry.kind === 'always') {
		return await insertLiveEntries(tx, campaign, hits.first.map((hit) => entryBy(live, hit.person, hit)), now);
	}
	const people = [...new Set([...hits.first, ...hits.second].map(({ person }) => person))];
	const changes: Changes = { added: [], removed: [] };
	if (live.firstTimeOnly) {
		const known = await entriesOf(tx, campaign, people);
		const [first, second] = [hits.first, hits.second].map((list) => Map.groupBy(list, ({ person }) => person)) as [Map<number, Hit[]>, Map<number, Hit[]>];
		for (const person of people) agreeOnFirst(person, live, { first: first.get(person) ?? [], second: second.get(person) ?? [] }, known.get(person) ?? [], changes);
	} else {
		await keepEvents(tx, campaign, { first: hits.first, second: [] }, live.delayMs);
		const events = await eventsOf(tx, campaign.run, people);
		const known = await entriesOf(tx, campaign, people);
		for (const person of people) agree(person, live, events.get(person)?.first ?? [], known.get(person) ?? [], changes);
	}
	await deleteEntries(tx, changes.removed);
	return await insertLiveEntries(tx, campaign, changes.added, now);
}

function entryBy(live: Action, person: number, { event, ts }: Moment): NewEntry {
	return { person, key: live.firstTimeOnly ? FIRST_KEY : keyOfEvent(event), event, qualifiedAt: ts, dueAt: ts + live.delayMs };
}

function inOrder(a: Moment, b: Moment): number {
	return a.ts - b.ts || a.event - b.event;
}

/** Goes through the events in the order in which they happened. Entries whose event is no longer known stand. */
function agree(person: number, live: Action, events: readonly Moment[], known: readonly KnownEntry[], changes: Changes): void {
	const remembered = new Set(events.map(({ event }) => keyOfEvent(event)));
	const open = new Map(known.filter((one) => maySetOut(one) && remembered.has(one.key)).map((one) => [one.key, one]));
	const standing = known.filter((one) => !open.has(one.key));
	const settled = new Set(standing.map(({ event }) => event));
	const cameIn = standing.filter((one) => !isEnded(one)).map(({ start }) => start);
	for (const moment of [...events].sort(inOrder)) {
		if (settled.has(moment.event) || !mayComeIn(live.reentry, moment.ts, cameIn)) continue;
		cameIn.push(moment.ts);
		if (!open.delete(keyOfEvent(moment.event))) changes.added.push(entryBy(live, person, moment));
	}
	changes.removed.push(...[...open.values()].map(({ entry }) => entry));
}

/** Somebody comes in by their first event ever, and by none if that was one that lets nobody in. */
function agreeOnFirst(person: number, live: Action, { first, second }: { first: Hit[]; second: Hit[] }, known: readonly KnownEntry[], changes: Changes): void {
	const entry = known.find(({ key }) => key === FIRST_KEY);
	if (entry && !maySetOut(entry)) return;
	const start = entry?.start ?? Infinity;
	const others = known.filter((one) => one !== entry && !isEnded(one)).map((one) => one.start);
	const better = [...first].sort(inOrder).find(({ ts }) => ts < start && mayComeIn(live.reentry, ts, others));
	const isRefuted = second.some(({ ts }) => ts < Math.min(start, better?.ts ?? Infinity));
	if (entry && (better || isRefuted)) changes.removed.push(entry.entry);
	if (better && !isRefuted) changes.added.push(entryBy(live, person, better));
}
