import type { Tx } from '../../store/database';
import { requireList, type CustomList } from './find';
import { membersOf } from './members';

/** A custom list and how many people are on it. Times are epoch milliseconds; it was updated when people or its name changed. */
export interface CustomListWithSize extends CustomList {
	size: number;
	createdAt: number;
	updatedAt: number;
}

/** All custom lists, by name. */
export async function customLists(tx: Tx): Promise<CustomListWithSize[]> {
	return await tx.all<CustomListWithSize>(
		`SELECT custom_list.id, custom_list.name, coalesce(blocks.size, 0) AS size,
		        custom_list.created_at AS "createdAt", custom_list.updated_at AS "updatedAt"
		 FROM custom_list
		 LEFT JOIN (SELECT list, sum(size) AS size FROM list_block GROUP BY list) AS blocks ON blocks.list = custom_list.list
		 ORDER BY custom_list.match_key`,
	);
}

/** The members of a list by its id or name: person numbers, ascending. Rejects with `unknown_reference`. */
export async function listMembers(tx: Tx, reference: string): Promise<Uint32Array> {
	const { list } = await requireList(tx, reference);
	return await membersOf(tx, list);
}

/** `listMembers` as a question. */
export async function membersOfList(tx: Tx, { reference }: { reference: string }): Promise<CustomList & { people: Uint32Array }> {
	const { list, id, name } = await requireList(tx, reference);
	return { id, name, people: await membersOf(tx, list) };
}
