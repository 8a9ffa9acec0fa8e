import type { Profile } from '../people/records';
import type { Store } from '../store/store';

/** Small enough that a page of large profiles is no burden, large enough that a page costs little beside its people. */
const PROFILES = 1_000;
const IDS = 5_000;

/**
 * The ids of these people (numbers, ascending), page by page: nothing grows with how many they are. People who were
 * erased since they were found are left out.
 */
export async function* idPages(store: Store, people: Uint32Array): AsyncGenerator<string[]> {
	for (const page of slices(people, IDS)) yield await store.ask('idsOf', { people: page });
}

/** Their profiles, page by page, in the same order; also without those who were merged into somebody else since they were found. */
export async function* profilePages(store: Store, people: Uint32Array): AsyncGenerator<Profile[]> {
	for (const page of slices(people, PROFILES)) {
		const found = await store.ask('profilesOf', { people: page });
		const living = found.filter(({ requested, profile }) => requested === profile.person);
		yield living.map(({ profile }) => profile).sort((a, b) => a.person - b.person);
	}
}

function* slices(people: Uint32Array, size: number): Generator<number[]> {
	for (let start = 0; start < people.length; start += size) yield [...people.subarray(start, start + size)];
}
