import { HoldState } from '../holds/states';
import { operation } from '../store/database';

/** A message at the sender its entry was released from. */
export interface MessageOfRelease {
	hold: number;
	/** The message's key. */
	key: string;
	/** JSON of what other nodes had put on the item, of a message that waited. */
	payload: string | null;
}

/** The messages behind a sender's own release, settled ones too: an entry may have several, and only some may have waited. */
export const messagesOfRelease = operation<{ token: string; node: number }, MessageOfRelease[]>(
	async (tx, { token, node }) =>
		await tx.all<MessageOfRelease>(
			`SELECT h.hold, m.message_key AS key, m.payload FROM hold h
			 JOIN message m ON m.entry = h.entry AND m.node = h.node AND m.visit = h.visit
			 WHERE h.token = $1 AND h.node = $2 AND h.state = ${HoldState.claimed} ORDER BY m.message`,
			[token, node],
		),
	'events',
);
