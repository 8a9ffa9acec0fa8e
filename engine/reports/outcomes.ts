import { HoldState } from '../holds/states';

/**
 * What became of an entry is what its most telling trace says: a message that was sent, else one whose outcome is
 * unknown, else that something is still under way, else the last reason why nothing was sent.
 */
export const Rank = { sent: 4, unknown: 3, waiting: 2, notSent: 1 } as const;

/**
 * SQL: all traces of entries, under the columns entry, rank, at, visit, failed, reason. `failed`: a provider or we tried
 * to send and it is certain that nothing was delivered. Every column of `more` is added: its expression for messages,
 * holds and drops.
 * @param condition on the column `run` or `entry` of each table
 */
export function traces(condition: string, more: Record<string, { message: string; hold: string; drop: string }> = {}): string {
	const added = (table: 'message' | 'hold' | 'drop') => Object.entries(more).map(([name, of]) => `, ${of[table]} AS ${name}`).join('');
	return `
		SELECT entry, CASE state WHEN 'sent' THEN ${Rank.sent} WHEN 'unknown' THEN ${Rank.unknown} WHEN 'failed' THEN ${Rank.notSent}
				WHEN 'not_sent' THEN ${Rank.notSent} ELSE ${Rank.waiting} END AS rank,
			CASE WHEN state = 'sent' THEN coalesce(sent_at, settled_at) ELSE coalesce(settled_at, claimed_at) END AS at,
			visit, CASE WHEN state = 'failed' THEN 1 ELSE 0 END AS failed, reason${added('message')}
		FROM message WHERE ${condition}
		UNION ALL
		SELECT entry, ${Rank.waiting}, held_at, visit, 0, NULL${added('hold')}
		FROM hold WHERE ${condition} AND state < ${HoldState.done}
		UNION ALL
		SELECT entry, ${Rank.notSent}, dropped_at, visit, 0, reason${added('drop')}
		FROM dropped WHERE ${condition}`;
}

/** SQL window: 1 for the trace that tells what became of its entry. */
export const PLACE = 'row_number() OVER (PARTITION BY entry ORDER BY rank DESC, at DESC, visit DESC, failed DESC)';
