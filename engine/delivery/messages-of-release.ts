import { HoldState } from '../holds/states';
import { operation } from '../store/database';

/** A message at the sender its entry was released from. */
export interface MessageOfRelease {
	hold: number;
	/** The message's key. */
	key: string;
	/** JSON of what other nodes had put on the item, of a message that waited. */
	payload: string | null;
	/** Since when no provider takes it; now, where it waited for something else. Epoch milliseconds. */
	since: number;
}

/**
 * The messages that waited behind a sender's own release. Settled ones, too, should the release be a repeated one; not
 * those of the same entry that never waited: their items have gone on long ago.
 */
export const messagesOfRelease = operation<{ token: string; node: number }, MessageOfRelease[]>(
	async (tx, { token, node }, { now }) =>
		await tx.all<MessageOfRelease>(
			`SELECT h.hold, m.message_key AS key, m.payload, coalesce(m.refused_since, $3) AS since FROM hold h
			 JOIN message m ON m.entry = h.entry AND m.node = h.node AND m.visit = h.visit
			 WHERE h.token = $1 AND h.node = $2 AND m.waited = 1 AND h.state = ${HoldState.claimed} ORDER BY m.message`,
			[token, node, now],
		),
	'events',
);
