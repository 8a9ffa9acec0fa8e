import { decodePeople } from '../holds/enter-block';
import type { QuestionContext } from '../questions';
import { REASONS, type Reason } from '../reasons';
import type { Tx } from '../store/database';
import { PLACE, Rank, traces } from './outcomes';
import { requireRun } from './runs';
import { timeWords } from './words';

export type Outcome = 'sent' | 'not_sent' | 'unknown' | 'held';

/** One entry of a run and what became of it. */
export interface PersonOfRun {
	/** User id; null for an item that is of no person the store knows, and for people who were erased. */
	id: string | null;
	outcome: Outcome;
	/** Why nothing was sent, or why nobody can tell. */
	reason: Reason | null;
	/** For the operator. */
	detail: string | null;
	/** Label of the provider. */
	provider: string | null;
	/** As in the items of the sender's outputs; null when there was no message. */
	messageId: string | null;
	/** Epoch milliseconds. */
	sentAt: number | null;
}

/** Where the next page begins; made by peopleOfRun, not by its callers. */
export type PeopleCursor = { block: number } | { person: number; key: string };

export interface PeoplePage {
	people: PersonOfRun[];
	/** Absent after the last page. */
	next?: PeopleCursor;
}

interface EntryRow extends Pick<PersonOfRun, 'reason' | 'detail' | 'provider'> {
	person: number;
	key: string;
	id: string | null;
	rank: number | null;
	message: number | null;
	at: number | null;
	node: string | null;
	dueAt: number | null;
}

const NOTHING = { message: 'NULL', hold: 'NULL', drop: 'NULL' };

/**
 * Everybody a run touched, page by page: first who still waits to enter, a block at a time, then all entries. Nobody is
 * left out; somebody who enters between two pages of a running run appears in both. Rejects with `run_unknown`.
 * @param input.after `next` of the page before
 * @param input.limit entries per page, default 1000
 */
export async function peopleOfRun(
	tx: Tx,
	{ run, after: given, limit = 1000 }: { run: number; after?: PeopleCursor; limit?: number },
	context: QuestionContext,
): Promise<PeoplePage> {
	if (!given) await requireRun(tx, run);
	const after = given ?? { block: -1 };
	if ('block' in after) {
		const page = await nextBlock(tx, run, after.block, context);
		if (page) return page;
	}
	const start = 'person' in after ? after : { person: -1, key: '' };
	const rows = await entriesAfter(tx, run, start, limit);
	const fingerprint = await tx.get<{ value: string }>("SELECT value FROM meta WHERE key = 'fingerprint'");
	const people = rows.map((row) => toPerson(row, fingerprint?.value ?? '', context.zone));
	const last = rows[rows.length - 1];
	return last && rows.length === limit ? { people, next: { person: last.person, key: last.key } } : { people };
}

async function nextBlock(tx: Tx, run: number, after: number, { zone }: QuestionContext): Promise<PeoplePage | undefined> {
	const block = await tx.get<{ seq: number; due_at: number; people: Uint8Array; node: string }>(
		`SELECT b.seq, b.due_at, b.people, n.name AS node FROM block b JOIN node n ON n.node = b.node
		 WHERE b.run = $1 AND b.seq > $2 ORDER BY b.seq LIMIT 1`,
		[run, after],
	);
	if (!block) return undefined;
	const rows = await tx.all<{ id: string }>(
		`SELECT p.external_id AS id FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS selected
		 JOIN person p ON p.person = selected.person ORDER BY p.person`,
		[JSON.stringify(decodePeople(block.people).map((person) => [person]))],
	);
	const detail = waits(block.node, block.due_at, zone);
	const nothing = { reason: null, provider: null, messageId: null, sentAt: null };
	return { people: rows.map(({ id }) => ({ id: id || null, outcome: 'held', detail, ...nothing })), next: { block: block.seq } };
}

async function entriesAfter(tx: Tx, run: number, after: { person: number; key: string }, limit: number): Promise<EntryRow[]> {
	const inPage = 'entry IN (SELECT entry FROM page)';
	const columns = {
		detail: { message: 'detail', hold: 'NULL', drop: 'detail' },
		provider: { ...NOTHING, message: 'provider' },
		message: { ...NOTHING, message: 'message' },
		node: { message: 'node', hold: 'node', drop: 'node' },
		due_at: { ...NOTHING, hold: 'due_at' },
	};
	return await tx.all<EntryRow>(
		`WITH page AS (
			SELECT entry, person, entry_key FROM entry WHERE run = $1 AND (person, entry_key) > ($2, $3)
			ORDER BY person, entry_key LIMIT $4),
		 last AS (
			SELECT * FROM (SELECT traces.*, ${PLACE} AS place FROM (${traces(inPage, columns)}) AS traces) AS placed WHERE place = 1)
		 SELECT page.person, page.entry_key AS key, p.external_id AS id, last.rank, last.reason, last.detail, last.provider,
			last.message, last.at, n.name AS node, last.due_at AS "dueAt"
		 FROM page LEFT JOIN person p ON p.person = page.person
		 LEFT JOIN last ON last.entry = page.entry LEFT JOIN node n ON n.node = last.node
		 ORDER BY page.person, page.entry_key`,
		[run, after.person, after.key, limit],
	);
}

function toPerson(row: EntryRow, fingerprint: string, zone: string): PersonOfRun {
	const outcome = outcomeOf(row.rank);
	return {
		id: row.id || null,
		outcome,
		reason: row.reason ?? (outcome === 'not_sent' ? 'left_workflow' : null),
		detail: row.detail ?? (outcome === 'held' && row.node !== null ? waits(row.node, row.dueAt, zone) : null),
		provider: row.provider,
		messageId: row.message === null ? null : `${fingerprint}-${row.message}`,
		sentAt: outcome === 'sent' ? row.at : null,
	};
}

function waits(node: string, dueAt: number | null, zone: string): string {
	return dueAt === null ? `On its way at "${node}"` : `Waits at "${node}" until ${timeWords(dueAt, zone)}`;
}

/** An entry without any trace was made by an execution that died at once: nothing was sent. */
export function outcomeOf(rank: number | null): Outcome {
	if (rank === Rank.sent) return 'sent';
	if (rank === Rank.unknown) return 'unknown';
	return rank === Rank.waiting ? 'held' : 'not_sent';
}

/** "Not sent: Do-not-disturb hours". */
export function outcomeWords(outcome: Outcome, reason: Reason | null): string {
	if (outcome === 'sent') return 'Sent';
	if (outcome === 'held') return 'Waiting';
	if (outcome === 'unknown') return REASONS.unknown_outcome;
	return `Not sent: ${REASONS[reason ?? 'left_workflow']}`;
}
