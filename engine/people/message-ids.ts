import type { Tx } from '../store/database';

/** Remembers message ids. @returns for each whether it was not known yet; of one that is there twice, the first */
export async function rememberMessageIds(tx: Tx, ids: readonly string[], now: number): Promise<boolean[]> {
	if (ids.length === 0) return [];
	return await tx.insertNewRows('event_message', { message_id: 'text', received_at: 'integer' }, ids.map((id) => [id, now]));
}

export async function forgetMessageIds(tx: Tx, ids: readonly string[]): Promise<void> {
	if (ids.length === 0) return;
	await tx.run(
		`DELETE FROM event_message
		 WHERE message_id IN (SELECT message_id FROM ${tx.dialect.rows('$1', { message_id: 'text' })} AS gone)`,
		[JSON.stringify(ids.map((id) => [id]))],
	);
}
