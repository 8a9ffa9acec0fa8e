import { reopenRuns } from '../../delivery/reopen-runs';
import type { Channel } from '../../people/records';
import { operation, type Tx } from '../../store/database';
import { HoldState } from '../../holds/states';
import { requireCampaign } from './campaign';

/** A message of which nobody can tell whether it was delivered, and that no operator has decided about. */
export interface UnknownMessage {
	message: number;
	/** User id; null for an item of nobody the store knows, and for people who were erased. */
	id: string | null;
	run: number;
	/** Name of the sender. */
	node: string;
	channel: Channel;
	provider: string | null;
	detail: string | null;
	/** When its request may have left. Epoch milliseconds. */
	sentAt: number | null;
	/** JSON of what other nodes had put on the item, as it would be sent again. */
	payload: string | null;
}

/**
 * Unknown messages of a campaign, in the order in which they were made. Rejects with `campaign_unknown`.
 * @param input.run only of this run
 * @param input.after number of the last message of the page before
 * @param input.limit at most so many; default 1000
 */
export async function unknownMessages(
	tx: Tx,
	{ campaignId, run, after = 0, limit = 1000 }: { campaignId: string; run?: number; after?: number; limit?: number },
): Promise<UnknownMessage[]> {
	await requireCampaign(tx, campaignId);
	return await tx.all<UnknownMessage>(
		`SELECT m.message, nullif(p.external_id, '') AS id, m.run, n.name AS node, m.channel, m.provider, m.detail, m.sent_at AS "sentAt", m.payload
		 FROM run r JOIN message m ON m.run = r.run AND m.reason = 'unknown_outcome' AND m.state = 'unknown' AND m.accepted_at IS NULL
		 JOIN node n ON n.node = m.node LEFT JOIN person p ON p.person = m.person
		 WHERE r.campaign_id = $1 AND m.message > $2${run === undefined ? '' : ' AND r.run = $4'} ORDER BY m.message LIMIT $3`,
		[campaignId, after, limit, ...(run === undefined ? [] : [run])],
	);
}

/** The operator accepts these messages as they are: they stay unknown, are listed no more, and nothing of them is kept. Returns those that were. */
export const leaveUnknown = operation<{ messages: number[] }, { left: number[] }>(async (tx, { messages }, { now }) => {
	const rows = await tx.all<{ message: number }>(
		`UPDATE message SET accepted_at = $2, payload = NULL
		 WHERE state = 'unknown' AND accepted_at IS NULL AND message IN (SELECT message FROM ${named(tx)} AS named) RETURNING message`,
		[list(messages), now],
	);
	return { left: rows.map(({ message }) => message) };
});

/**
 * The operator wants these messages sent again, at the risk that somebody gets one twice: their entries wait at their
 * sender, due now, and are claimed there like any other; what forbids a message by then (an opt-out, a run that was
 * stopped) forbids it. A run that was finished runs again until they are over. Returns those that wait now.
 */
export const sendUnknownAgain = operation<{ messages: number[] }, { waiting: number[] }>(async (tx, { messages }, { now }) => {
	const rows = await tx.all<{ message: number; run: number }>(
		`UPDATE message SET state = 'held', waited = 1, reason = NULL, detail = 'Sent again by the operator', sent_at = NULL, settled_at = NULL, refused_since = NULL,
			attempts = CASE WHEN message.attempts = 0 THEN 1 ELSE message.attempts END
		 WHERE state = 'unknown' AND accepted_at IS NULL AND message IN (SELECT message FROM ${named(tx)} AS named) RETURNING message, run`,
		[list(messages)],
	);
	const waiting = rows.map(({ message }) => message);
	if (waiting.length === 0) return { waiting };
	// Several messages of one entry wait in one hold.
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, held_at)
		 SELECT m.entry, m.node, m.visit, m.run, $2, ${HoldState.waiting}, 0, $2
		 FROM ${named(tx)} AS named JOIN message m ON m.message = named.message
		 GROUP BY m.entry, m.node, m.visit, m.run
		 ON CONFLICT (entry, node, visit) DO UPDATE SET state = ${HoldState.waiting}, due_at = excluded.due_at, held_at = excluded.held_at,
			attempts = 0, token = NULL, owner = NULL, lease_until = NULL`,
		[list(waiting), now],
	);
	await reopenRuns(tx, rows.map(({ run }) => run));
	return { waiting };
});

function named(tx: Tx): string {
	return tx.dialect.rows('$1', { message: 'integer' });
}

function list(messages: readonly number[]): string {
	return JSON.stringify(messages.map((message) => [message]));
}
