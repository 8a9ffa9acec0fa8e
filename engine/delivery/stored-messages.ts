import type { OperationContext, Tx } from '../store/database';
import { ownerIsGone } from '../store/processes';
import type { ClaimedMessage, MessageClaim } from './claim';
import { CLAIM_MS } from './states';

/** A message as it lies in the store. */
export interface StoredMessage extends Omit<ClaimedMessage, 'mine'> {
	token: string;
	counts: number;
	place: string | null;
	windowStart: number | null;
}

/** Tells the messages of one sender apart. */
export function identityOf({ entry, visit, key }: { entry: number; visit: number; key: string }): string {
	return `${entry}/${visit}/${key}`;
}

/** Those of the messages that exist. */
export async function stored(tx: Tx, node: number, messages: readonly MessageClaim[]): Promise<StoredMessage[]> {
	return await tx.allOf<StoredMessage>(
		{ entry: 'integer', visit: 'integer', message_key: 'text' },
		messages.map(({ entry, visit, key }) => [entry, visit, key]),
		(given) => `SELECT m.message, m.entry, m.visit, m.message_key AS key, m.state, m.reason, m.detail, m.provider, m.token,
				m.counts, m.place, m.window_start AS "windowStart"
			 FROM ${given} AS a ${tx.dialect.each('message', 'm', 'm.entry = a.entry AND m.node = $1 AND m.visit = a.visit AND m.message_key = a.message_key')}`,
		[node],
	);
}

/** Settles what a dead process left behind among these messages, and returns all that exist. */
export async function takeOver(
	tx: Tx,
	node: number,
	token: string,
	messages: MessageClaim[],
	{ now, owner }: OperationContext,
): Promise<StoredMessage[]> {
	const before = await stored(tx, node, messages);
	const open = before.filter(({ state }) => state === 'claimed' || state === 'sending' || state === 'held');
	if (open.length === 0) return before;
	const among = `message IN (SELECT message FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a)`;
	const list = JSON.stringify(open.map(({ message }) => [message]));
	await tx.run(
		`UPDATE message SET state = 'unknown', reason = 'unknown_outcome', settled_at = $2,
			detail = 'The process that was sending it ended before the provider''s answer was recorded'
		 WHERE ${among} AND state = 'sending' AND ${ownerIsGone('message.owner', '$2')}`,
		[list, now],
	);
	await tx.run(
		`UPDATE message SET state = 'claimed', owner = $2, token = $3, claimed_at = $4
		 WHERE ${among} AND (state = 'held' OR (state = 'claimed' AND (claimed_at < $5 OR ${ownerIsGone('message.owner', '$4')})))`,
		[list, owner, token, now, now - CLAIM_MS],
	);
	return await stored(tx, node, messages);
}
