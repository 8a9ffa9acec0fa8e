import { checkedName, claimName, nameKey, newId } from '../../names';
import { operation } from '../../store/database';
import { listCalled, requireList, type CustomList } from './find';

/** Makes an empty custom list. One that is called so already stays as it is and is returned. Rejects with `invalid_name`. */
export const createList = operation<{ name: string }, CustomList & { created: boolean }>(async (tx, { name: given }, { now }) => {
	const name = checkedName('list', given);
	await tx.lock('names');
	const known = await listCalled(tx, name);
	if (known) return { ...known, created: false };
	const id = newId('list');
	await claimName(tx, 'list', id, name);
	await tx.run('INSERT INTO custom_list (id, name, match_key, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)', [id, name, nameKey(name), now]);
	return { id, name, created: true };
});

/** Gives a custom list another name; the ones it had go on leading to it until another list takes them. */
export const renameList = operation<{ reference: string; name: string }, CustomList>(async (tx, { reference, name: given }, { now }) => {
	const name = checkedName('list', given);
	await tx.lock('names');
	const { id } = await requireList(tx, reference);
	await claimName(tx, 'list', id, name);
	await tx.run('UPDATE custom_list SET name = $2, match_key = $3, updated_at = $4 WHERE id = $1', [id, name, nameKey(name), now]);
	return { id, name };
});
