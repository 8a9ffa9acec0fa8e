import { HoldState } from '../holds/states';
import { operation } from '../store/database';

/** A message no provider would take for the moment. */
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
}

/** Puts messages back: nothing has left, and their entries wait at the sender until a due time. */
export const holdMessages = operation<{ node: number; holds: MessageHold[] }, void>(async (tx, { node, holds }, { now }) => {
	const mine = await tx.all<{ message: number }>(
		`UPDATE message SET state = 'held', sent_at = NULL, detail = a.detail
		 FROM ${tx.dialect.rows('$1', { message: 'integer', token: 'text', detail: 'text' })} AS a
		 WHERE message.message = a.message AND message.token = a.token AND message.state IN ('claimed', 'sending')
		 RETURNING message.message`,
		[JSON.stringify(holds.map(({ message, token, detail }) => [message, token, detail]))],
	);
	const held = new Set(mine.map((row) => row.message));
	const rows = holds.filter(({ message }) => held.has(message)).map((hold) => [hold.entry, hold.visit, hold.run, hold.until, hold.payload]);
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, payload, held_at)
		 SELECT a.entry, $2, a.visit, a.run, a.due_at, ${HoldState.waiting}, 0, a.payload, $3
		 FROM ${tx.dialect.rows('$1', { entry: 'integer', visit: 'integer', run: 'integer', due_at: 'integer', payload: 'text' })} AS a WHERE true
		 ON CONFLICT (entry, node, visit) DO UPDATE SET state = ${HoldState.waiting}, due_at = excluded.due_at,
			token = NULL, owner = NULL, lease_until = NULL`,
		[JSON.stringify(rows), node, now],
	);
});
