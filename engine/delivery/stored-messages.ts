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

/** SQL: a FROM item of the messages in parameter $1 (see `keys`). */
export function asked(tx: Tx): string {
	return tx.dialect.rows('$1', { entry: 'integer', visit: 'integer', message_key: 'text' });
}

/** Those of the messages that exist. */
export async function stored(tx: Tx, node: number, messages: MessageClaim[]): Promise<StoredMessage[]> {
	return await tx.all<StoredMessage>(
		`SELECT m.message, m.entry, m.visit, m.message_key AS key, m.state, m.reason, m.detail, m.provider, m.token,
			m.counts, m.place, m.window_start AS "windowStart"
		 FROM ${asked(tx)} AS a
		 JOIN message m ON m.entry = a.entry AND m.node = $2 AND m.visit = a.visit AND m.message_key = a.message_key`,
		[keys(messages), node],
	);
}

export function keys(messages: MessageClaim[]): string {
	return JSON.stringify(messages.map(({ entry, visit, key }) => [entry, visit, key]));
}

/** Settles what a dead process left behind among these messages, and returns all that exist. */
export async function takeOver(
	tx: Tx,
	node: number,
	token: string,
	messages: MessageClaim[],
	{ now, owner }: OperationContext,
): Promise<StoredMessage[]> {
	const among = `message IN (SELECT m.message FROM ${asked(tx)} AS a
		JOIN message m ON m.entry = a.entry AND m.node = $2 AND m.visit = a.visit AND m.message_key = a.message_key)`;
	await tx.run(
		`UPDATE message SET state = 'unknown', reason = 'unknown_outcome', settled_at = $3,
			detail = 'The process that was sending it ended before the provider''s answer was recorded'
		 WHERE ${among} AND state = 'sending' AND ${ownerIsGone('message.owner', '$3')}`,
		[keys(messages), node, now],
	);
	await tx.run(
		`UPDATE message SET state = 'claimed', owner = $3, token = $4, claimed_at = $5
		 WHERE ${among} AND (state = 'held' OR (state = 'claimed' AND (claimed_at < $6 OR ${ownerIsGone('message.owner', '$5')})))`,
		[keys(messages), node, owner, token, now, now - CLAIM_MS],
	);
	return await stored(tx, node, messages);
}
