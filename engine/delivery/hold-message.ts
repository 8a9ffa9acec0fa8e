import { HoldState } from '../holds/states';
import { operation, type Tx } from '../store/database';
import { isErased } from './erased';
import { reopenRuns } from './reopen-runs';
import { isOpenTo } from './states';

/** A message that no provider would take for the moment, or that may not leave yet. */
export interface MessageHold {
	message: number;
	token: string;
	entry: number;
	visit: number;
	run: number;
	until: number;
	/** JSON of what other nodes had put on the item. */
	payload: string | null;
	/** For the operator: why it waits. */
	detail: string;
	/** Since when no provider takes it, epoch ms; absent: it waits for something else. */
	refusedSince?: number;
}

/**
 * Puts messages back: nothing has left, and their entries wait at the sender until a due time. An entry with several
 * messages here waits once, for all of them.
 */
export const holdMessages = operation<{ node: number; holds: MessageHold[] }, void>(async (tx, { node, holds }, { now }) => {
	await tx.lock('people', 'beside others');
	await putBack(tx, node, holds, now);
});

/** As `holdMessages`, inside another transaction that holds the lock `people`. Of somebody who was erased nothing is kept. */
export async function putBack(tx: Tx, node: number, holds: MessageHold[], now: number): Promise<void> {
	const mine = await tx.all<{ message: number }>(
		`UPDATE message SET state = 'held', waited = 1, sent_at = NULL, reason = NULL, settled_at = NULL, refused_since = a.refused_since,
			detail = CASE WHEN ${isErased('message')} THEN NULL ELSE a.detail END, payload = CASE WHEN ${isErased('message')} THEN NULL ELSE a.payload END
		 FROM ${tx.dialect.rows('$1', { message: 'integer', token: 'text', detail: 'text', payload: 'text', refused_since: 'integer' })} AS a
		 WHERE message.message = a.message AND message.token = a.token AND ${isOpenTo('message')}
		 RETURNING message.message`,
		[JSON.stringify(holds.map(({ message, token, detail, payload, refusedSince = null }) => [message, token, detail, payload, refusedSince]))],
	);
	if (mine.length === 0) return;
	const held = new Set(mine.map((row) => row.message));
	const put = holds.filter(({ message }) => held.has(message));
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, held_at)
		 SELECT a.entry, $2, a.visit, a.run, min(a.due_at), ${HoldState.waiting}, 0, $3
		 FROM ${tx.dialect.rows('$1', { entry: 'integer', visit: 'integer', run: 'integer', due_at: 'integer' })} AS a
		 GROUP BY a.entry, a.visit, a.run
		 ON CONFLICT (entry, node, visit) DO UPDATE SET state = ${HoldState.waiting}, due_at = excluded.due_at,
			token = NULL, owner = NULL, lease_until = NULL`,
		[JSON.stringify(put.map(({ entry, visit, run, until }) => [entry, visit, run, until])), node, now],
	);
	// While it was taken for unknown, nothing else may have been left to wait for.
	await reopenRuns(tx, put.map(({ run }) => run));
}
