import { operation } from '../store/database';

/** Says that messages claimed under this token are still being worked on. */
export const renewClaims = operation<{ token: string; messages: number[] }, void>(async (tx, { token, messages }, { now }) => {
	await tx.allOf(
		{ message: 'integer' },
		messages.map((message) => [message]),
		(given) => `UPDATE message SET claimed_at = $2 WHERE token = $1 AND state = 'claimed' AND message IN (SELECT message FROM ${given} AS a)`,
		[token, now],
	);
}, 'events');
