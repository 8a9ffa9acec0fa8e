import { HoldState } from '../../holds/states';
import type { Tx } from '../../store/database';
import type { LiveCampaign } from './campaigns';
import { deleteEntries, dropEnded, insertLiveEntries, type NewEntry } from './entries';
import { keyOfWait, readWaitKey } from './keys';
import { entriesOf, eventsOf, isEnded, keepEvents, maySetOut, type KnownEntry, type PersonEvents } from './known';
import type { Hit } from './read';
import { mayComeIn } from './reentry';
import type { LiveTrigger } from './trigger';
import { waitsOf, type Wait } from './waits';

type Inaction = Extract<LiveTrigger, { kind: 'inaction' }>;

/**
 * Takes events of an inaction campaign in. What they amount to is made out anew from all events of a person that may
 * matter, and the entries that have not set out are made to agree with it, so that the order of arrival does not matter.
 * @returns how many entries are new
 */
export async function enterInaction(tx: Tx, campaign: LiveCampaign, live: Inaction, hits: { first: Hit[]; second: Hit[] }, now: number): Promise<number> {
	await keepEvents(tx, campaign, hits, live.withinMs);
	const people = [...new Set([...hits.first, ...hits.second].map(({ person }) => person))];
	const events = await eventsOf(tx, campaign.run, people);
	const known = await entriesOf(tx, campaign, people);
	const changes: Changes = { added: [], removed: [], changed: [] };
	for (const person of people) agree(person, live, events.get(person) ?? { first: [], second: [] }, known.get(person) ?? [], changes);
	await deleteEntries(tx, changes.removed);
	await applyChanged(tx, campaign, changes.changed, now);
	return await insertLiveEntries(tx, campaign, changes.added, now);
}

interface Changed {
	entry: number;
	event: number;
	due: number;
	ended: boolean;
}

interface Changes {
	added: NewEntry[];
	removed: number[];
	changed: Changed[];
}

function agree(person: number, live: Inaction, { first, second }: PersonEvents, known: readonly KnownEntry[], changes: Changes): void {
	const remembered = new Set(first.map(({ event, value }) => keyOfWait({ first: event, value })));
	const isOpen = (one: KnownEntry) => readWaitKey(one.key) !== undefined && maySetOut(one) && (remembered.has(one.key) || !isEnded(one));
	const open = new Map(known.filter(isOpen).map((one) => [one.key, one]));
	// What ended long ago is neither changed nor counted.
	const over = known.filter((one) => !open.has(one.key) && !isEnded(one)).map((one) => {
		return { value: readWaitKey(one.key)?.value, start: one.start, due: one.due ?? one.start + live.withinMs };
	});
	const waiting = [...open.values()].flatMap((one): Wait[] => {
		const begun = remembered.has(one.key) ? undefined : readWaitKey(one.key);
		return begun ? [{ ...begun, start: one.start, event: one.event ?? 0, due: one.due ?? one.start }] : [];
	});
	const waits = waitsOf(first, second, over, waiting, {
		withinMs: live.withinMs,
		restart: live.restart,
		mayComeIn: (ts, cameIn) => mayComeIn(live.reentry, ts, cameIn),
	});
	for (const wait of waits) {
		const key = keyOfWait(wait);
		const ended = wait.endedAt !== undefined;
		const entry = open.get(key);
		open.delete(key);
		if (!entry) changes.added.push({ person, key, event: wait.event, qualifiedAt: wait.start, dueAt: wait.due, ended });
		else if (entry.event !== wait.event || entry.due !== wait.due || isEnded(entry) !== ended) {
			changes.changed.push({ entry: entry.entry, event: wait.event, due: wait.due, ended });
		}
	}
	changes.removed.push(...[...open.values()].map(({ entry }) => entry));
}

async function applyChanged(tx: Tx, campaign: LiveCampaign, changed: readonly Changed[], now: number): Promise<void> {
	if (changed.length === 0) return;
	const source = tx.dialect.rows('$1', { entry: 'integer', event: 'integer', due_at: 'integer', state: 'integer' });
	const params = [JSON.stringify(changed.map(({ entry, event, due, ended }) => [entry, event, due, ended ? HoldState.dropped : HoldState.waiting]))];
	await tx.run(`UPDATE entry SET event = c.event FROM ${source} AS c WHERE entry.entry = c.entry`, params);
	await tx.run(`UPDATE hold SET due_at = c.due_at, state = c.state FROM ${source} AS c WHERE hold.entry = c.entry AND hold.visit = 0`, params);
	await tx.run(`DELETE FROM dropped WHERE visit = 0 AND entry IN (SELECT c.entry FROM ${source} AS c WHERE c.state = ${HoldState.waiting})`, params);
	await dropEnded(tx, campaign, changed.filter(({ ended }) => ended).map(({ entry }) => entry), now);
}
