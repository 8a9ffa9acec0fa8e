import { HoldState } from '../../holds/states';
import type { Tx } from '../../store/database';
import type { LiveCampaign } from './campaigns';
import { deleteEntries, dropEnded, insertLiveEntries, type NewEntry } from './entries';
import type { Hit } from './read';
import { mayComeIn } from './reentry';
import type { LiveTrigger } from './trigger';
import { waitsOf, type Happened, type Wait } from './waits';

type Inaction = Extract<LiveTrigger, { kind: 'inaction' }>;

export const ROLE = { first: 1, second: 2 } as const;

const HOUR_MS = 3_600_000;

interface KnownEntry {
	entry: number;
	person: number;
	key: string;
	event: number | null;
	start: number;
	due: number | null;
	state: number | null;
	attempts: number | null;
	reason: string | null;
	went: number;
}

/**
 * Takes events of an inaction campaign in. What they amount to is made out anew from all events of a person that may
 * matter, and the entries that have not set out are made to agree with it, so that the order of arrival does not matter.
 * @returns how many entries are new
 */
export async function enterInaction(tx: Tx, campaign: LiveCampaign, live: Inaction, hits: { first: Hit[]; second: Hit[] }, now: number): Promise<number> {
	await keepEvents(tx, campaign.run, live, hits);
	const people = [...new Set([...hits.first, ...hits.second].map(({ person }) => person))];
	const events = await eventsOf(tx, campaign.run, people);
	const known = Map.groupBy(await entriesOf(tx, campaign, people), ({ person }) => person);
	const changes: Changes = { added: [], removed: [], changed: [] };
	for (const person of people) agree(person, live, events.get(person) ?? { first: [], second: [] }, known.get(person) ?? [], changes);
	await deleteEntries(tx, changes.removed);
	await applyChanged(tx, campaign, changes.changed, now);
	return await insertLiveEntries(tx, campaign, changes.added, now);
}

async function keepEvents(tx: Tx, run: number, live: Inaction, hits: { first: Hit[]; second: Hit[] }): Promise<void> {
	const until = live.withinMs + live.maxEventAgeMs + HOUR_MS;
	const rows = (['first', 'second'] as const).flatMap((role) =>
		hits[role].flatMap(({ person, values, event, ts }) => values.map((value) => [person, ROLE[role], value, event, ts, ts + until])),
	);
	await tx.run(
		`INSERT INTO live_event (person, run, role, value, event, ts, until)
		 SELECT r.person, $2, r.role, r.value, r.event, r.ts, r.until
		 FROM ${tx.dialect.rows('$1', { person: 'integer', role: 'integer', value: 'text', event: 'integer', ts: 'integer', until: 'integer' })} AS r WHERE true
		 ON CONFLICT (person, run, role, value, event) DO NOTHING`,
		[JSON.stringify(rows), run],
	);
}

export interface PersonEvents {
	first: Happened[];
	second: Happened[];
}

/** What is kept of people's events, of those among them who were merged into them as well. */
export async function eventsOf(tx: Tx, run: number, people: readonly number[]): Promise<Map<number, PersonEvents>> {
	const rows = await tx.all<Happened & { person: number; role: number }>(
		`WITH asked AS (SELECT person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS asked),
		 everybody AS (SELECT person, person AS into_person FROM asked
			UNION ALL SELECT p.person, p.merged_into FROM asked JOIN person p ON p.merged_into = asked.person)
		 SELECT everybody.into_person AS person, l.role, l.value, l.event, l.ts
		 FROM everybody JOIN live_event l ON l.person = everybody.person AND l.run = $2`,
		[JSON.stringify(people.map((person) => [person])), run],
	);
	const events = new Map<number, PersonEvents>();
	for (const { person, role, ...happened } of rows) {
		const own = events.get(person) ?? { first: [], second: [] };
		events.set(person, own);
		own[role === ROLE.first ? 'first' : 'second'].push(happened);
	}
	return events;
}

/** Entries of people, where those that wait stay as they are until the transaction ends. */
async function entriesOf(tx: Tx, { run, node }: LiveCampaign, people: readonly number[]): Promise<KnownEntry[]> {
	const params = [JSON.stringify(people.map((person) => [person])), run, node];
	const asked = tx.dialect.rows('$1', { person: 'integer' });
	if (tx.dialect.forUpdate) {
		await tx.all(
			`SELECT hold FROM hold WHERE node = $3 AND visit = 0 AND state = ${HoldState.waiting}
			   AND entry IN (SELECT e.entry FROM ${asked} AS a JOIN entry e ON e.person = a.person AND e.run = $2) ORDER BY hold ${tx.dialect.forUpdate}`,
			params,
		);
	}
	return await tx.all<KnownEntry>(
		`SELECT e.entry, e.person, e.entry_key AS key, e.event, e.qualified_at AS start, h.due_at AS due, h.state, h.attempts, d.reason,
			CASE WHEN EXISTS (SELECT 1 FROM message m WHERE m.entry = e.entry) OR EXISTS (SELECT 1 FROM hold x WHERE x.entry = e.entry AND x.visit > 0)
				THEN 1 ELSE 0 END AS went
		 FROM ${asked} AS a JOIN entry e ON e.person = a.person AND e.run = $2
		 LEFT JOIN hold h ON h.entry = e.entry AND h.node = $3 AND h.visit = 0
		 LEFT JOIN dropped d ON d.entry = e.entry AND d.node = $3 AND d.visit = 0`,
		params,
	);
}

/** Key of the entry of a wait: the first event, and the value that is held the same. */
function keyOf({ first, value }: Pick<Wait, 'first' | 'value'>): string {
	return value === '' ? `e${first}` : `e${first} ${value}`;
}

/** What `keyOf` made: the first event and the value. */
export function readKey(key: string): { first: number; value: string } {
	const space = key.indexOf(' ');
	return { first: Number(key.slice(1, space < 0 ? undefined : space)), value: space < 0 ? '' : key.slice(space + 1) };
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
	const isEnded = ({ state, reason }: KnownEntry) => state === HoldState.dropped && reason === 'event_happened';
	const maySetOut = (one: KnownEntry) => one.went === 0 && ((one.state === HoldState.waiting && one.attempts === 0) || isEnded(one));
	const remembered = new Set(first.map(({ event, value }) => keyOf({ first: event, value })));
	const open = new Map(known.filter((one) => maySetOut(one) && (remembered.has(one.key) || !isEnded(one))).map((one) => [one.key, one]));
	// What ended long ago is neither changed nor counted.
	const over = known.filter((one) => !open.has(one.key) && !isEnded(one)).map((one) => {
		return { value: readKey(one.key).value, start: one.start, due: one.due ?? one.start + live.withinMs };
	});
	const waiting = [...open.values()].filter((one) => !remembered.has(one.key)).map((one): Wait => {
		return { ...readKey(one.key), start: one.start, event: one.event ?? 0, due: one.due ?? one.start };
	});
	const waits = waitsOf(first, second, over, waiting, {
		withinMs: live.withinMs,
		restart: live.restart,
		mayComeIn: (ts, cameIn) => mayComeIn(live.reentry, ts, cameIn),
	});
	for (const wait of waits) {
		const key = keyOf(wait);
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
