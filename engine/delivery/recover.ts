import { HoldState } from '../holds/states';
import { operation } from '../store/database';
import { ownerIsGone } from '../store/processes';
import { CLAIM_MS } from './states';

/**
 * Looks after the open messages of a campaign that nobody works on any more. What a dead process was sending is
 * unknown. What was merely claimed is brought back to its sender: its entry waits there, due since it was claimed, so
 * that somebody who was forgotten for days is late rather than sent to.
 */
export const recoverMessages = operation<{ campaignId: string }, void>(async (tx, { campaignId }, { now }) => {
	const runs = `message.run IN (SELECT run FROM run WHERE campaign_id = $1 AND state IN ('running', 'stopped')) AND settled_at IS NULL`;
	await tx.run(
		`UPDATE message SET state = 'unknown', reason = 'unknown_outcome', settled_at = $2,
			detail = 'The process that was sending it ended before the provider''s answer was recorded'
		 WHERE ${runs} AND state = 'sending' AND ${ownerIsGone('message.owner', '$2')}`,
		[campaignId, now],
	);
	const forgotten = `${runs} AND state = 'claimed' AND (claimed_at < $2 OR ${ownerIsGone('message.owner', '$3')})
		AND NOT EXISTS (SELECT 1 FROM hold h WHERE h.entry = message.entry AND h.state IN (${HoldState.waiting}, ${HoldState.claimed}))`;
	const params = [campaignId, now - CLAIM_MS, now];
	const found = await tx.all<{ message: number }>(
		`UPDATE message SET waited = 1 WHERE ${forgotten} RETURNING message`,
		params,
	);
	if (found.length === 0) return;
	// Several messages of one entry wait in one hold.
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, held_at)
		 SELECT m.entry, m.node, m.visit, m.run, min(m.claimed_at), ${HoldState.waiting}, 0, min(m.claimed_at)
		 FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS f JOIN message m ON m.message = f.message
		 GROUP BY m.entry, m.node, m.visit, m.run
		 ON CONFLICT (entry, node, visit) DO UPDATE SET state = ${HoldState.waiting}, due_at = excluded.due_at,
			token = NULL, owner = NULL, lease_until = NULL`,
		[JSON.stringify(found.map(({ message }) => [message]))],
	);
});
