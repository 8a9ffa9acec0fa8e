import { DatabaseSync } from 'node:sqlite';

import { isReason } from '../../engine/reasons';
import type { Request } from './provider';
import { DAY, HOUR, type World } from './world';

/** What must hold at any moment. Each looks at the provider's own list or at the store's rows, never at what the engine says of itself. */
export async function checkEverything(world: World): Promise<void> {
	nobodyTwice(world.provider.requests);
	const database = new DatabaseSync(world.file, { readOnly: true });
	try {
		everyNonSendHasAReason(database);
		heldPeopleComeOut(database, world.now);
		everybodyIsAccountedFor(database);
		ledgerIsWhatTheProviderSaw(database, world.provider.requests);
	} finally {
		database.close();
	}
}

/** One message per entry, sender and visit: only what was definitely refused is asked for again. */
function nobodyTwice(requests: readonly Request[]): void {
	const taken = new Map<string, Request>();
	for (const request of requests) {
		const key = `${request.entry}/${request.visit}/${request.node}`;
		const before = taken.get(key);
		if (before) throw new Error(`Sent twice: ${JSON.stringify([before, request])}`);
		if (request.outcome !== 'refused') taken.set(key, request);
	}
}

function everyNonSendHasAReason(database: DatabaseSync): void {
	const rows = database.prepare("SELECT DISTINCT reason FROM dropped UNION SELECT DISTINCT reason FROM message WHERE state IN ('failed', 'not_sent', 'unknown')").all();
	for (const { reason } of rows as Array<{ reason: string | null }>) {
		if (reason === null || !isReason(reason)) throw new Error(`Somebody was not sent to for no known reason: ${reason}`);
	}
}

/** Nothing lies about claimed or due for long: the longest back-off here is that of an execution that failed four times. */
function heldPeopleComeOut(database: DatabaseSync, now: number): void {
	const late = database.prepare('SELECT count(*) AS holds, min(due_at) AS since FROM hold WHERE state < 2 AND due_at < ?').get(now - HOUR) as { holds: number; since: number };
	if (late.holds > 0) throw new Error(`${late.holds} people are on hold since ${new Date(late.since).toISOString()} though they were due`);
	const open = database.prepare("SELECT count(*) AS messages FROM message WHERE state IN ('claimed', 'sending') AND claimed_at < ?").get(now - HOUR) as { messages: number };
	if (open.messages > 0) throw new Error(`${open.messages} messages are neither sent nor not sent for an hour`);
}

/** Of every entry there is a message, a hold or a reason; a run that is over has nobody left. */
function everybodyIsAccountedFor(database: DatabaseSync): void {
	const lost = database
		.prepare(
			`SELECT e.entry, e.run FROM entry e
			 WHERE NOT EXISTS (SELECT 1 FROM hold h WHERE h.entry = e.entry AND h.state < 2)
			   AND NOT EXISTS (SELECT 1 FROM message m WHERE m.entry = e.entry)
			   AND NOT EXISTS (SELECT 1 FROM dropped d WHERE d.entry = e.entry) LIMIT 5`,
		)
		.all();
	if (lost.length > 0) throw new Error(`Nobody knows what became of ${JSON.stringify(lost)}`);
	const left = database
		.prepare(
			`SELECT r.run FROM run r WHERE r.state = 'finished' AND (EXISTS (SELECT 1 FROM block b WHERE b.run = r.run)
			   OR EXISTS (SELECT 1 FROM hold h WHERE h.run = r.run AND h.state < 2)) LIMIT 5`,
		)
		.all();
	if (left.length > 0) throw new Error(`Runs are over while people wait in them: ${JSON.stringify(left)}`);
}

/** As many messages are recorded as sent as the provider took, neither more nor fewer. */
function ledgerIsWhatTheProviderSaw(database: DatabaseSync, requests: readonly Request[]): void {
	const rows = database.prepare("SELECT state, count(*) AS messages FROM message WHERE state IN ('sent', 'unknown') GROUP BY state").all() as Array<{ state: string; messages: number }>;
	const recorded = new Map(rows.map(({ state, messages }) => [state, messages]));
	for (const outcome of ['sent', 'unknown'] as const) {
		const seen = requests.filter((request) => request.outcome === outcome).length;
		if ((recorded.get(outcome) ?? 0) !== seen) throw new Error(`The provider saw ${seen} messages ${outcome}, the store recorded ${recorded.get(outcome) ?? 0}`);
	}
}

/** Sends to one person on one channel within any `days` days: the most that there were. */
export function mostWithin(requests: readonly Request[], days: number): number {
	const byPerson = Map.groupBy(requests.filter(({ outcome }) => outcome === 'sent' || outcome === 'unknown'), ({ person, channel }) => `${person}/${channel}`);
	let most = 0;
	for (const sends of byPerson.values()) {
		const times = sends.map(({ at }) => at).sort((a, b) => a - b);
		for (let first = 0, last = 0; last < times.length; last++) {
			while ((times[last] as number) - (times[first] as number) >= days * DAY) first++;
			most = Math.max(most, last - first + 1);
		}
	}
	return most;
}

/** What clocks of a zone show, by the platform's own calendar: "2026-03-29 14:05". */
export function clockIn(zone: string, at: number): string {
	const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
	return parts.format(at);
}
