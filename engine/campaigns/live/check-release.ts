import { findEventNames } from '../../people/event-names';
import type { Decision } from '../../holds/gate';
import { HoldState } from '../../holds/states';
import { operation, type Tx } from '../../store/database';
import { ZONES_APART_MS } from '../delivery-rules';
import { compileAwaited, heldValues } from './awaited';
import { liveCampaigns, type LiveCampaign } from './campaigns';
import { readPlace } from './cursor';
import { insertLiveEntries } from './entries';
import { FIRST_KEY, isKeyOfDay, isKeyOfYear, keyOfDay, keyOfYear, readWaitKey } from './keys';
import { eventsOf } from './known';
import { dateIn, occurrenceOf, type OnDate } from './on-date';
import { LIVE_RUN_KEY, type AwaitedEvent } from './trigger';
import type { Happened } from './waits';

interface Held {
	hold: number;
	run: number;
	person: number;
	key: string;
	event: number | null;
	start: number;
	due: number;
}

export interface ReleaseCheck {
	hold: number;
	/** Absent: they may go on. */
	decision?: Decision;
	/** The value that is held the same, for messages. */
	value?: string;
	/** Of somebody who came in by doing one of these for the first time, and is somebody else besides: who, and when. See check-released. */
	first?: { person: number; ts: number; events: AwaitedEvent[] };
}

/**
 * Whether those whom the trigger of a live campaign releases are still meant: the second event of an inaction may have
 * happened, and arrived, since events were read last; a date may have changed. A date that comes round every year gets its
 * next year here. Of other holds nothing is said; whoever came in while it was another kind of campaign goes on.
 * @param input.zone the account's zone
 */
export const checkLiveRelease = operation<{ node: number; token: string; zone: string }, ReleaseCheck[]>(async (tx, { node, token, zone }, { now }) => {
	const held = await tx.all<Held>(
		`SELECT h.hold, h.run, coalesce(p.merged_into, e.person) AS person, e.entry_key AS key, e.event, e.qualified_at AS start, h.due_at AS due
		 FROM hold h JOIN entry e ON e.entry = h.entry JOIN run r ON r.run = h.run JOIN person p ON p.person = e.person
		 WHERE h.token = $1 AND h.node = $2 AND h.visit = 0 AND h.state = ${HoldState.claimed} AND r.run_key = '${LIVE_RUN_KEY}'`,
		[token, node],
	);
	if (held.length === 0) return [];
	const byRun = Map.groupBy(held, ({ run }) => run);
	const checks: ReleaseCheck[] = [];
	for (const campaign of await liveCampaigns(tx, [...byRun.keys()])) {
		const own = byRun.get(campaign.run) ?? [];
		const { live } = campaign;
		if (live.kind === 'inaction') checks.push(...(await checkInaction(tx, campaign, own, { now, zone })));
		else checks.push(...own.map(({ hold, key }) => ({ hold, ...shownValue(key) })).filter(({ value }) => value !== undefined));
		if (live.kind === 'action' && live.firstTimeOnly) {
			const merged = await thoseMergedWith(tx, own.filter(({ key }) => key === FIRST_KEY));
			checks.push(...merged.map(({ hold, person, start }) => ({ hold, first: { person, ts: start, events: live.events } })));
		}
		if (live.kind === 'on_date' && live.of === 'profile') checks.push(...(await checkDates(tx, live, own.filter(({ key }) => isKeyOfDay(key)), { now, zone })));
		if (live.kind === 'on_date' && live.of !== 'profile' && live.everyYear) await holdNextYear(tx, campaign, live, own.filter(({ key }) => isKeyOfYear(key)), { now, zone });
	}
	return checks;
});

async function checkInaction(tx: Tx, campaign: LiveCampaign, held: readonly Held[], context: { now: number; zone: string }): Promise<ReleaseCheck[]> {
	const { live } = campaign;
	if (live.kind !== 'inaction') return [];
	const people = [...new Set(held.map(({ person }) => person))];
	const kept = await eventsOf(tx, campaign.run, people);
	const unread = await unreadSeconds(tx, live, people, context);
	return held.flatMap(({ hold, person, key, event, start, due }): ReleaseCheck[] => {
		const value = readWaitKey(key)?.value;
		if (value === undefined) return [];
		const happened = [...(kept.get(person)?.second ?? []), ...(unread.get(person) ?? [])].some((one) => {
			return one.value === value && one.ts >= start && one.ts <= due && one.event !== event;
		});
		return [{ hold, ...shownValue(key), ...(happened && { decision: { kind: 'drop', reason: 'event_happened' } }) }];
	});
}

function shownValue(key: string): Pick<ReleaseCheck, 'value'> {
	const value = readWaitKey(key)?.value ?? '';
	return value === '' ? {} : { value };
}

/** Second events of people that have arrived and are not read yet: there may be such while another transaction is open. */
async function unreadSeconds(
	tx: Tx,
	live: Extract<LiveCampaign['live'], { kind: 'inaction' }>,
	people: readonly number[],
	context: { now: number; zone: string },
): Promise<Map<number, Happened[]>> {
	const { key, test } = compileAwaited(live.second, context);
	const name = (await findEventNames(tx, [key])).get(key);
	const place = await readPlace(tx);
	const found = new Map<number, Happened[]>();
	if (name === undefined || !place) return found;
	const { eventStamp } = tx.dialect;
	const rows = await tx.all<{ id: number; person: number; ts: number; properties: string }>(
		`SELECT id, person, ts, properties FROM event WHERE ${eventStamp} >= $1 AND (${eventStamp} > $1 OR id > $2) AND name_id = $3
		   AND person IN (SELECT person FROM ${tx.dialect.rows('$4', { person: 'integer' })} AS asked)`,
		[place.stamp, place.id, name, JSON.stringify(people.map((person) => [person]))],
	);
	for (const { id, person, ts, properties: text } of rows) {
		const properties = JSON.parse(text) as Record<string, unknown>;
		if (!test(properties)) continue;
		const happened = heldValues(live.same?.second, properties).map((value) => ({ event: id, ts, value }));
		found.set(person, [...(found.get(person) ?? []), ...happened]);
	}
	return found;
}

/** Those of whom it has turned out that they are somebody else, too. */
async function thoseMergedWith(tx: Tx, held: readonly Held[]): Promise<Held[]> {
	if (held.length === 0) return [];
	const rows = await tx.all<{ person: number }>(
		`SELECT DISTINCT m.merged_into AS person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r JOIN person m ON m.merged_into = r.person`,
		[JSON.stringify(held.map(({ person }) => [person]))],
	);
	const merged = new Set(rows.map(({ person }) => person));
	return held.filter(({ person }) => merged.has(person));
}

/** A person's date may have changed since they came in: they come in anew for the other one. */
async function checkDates(tx: Tx, live: OnDate, held: readonly Held[], { now, zone }: { now: number; zone: string }): Promise<ReleaseCheck[]> {
	const rows = await tx.all<{ person: number; properties: string; timezone: string | null }>(
		`SELECT p.person, p.properties, p.timezone FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r JOIN person p ON p.person = r.person`,
		[JSON.stringify([...new Set(held.map(({ person }) => person))].map((person) => [person]))],
	);
	const people = new Map(rows.map((row) => [row.person, row]));
	return held.flatMap(({ hold, person, key, start }): ReleaseCheck[] => {
		const row = people.get(person);
		if (!row) return [];
		const value = dateIn(live.property, JSON.parse(row.properties) as Record<string, unknown>);
		// A move to other clocks brings a date forward by no more.
		const due = occurrenceOf(value, live, { person: row.timezone, account: zone }, live.everyYear ? start - ZONES_APART_MS : undefined);
		// The same day on other clocks: they wait for them.
		if (due && keyOfDay(due.day) === key) return due.dueAt > now ? [{ hold, decision: { kind: 'hold', until: due.dueAt } }] : [];
		const detail = due ? `The date was changed to ${due.day}` : 'The date was taken away, or is none';
		return [{ hold, decision: { kind: 'drop', reason: 'user_not_qualified', detail } }];
	});
}

async function holdNextYear(tx: Tx, campaign: LiveCampaign, live: OnDate, held: readonly Held[], { now, zone }: { now: number; zone: string }): Promise<void> {
	const rows = await tx.all<{ id: number; person: number; properties: string; timezone: string | null }>(
		`SELECT v.id, p.person, v.properties, p.timezone FROM ${tx.dialect.rows('$1', { id: 'integer' })} AS r
		 JOIN event v ON v.id = r.id JOIN person p ON p.person = v.person WHERE p.erased_at IS NULL`,
		[JSON.stringify(held.flatMap(({ event }) => (event === null ? [] : [[event]])))],
	);
	const dueOf = new Map(held.map(({ event, due }) => [event, due]));
	const entries = rows.flatMap(({ id, person, properties, timezone }) => {
		const value = dateIn(live.property, JSON.parse(properties) as Record<string, unknown>);
		const next = occurrenceOf(value, live, { person: timezone, account: zone }, Math.max(now, dueOf.get(id) ?? now) + 1);
		// Its end is the end of the years, too.
		return next && next.dueAt <= (live.to ?? Infinity) ? [{ person, key: keyOfYear(id, next.day), event: id, qualifiedAt: next.dueAt, dueAt: next.dueAt }] : [];
	});
	await insertLiveEntries(tx, campaign, entries, now);
}
