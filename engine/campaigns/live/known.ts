import { HoldState } from '../../holds/states';
import type { Tx } from '../../store/database';
import type { LiveCampaign } from './campaigns';
import type { Hit } from './read';
import type { Happened } from './waits';

export const ROLE = { first: 1, second: 2 } as const;

const HOUR_MS = 3_600_000;

/**
 * Keeps events until nobody who waits can depend on them: whoever came in by one is due `dueMs` after it, and events from
 * before it arrive up to the oldest age late.
 */
export async function keepEvents(tx: Tx, { run, live }: LiveCampaign, hits: { first: Hit[]; second: Hit[] }, dueMs: number): Promise<void> {
	const until = dueMs + live.maxEventAgeMs + HOUR_MS;
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

export interface KnownEntry {
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

/** Entries of people, where those that wait stay as they are until the transaction ends. */
export async function entriesOf(tx: Tx, { run, node }: LiveCampaign, people: readonly number[]): Promise<Map<number, KnownEntry[]>> {
	const params = [JSON.stringify(people.map((person) => [person])), run, node];
	const asked = tx.dialect.rows('$1', { person: 'integer' });
	if (tx.dialect.forUpdate) {
		await tx.all(
			`SELECT hold FROM hold WHERE node = $3 AND visit = 0 AND state = ${HoldState.waiting}
			   AND entry IN (SELECT e.entry FROM ${asked} AS a JOIN entry e ON e.person = a.person AND e.run = $2) ORDER BY hold ${tx.dialect.forUpdate}`,
			params,
		);
	}
	const rows = await tx.all<KnownEntry>(
		`SELECT e.entry, e.person, e.entry_key AS key, e.event, e.qualified_at AS start, h.due_at AS due, h.state, h.attempts, d.reason,
			CASE WHEN EXISTS (SELECT 1 FROM message m WHERE m.entry = e.entry) OR EXISTS (SELECT 1 FROM hold x WHERE x.entry = e.entry AND x.visit > 0)
				THEN 1 ELSE 0 END AS went
		 FROM ${asked} AS a JOIN entry e ON e.person = a.person AND e.run = $2
		 LEFT JOIN hold h ON h.entry = e.entry AND h.node = $3 AND h.visit = 0
		 LEFT JOIN dropped d ON d.entry = e.entry AND d.node = $3 AND d.visit = 0`,
		params,
	);
	return Map.groupBy(rows, ({ person }) => person);
}

/** The awaited event has ended it. */
export function isEnded({ state, reason }: KnownEntry): boolean {
	return state === HoldState.dropped && reason === 'event_happened';
}

/** It has not set out, so that it may be changed as if it had been so from the first. */
export function maySetOut(one: KnownEntry): boolean {
	return one.went === 0 && ((one.state === HoldState.waiting && one.attempts === 0) || isEnded(one));
}
