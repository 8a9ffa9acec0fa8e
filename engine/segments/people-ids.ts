import type { Tx } from '../store/database';

export interface PeopleAsked {
	/** Person numbers. */
	people: number[];
}

/** The ids that callers know people by, in the order of the numbers; numbers of nobody are left out. */
export async function idsOf(tx: Tx, { people }: PeopleAsked): Promise<string[]> {
	const rows = await tx.all<{ external_id: string }>(
		`SELECT p.external_id FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS asked
		 JOIN person p ON p.person = asked.person WHERE p.erased_at IS NULL ORDER BY p.person`,
		[JSON.stringify(people.map((person) => [person]))],
	);
	return rows.map((row) => row.external_id);
}
