import type { AwaitedEvent } from '../campaigns/live/trigger';
import { CampaignError } from '../errors';
import { HoldState } from '../holds/states';
import type { QuestionContext } from '../questions';
import { errorText, parseRule } from '../segments/validate';
import { operation, type Tx } from '../store/database';
import { firstEvents } from './event-waits';

/** What a gate waits for: an event of the person after they came to it, or the end of a time. */
export interface AwaitedAt {
	awaited: AwaitedEvent;
	/** Milliseconds after they came. */
	timeoutMs: number;
}

/** Throws `invalid_awaited`, naming everything that is wrong. */
export function checkAwaited({ event, where }: AwaitedEvent): void {
	const parsed = parseRule({ event, did: true, where });
	if (!('errors' in parsed)) return;
	throw new CampaignError('invalid_awaited', `The event that is waited for cannot be used: ${parsed.errors.map(errorText).join('; ')}.`, 'Correct these places.');
}

/** When the event happened, per hold and in their order; null: not in time, or not yet. */
export async function awaitedEvents(
	tx: Tx,
	{ waits, awaited, timeoutMs }: AwaitedAt & { waits: Array<{ person: number; heldAt: number }> },
	context: QuestionContext,
): Promise<Array<number | null>> {
	return await firstEvents(tx, waits.map(({ person, heldAt }) => ({ person, after: heldAt, to: heldAt + timeoutMs })), [awaited], context);
}

/** Where the next page begins; made by awaitedHolds, not by its callers. */
export interface HoldCursor {
	dueAt: number;
	hold: number;
}

/** Holds looked at in one question. */
const PAGE = 50_000;

interface WaitingRow {
	hold: number;
	due_at: number;
	held_at: number;
	person: number;
}

/**
 * Of the people who wait at a node and are not due yet, those whose event has happened: numbers of their holds. Not those
 * who have come out and are kept back until another time: for their cut-off, or because their execution failed. Page by
 * page, each in one pass over the event's columns.
 * @param input.after `next` of the page before
 */
export async function awaitedHolds(
	tx: Tx,
	{ node, awaited, timeoutMs, after, limit = PAGE }: AwaitedAt & { node: number; after?: HoldCursor; limit?: number },
	context: QuestionContext,
): Promise<{ holds: number[]; next?: HoldCursor }> {
	const start = after ?? { dueAt: context.now, hold: Number.MAX_SAFE_INTEGER };
	const rows = await tx.all<WaitingRow>(
		`SELECT h.hold, h.due_at, h.held_at, coalesce(p.merged_into, p.person) AS person
		 FROM hold h JOIN entry e ON e.entry = h.entry JOIN person p ON p.person = e.person
		 WHERE h.node = $1 AND h.state = ${HoldState.waiting} AND (h.due_at, h.hold) > ($2, $3)
		   AND h.attempts = 0 AND (h.opened_by IS NULL OR h.due_at = h.held_at + $5)
		 ORDER BY h.due_at, h.hold LIMIT $4`,
		[node, start.dueAt, start.hold, limit, timeoutMs],
	);
	const happened = await awaitedEvents(tx, { awaited, timeoutMs, waits: rows.map((row) => ({ person: row.person, heldAt: row.held_at })) }, context);
	const last = rows[rows.length - 1];
	return {
		holds: rows.filter((_row, index) => happened[index] !== null).map(({ hold }) => hold),
		...(last && rows.length === limit && { next: { dueAt: last.due_at, hold: last.hold } }),
	};
}

/** Makes holds of a node due now: what they wait for has happened. Those that are out in an execution are left alone. */
export const bringForward = operation<{ node: number; holds: number[] }, { brought: number }>(async (tx, { node, holds }, { now }) => {
	const brought = await tx.run(
		`UPDATE hold SET due_at = $3 WHERE node = $2 AND state = ${HoldState.waiting} AND due_at > $3
		   AND hold IN (SELECT hold FROM ${tx.dialect.rows('$1', { hold: 'integer' })} AS named)`,
		[JSON.stringify(holds.map((hold) => [hold])), node, now],
	);
	return { brought };
});
