import type { Tx } from '../store/database';

/** Remembers message ids. @returns those that were not known yet */
export async function rememberMessageIds(tx: Tx, ids: ReadonlySet<string>, now: number): Promise<Set<string>> {
	if (ids.size === 0) return new Set();
	const all = [...ids];
	const isNew = await tx.insertNewRows('event_message', { message_id: 'text', received_at: 'integer' }, all.map((id) => [id, now]));
	return new Set(all.filter((_, index) => isNew[index]));
}

export async function forgetMessageIds(tx: Tx, ids: readonly string[]): Promise<void> {
	if (ids.length === 0) return;
	await tx.run(
		`DELETE FROM event_message
		 WHERE message_id IN (SELECT message_id FROM ${tx.dialect.rows('$1', { message_id: 'text' })} AS gone)`,
		[JSON.stringify(ids.map((id) => [id]))],
	);
}
