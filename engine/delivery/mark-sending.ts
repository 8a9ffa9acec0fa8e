import type { Reason } from '../reasons';
import { operation } from '../store/database';
import { isOpenTo } from './states';

/** Why a message may not leave although it is ours: something has changed since it was claimed. */
export type Barred = Extract<Reason, 'campaign_stopped' | 'erased' | 'profile_not_reachable'>;

/** SQL: as `Barred`, of message m; else NULL. What somebody opted out of is JSON as the engine writes it. */
const BARRED = `coalesce((SELECT 'campaign_stopped' FROM run r WHERE r.run = m.run AND r.state = 'stopped'), (
	SELECT CASE WHEN p.erased_at IS NOT NULL THEN 'erased' WHEN p.opted_out LIKE '%"' || m.channel || '":true%' THEN 'profile_not_reachable' END
	FROM person p WHERE p.person = m.person))`;

/** SQL condition: message m is that of the row a, and still ours. */
const OURS = "m.message = a.message AND m.token = a.token AND m.state IN ('claimed', 'sending')";

/**
 * Writes messages as `sending` just before their requests leave, under the token they were claimed with. Returns the
 * messages that may go, and those of ours that may not any more, with the reason: a message may wait long for its turn. One
 * that is in neither has been taken over by somebody else and must not be sent. `again`: it is marked for the same request
 * already, and has waited since.
 */
export const markSending = operation<{ messages: Array<{ message: number; token: string; again?: boolean }> }, { go: number[]; barred?: Array<{ message: number; reason: Barred }> }>(
	async (tx, { messages }, { now }) => {
		const columns = { message: 'integer', token: 'text', requests: 'integer' } as const;
		const rows = messages.map(({ message, token, again }) => [message, token, again ? 0 : 1]);
		const marked = await tx.allOf<{ message: number }>(
			columns,
			rows,
			(given) => `WITH ours AS (SELECT a.message, a.requests, ${BARRED} AS barred FROM ${given} AS a ${tx.dialect.each('message', 'm', OURS, true)})
				 UPDATE message SET state = 'sending', sent_at = $1, attempts = message.attempts + CASE WHEN message.state = 'sending' THEN ours.requests ELSE 1 END FROM ours
				 WHERE message.message = ours.message AND ours.barred IS NULL RETURNING message.message`,
			[now],
		);
		const go = marked.map(({ message }) => message);
		if (go.length === messages.length) return { go };
		const barred = await tx.allOf<{ message: number; reason: Barred | null }>(
			columns,
			rows,
			(given) => `SELECT a.message, ${BARRED} AS reason FROM ${given} AS a ${tx.dialect.each('message', 'm', OURS)}`,
		);
		const known = barred.filter((one): one is { message: number; reason: Barred } => one.reason !== null && !go.includes(one.message));
		return known.length === 0 ? { go } : { go, barred: known };
	},
);

/**
 * Takes the mark off messages whose request was definitely refused, while they wait for another provider, or was never
 * made (`wasAsked` is false): nothing has left, and should this process die now they can be sent. Getting lost with the
 * machine, it costs only that knowledge.
 */
export const unmarkSending = operation<{ messages: Array<{ message: number; token: string; wasAsked?: boolean }> }, void>(
	async (tx, { messages }, { now }) => {
		await tx.run(
			`UPDATE message SET state = 'claimed', sent_at = NULL, claimed_at = $2, reason = NULL, detail = NULL, settled_at = NULL, attempts = message.attempts - a.unasked
			 FROM ${tx.dialect.rows('$1', { message: 'integer', token: 'text', unasked: 'integer' })} AS a
			 WHERE message.message = a.message AND message.token = a.token AND ${isOpenTo('message')} AND message.state <> 'claimed'`,
			[JSON.stringify(messages.map(({ message, token, wasAsked = true }) => [message, token, wasAsked ? 0 : 1])), now],
		);
	},
	'events',
);
