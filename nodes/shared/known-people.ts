import type { Store } from '../../engine/store/store';
import type { RecipientUser } from './recipients';
import { profilesByNumber } from './releases';

/**
 * Adds what the store knows of people to items that do not say it themselves: devices, anonymous ids and opt-outs are not
 * on items of a campaign, or not on all.
 */
export async function completeFromStore(users: RecipientUser[], store: Store): Promise<void> {
	const people = await numbersOf(users, store);
	if (people.size === 0) return;
	const profiles = await profilesByNumber(store, [...new Set(people.values())]);
	for (const [user, person] of people) {
		const profile = profiles.get(person);
		if (!profile) continue;
		user.person = profile.person;
		user.push ??= profile.push;
		user.anonymousIds ??= profile.anonymousIds;
		user.optedOut ??= profile.optedOut;
	}
}

/** The numbers of people whom the store knows by the ids on their items, with one query. */
export async function numbersOf(users: readonly RecipientUser[], store: Store): Promise<Map<RecipientUser, number>> {
	const ids = [...new Set(users.flatMap(({ id }) => id ?? []))];
	if (ids.length === 0) return new Map();
	const known = await store.ask('whoIs', { entries: [], ids });
	const people = new Map(known.ids.map(({ id, person }) => [id, person]));
	return new Map(users.flatMap((user): Array<[RecipientUser, number]> => {
		const person = user.id === undefined ? undefined : people.get(user.id);
		return person === undefined ? [] : [[user, person]];
	}));
}
