import { identifiersOf, type Identifiers, type Mapping } from '../channels/export/meta/identifiers';
import type { NormalizeOptions } from '../channels/export/meta/normalize';
import { addressHash } from '../delivery/address-hash';
import { profilePages } from '../segments/pages';
import type { Store } from '../store/store';
import type { Member } from './members';

/** People of a segment who are to be in an audience, a page of them. */
export interface WantedPage {
	/** By person, ascending. */
	members: Map<number, Member>;
	/** Who has none of the identifiers. */
	nameless: number;
	/** The highest number that the page is about. */
	upTo: number;
}

/** The identifiers of these people, page by page: nothing grows with how many they are but the list of their numbers. */
export async function* wantedPages(store: Store, people: Uint32Array, mapping: Mapping, options: NormalizeOptions): AsyncGenerator<WantedPage> {
	for await (const profiles of profilePages(store, people)) {
		const last = profiles.at(-1);
		if (!last) continue;
		const members = new Map<number, Member>();
		for (const profile of profiles) {
			const identifiers = identifiersOf(profile, mapping, options);
			if (identifiers) members.set(profile.person, memberOf(profile.person, identifiers));
		}
		yield { members, nameless: profiles.length - members.size, upTo: last.person };
	}
}

function memberOf(person: number, identifiers: Identifiers): Member {
	const text = JSON.stringify(identifiers);
	return { person, digest: addressHash(text), identifiers: text };
}
