import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { isReason } from '../../engine/reasons';
import type { Request } from './provider';
import { HOUR } from './units';
import type { World } from './world';

/** States of messages that have an end. */
const STATES: Record<Request['outcome'], string[]> = {
	sent: ['sent'],
	unknown: ['unknown'],
	recipient: ['failed'],
	// Asked for again, or given up.
	refused: ['held', 'claimed', 'failed', 'not_sent'],
};

/**
 * What must hold at any moment. Each looks at the provider's own list or at the store's rows, never at what the engine says
 * of itself. Every day what is new or was open is gone through, now and then everything.
 */
export class Checks {
	/** Requests that have been gone through. */
	private seen = 0;

	/** By entry, visit and node: the one request that was not refused. */
	private readonly taken = new Map<string, Request>();

	/** What became of the last request of each message, by its number in the store. */
	private readonly outcomes = new Map<number, Request['outcome']>();

	private lastEntry = 0;

	/** Entries with something still to come. */
	private open: number[] = [];

	private readonly stateOf: StatementSync;

	constructor(private readonly world: World) {
		this.stateOf = world.rows.prepare('SELECT state FROM message WHERE message = ?');
	}

	daily(): void {
		const { rows, now, provider } = this.world;
		const requests = provider.requests.slice(this.seen);
		this.seen = provider.requests.length;
		this.nobodyTwice(requests);
		this.recordedAsTaken(new Set(requests.map(({ messageId }) => numberOf(messageId))));
		heldPeopleComeOut(rows, now);
		this.newAndOpenAreAccountedFor();
		nobodyIsLeftBehind(rows);
	}

	whole(): void {
		const { rows } = this.world;
		this.daily();
		everybodyDroppedHasAReason(rows);
		everybodyIsAccountedFor(rows);
		this.recordedAsTaken(this.outcomes.keys());
		this.messagesHaveTheirEnd(rows.prepare('SELECT message, state, reason FROM message').all());
	}

	/** One message per entry, sender and visit: only what was definitely refused is asked for again. */
	private nobodyTwice(requests: readonly Request[]): void {
		for (const request of requests) {
			const key = `${request.entry}/${request.visit}/${request.node}`;
			const before = this.taken.get(key);
			if (before) throw new Error(`Sent twice: ${JSON.stringify([before, request])}`);
			if (request.outcome !== 'refused') this.taken.set(key, request);
			this.outcomes.set(numberOf(request.messageId), request.outcome);
		}
	}

	/** The ledger says of every message what the provider says of it. */
	private recordedAsTaken(messages: Iterable<number>): void {
		for (const message of messages) {
			const outcome = this.outcomes.get(message) as Request['outcome'];
			const row = this.stateOf.get(message) as { state: string } | undefined;
			if (!row || !STATES[outcome].includes(row.state)) throw new Error(`The provider says ${outcome} of message ${message}, the store ${row?.state}`);
		}
	}

	/** No message is recorded as sent, or as perhaps sent, that the provider has not seen; every other has a reason. */
	private messagesHaveTheirEnd(rows: readonly unknown[]): void {
		for (const { message, state, reason } of rows as Array<{ message: number; state: string; reason: string | null }>) {
			if ((state === 'sent' || state === 'unknown') && !this.outcomes.has(message)) throw new Error(`The provider never saw message ${message}, which is recorded as ${state}`);
			const isWithout = state === 'failed' || state === 'not_sent' || state === 'unknown';
			if (isWithout && (reason === null || !isReason(reason))) throw new Error(`Message ${message} is ${state} for no known reason: ${reason}`);
		}
	}

	private newAndOpenAreAccountedFor(): void {
		const { rows } = this.world;
		const those = [this.lastEntry, JSON.stringify(this.open)] as const;
		this.messagesHaveTheirEnd(rows.prepare('SELECT message, state, reason FROM message WHERE entry > ? OR entry IN (SELECT value FROM json_each(?))').all(...those));
		const entries = rows
			.prepare(
				`SELECT e.entry, ${STILL_TO_COME} AS is_open, ${HAS_AN_END} AS has_end,
					(SELECT min(d.reason) FROM dropped d WHERE d.entry = e.entry) AS reason
				 FROM entry e WHERE e.entry > ? OR e.entry IN (SELECT value FROM json_each(?))`,
			)
			.all(...those) as unknown as Array<{ entry: number; is_open: number; has_end: number; reason: string | null }>;
		for (const { entry, is_open: isOpen, has_end: hasEnd, reason } of entries) {
			if (!isOpen && !hasEnd) throw new Error(`Nobody knows what became of entry ${entry}`);
			if (reason !== null && !isReason(reason)) throw new Error(`Entry ${entry} ended for no known reason: ${reason}`);
			if (entry > this.lastEntry) this.lastEntry = entry;
		}
		this.open = entries.filter(({ is_open: isOpen }) => isOpen).map(({ entry }) => entry);
	}
}

const STILL_TO_COME = `(EXISTS (SELECT 1 FROM hold h WHERE h.entry = e.entry AND h.state < 2)
	OR EXISTS (SELECT 1 FROM message m WHERE m.entry = e.entry AND m.state IN ('claimed', 'sending', 'held')))`;

const HAS_AN_END = `(EXISTS (SELECT 1 FROM message m WHERE m.entry = e.entry AND m.state IN ('sent', 'failed', 'not_sent', 'unknown'))
	OR EXISTS (SELECT 1 FROM dropped d WHERE d.entry = e.entry))`;

/** The number of a message in the store, from the id that the provider was given. */
function numberOf(messageId: string): number {
	return Number(messageId.slice(messageId.lastIndexOf('-') + 1));
}

function everybodyDroppedHasAReason(database: DatabaseSync): void {
	const rows = database.prepare('SELECT DISTINCT reason FROM dropped').all() as Array<{ reason: string }>;
	for (const { reason } of rows) if (!isReason(reason)) throw new Error(`Somebody ended for no known reason: ${reason}`);
}

/** Nothing lies about claimed or due for long: the longest back-off here is that of an execution that failed four times. */
function heldPeopleComeOut(database: DatabaseSync, now: number): void {
	const late = database.prepare('SELECT count(*) AS holds, min(due_at) AS since FROM hold WHERE state < 2 AND due_at < ?').get(now - HOUR) as { holds: number; since: number };
	if (late.holds > 0) throw new Error(`${late.holds} people are on hold since ${new Date(late.since).toISOString()} though they were due`);
	const open = database
		.prepare("SELECT count(*) AS messages FROM message WHERE settled_at IS NULL AND state IN ('claimed', 'sending') AND claimed_at < ?")
		.get(now - HOUR) as { messages: number };
	if (open.messages > 0) throw new Error(`${open.messages} messages are neither sent nor not sent for an hour`);
	// What waits at its sender waits in a hold, or nobody would ever come for it.
	const forgotten = database
		.prepare(
			`SELECT message FROM message m WHERE settled_at IS NULL AND state = 'held'
			   AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.entry = m.entry AND h.node = m.node AND h.visit = m.visit AND h.state < 2) LIMIT 5`,
		)
		.all();
	if (forgotten.length > 0) throw new Error(`Messages wait in no hold: ${JSON.stringify(forgotten)}`);
}

/** Of every entry there is a message, a hold or a reason. */
function everybodyIsAccountedFor(database: DatabaseSync): void {
	const lost = database.prepare(`SELECT e.entry, e.run FROM entry e WHERE NOT ${STILL_TO_COME} AND NOT ${HAS_AN_END} LIMIT 5`).all();
	if (lost.length > 0) throw new Error(`Nobody knows what became of ${JSON.stringify(lost)}`);
}

/** A run that is over has nobody left. */
function nobodyIsLeftBehind(database: DatabaseSync): void {
	const left = database
		.prepare(
			`SELECT r.run FROM run r WHERE r.state = 'finished' AND (EXISTS (SELECT 1 FROM block b WHERE b.run = r.run)
			   OR EXISTS (SELECT 1 FROM hold h WHERE h.run = r.run AND h.state < 2)) LIMIT 5`,
		)
		.all();
	if (left.length > 0) throw new Error(`Runs are over while people wait in them: ${JSON.stringify(left)}`);
}
