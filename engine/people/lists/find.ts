import { CampaignError } from '../../errors';
import { findNamed, nameKey } from '../../names';
import type { Tx } from '../../store/database';
import { nearest } from '../../nearest';

/** A custom list: a fixed set of people. */
export interface CustomList {
	id: string;
	name: string;
}

/** A custom list and its short number. */
export interface ListRow extends CustomList {
	list: number;
}

/**
 * The list that an id or name means. Rejects with `unknown_reference`, with the nearest name there is.
 * @param lock `forUpdate` of the dialect: nobody deletes the list before this transaction ends
 */
export async function requireList(tx: Tx, reference: string, lock = ''): Promise<ListRow> {
	const id = await findNamed(tx, 'list', reference);
	const row = id && (await tx.get<ListRow>(`SELECT list, id, name FROM custom_list WHERE id = $1 ${lock}`, [id]));
	if (row) return row;
	const names = await tx.all<{ name: string }>('SELECT name FROM custom_list ORDER BY name');
	const hint = nearest(reference, names.map(({ name }) => name));
	throw new CampaignError(
		'unknown_reference',
		`There is no custom list called "${reference}"${hint === undefined ? '.' : `; did you mean "${hint}"?`}`,
		'Choose one from the list, or create it first; and look whether the node points at the right store.',
	);
}

/** The custom list that is called so now. */
export async function listCalled(tx: Tx, name: string): Promise<CustomList | undefined> {
	return await tx.get<CustomList>('SELECT id, name FROM custom_list WHERE match_key = $1', [nameKey(name)]);
}
