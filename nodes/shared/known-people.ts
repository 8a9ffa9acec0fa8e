import type { Store } from '../../engine/store/store';
import type { RecipientUser } from './recipients';

/** The numbers of people whom the store knows by the ids on their items, with one query. */
export async function numbersOf(users: readonly RecipientUser[], store: Store): Promise<Map<RecipientUser, number>> {
	// No store holds an id of half a character or with a NUL.
	const ids = [...new Set(users.flatMap(({ id }) => id ?? []))].filter((id) => id.isWellFormed() && !id.includes('\u0000'));
	if (ids.length === 0) return new Map();
	const known = await store.ask('whoIs', { entries: [], ids });
	const people = new Map(known.ids.map(({ id, person }) => [id, person]));
	return new Map(users.flatMap((user): Array<[RecipientUser, number]> => {
		const person = user.id === undefined ? undefined : people.get(user.id);
		return person === undefined ? [] : [[user, person]];
	}));
}
