import { operation } from '../store/database';

/** Says that the batch claimed under this token is still being worked on. */
export const renewClaims = operation<{ token: string }, void>(async (tx, { token }, { now, owner }) => {
	// The second condition on the state is the partial index's own, word for word, or SQLite would not use it.
	await tx.run("UPDATE message SET claimed_at = $2 WHERE owner = $3 AND token = $1 AND state = 'claimed' AND state IN ('claimed', 'sending', 'held')", [token, now, owner]);
}, 'events');
