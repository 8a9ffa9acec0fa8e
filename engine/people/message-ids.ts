import type { Tx } from '../store/database';

/** Remembers message ids. @returns those that were not known yet */
export async function rememberMessageIds(tx: Tx, ids: ReadonlySet<string>, now: number): Promise<Set<string>> {
	if (ids.size === 0) return new Set();
	// Sorted, so that two transactions with the same ids never wait for each other in a circle.
	const rows = await tx.all<{ message_id: string }>(
		`INSERT INTO event_message (message_id, received_at)
		 SELECT message_id, $2 FROM ${tx.dialect.rows('$1', { message_id: 'text' })} AS fresh WHERE true
		 ON CONFLICT (message_id) DO NOTHING
		 RETURNING message_id`,
		[JSON.stringify([...ids].sort().map((id) => [id])), now],
	);
	return new Set(rows.map((row) => row.message_id));
}

export async function forgetMessageIds(tx: Tx, ids: readonly string[]): Promise<void> {
	if (ids.length === 0) return;
	await tx.run(
		`DELETE FROM event_message
		 WHERE message_id IN (SELECT message_id FROM ${tx.dialect.rows('$1', { message_id: 'text' })} AS gone)`,
		[JSON.stringify(ids.map((id) => [id]))],
	);
}
