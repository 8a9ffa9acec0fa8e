import { operation, type Tx } from '../../store/database';
import { enterAction } from './action';
import { liveCampaigns, type LiveCampaign } from './campaigns';
import { movePlace, readPlace, type Place } from './cursor';
import { insertLiveEntries, type NewEntry } from './entries';
import { enterInaction } from './inaction';
import { keyOfEvent, keyOfYear } from './keys';
import { occurrenceOf, type OnDate } from './on-date';
import type { Hit } from './read';
import { mayComeIn, timesCameIn } from './reentry';

export interface Entering {
	run: number;
	/** Only those that may come in by the segment, and for people who come in only the first time, by what they did before. */
	first: Hit[];
	second: Hit[];
}

export interface EnterInput {
	from: Place;
	to: Place;
	entering: Entering[];
	/** The account's zone. */
	zone: string;
}

/**
 * Turns events that were read into entries, ends what they end, and writes down how far events were read: all of it, or
 * nothing when somebody else has read them meanwhile.
 */
export const enterLive = operation<EnterInput, { moved: boolean; entered: number }>(async (tx, { from, to, entering, zone }, { now }) => {
	const place = await readPlace(tx, true);
	if (place?.stamp !== from.stamp || place.id !== from.id) return { moved: false, entered: 0 };
	await movePlace(tx, from, to);
	let entered = 0;
	if (entering.length > 0) {
		const campaigns = new Map((await liveCampaigns(tx, entering.map(({ run }) => run))).map((campaign) => [campaign.run, campaign]));
		const people = await livingPeople(tx, entering);
		for (const { run, first, second } of entering) {
			const campaign = campaigns.get(run);
			if (!campaign) continue;
			entered += await enterOne(tx, campaign, { first: asTheyAre(first, people), second: asTheyAre(second, people) }, { zone, people, now });
		}
	}
	await tx.run('DELETE FROM live_event WHERE until < $1', [now]);
	return { moved: true, entered };
}, 'events');

interface Living {
	person: number;
	timezone: string | null;
}

interface At {
	zone: string;
	/** By the number at which they were read. */
	people: Map<number, Living>;
	now: number;
}

/** Nobody is merged or erased until the entries are made. */
async function livingPeople(tx: Tx, entering: readonly Entering[]): Promise<Map<number, Living>> {
	const numbers = new Set(entering.flatMap(({ first, second }) => [...first, ...second].map(({ person }) => person)));
	const rows = await tx.all<{ asked: number; person: number; timezone: string | null }>(
		`SELECT r.person AS asked, p.person, p.timezone
		 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r
		 JOIN person m ON m.person = r.person JOIN person p ON p.person = coalesce(m.merged_into, m.person)
		 WHERE p.erased_at IS NULL ORDER BY p.person ${tx.dialect.forShareOf('p')}`,
		[JSON.stringify([...numbers].map((person) => [person]))],
	);
	const people = new Map<number, Living>();
	for (const { asked, ...living } of rows) {
		people.set(asked, living);
		people.set(living.person, living);
	}
	return people;
}

function asTheyAre(hits: readonly Hit[], people: Map<number, Living>): Hit[] {
	return hits.flatMap((hit) => {
		const living = people.get(hit.person);
		return living ? [{ ...hit, person: living.person }] : [];
	});
}

async function enterOne(tx: Tx, campaign: LiveCampaign, hits: { first: Hit[]; second: Hit[] }, at: At): Promise<number> {
	const { live } = campaign;
	if (live.kind === 'action') return await enterAction(tx, campaign, live, hits, at.now);
	if (live.kind === 'inaction') return await enterInaction(tx, campaign, live, hits, at.now);
	const entries = hits.first.flatMap((hit) => entryOn(live, hit, at) ?? []);
	return await insertLiveEntries(tx, campaign, await thoseWhoMay(tx, campaign.run, live, entries), at.now);
}

function entryOn(live: OnDate, { person, event, ts, date }: Hit, { zone, people, now }: At): NewEntry | undefined {
	const occurrence = occurrenceOf(date, live, { person: people.get(person)?.timezone ?? null, account: zone }, live.everyYear ? now : undefined);
	const key = live.everyYear && occurrence ? keyOfYear(event, occurrence.day) : keyOfEvent(event);
	return occurrence && { person, key, event, qualifiedAt: ts, dueAt: occurrence.dueAt };
}

/** Those who may come in again, in the order of their events' commit. */
async function thoseWhoMay(tx: Tx, run: number, { reentry }: OnDate, entries: readonly NewEntry[]): Promise<NewEntry[]> {
	const cameIn = await timesCameIn(tx, run, reentry, [...new Set(entries.map(({ person }) => person))]);
	return entries.filter(({ person, qualifiedAt }) => {
		const times = cameIn.get(person) ?? [];
		if (!mayComeIn(reentry, qualifiedAt, times)) return false;
		cameIn.set(person, [...times, qualifiedAt]);
		return true;
	});
}
