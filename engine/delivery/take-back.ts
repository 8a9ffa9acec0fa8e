import type { Tx } from '../store/database';

/**
 * Takes the mark off messages of a process that is gone whose requests had not begun: nothing has left, and they are claimed
 * again as any other. They keep the time since when they are claimed.
 * @param departed those whose requests may have left; undefined: nobody can tell, and none is taken back
 */
export async function takeBack(tx: Tx, owner: string, departed: readonly number[] | undefined): Promise<void> {
	if (departed === undefined) return;
	await tx.run(
		`UPDATE message SET state = 'claimed', sent_at = NULL, attempts = attempts - 1
		 WHERE settled_at IS NULL AND state = 'sending' AND owner = $1
			AND message NOT IN (SELECT message FROM ${tx.dialect.rows('$2', { message: 'integer' })} AS departed)`,
		[owner, JSON.stringify(departed.map((message) => [message]))],
	);
}
