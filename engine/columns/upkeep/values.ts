import type { Tx } from '../../store/database';

/** Writes values of the table `upkeep` by name. */
export async function writeValues(tx: Tx, values: Record<string, number>): Promise<void> {
	await tx.run(
		`INSERT INTO upkeep (name, value)
		 SELECT name, value FROM ${tx.dialect.rows('$1', { name: 'text', value: 'integer' })} AS fresh WHERE true
		 ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		[JSON.stringify(Object.entries(values))],
	);
}
