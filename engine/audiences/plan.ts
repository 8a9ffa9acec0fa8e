import type { Store } from '../store/store';
import type { KnownMember, Member, MemberChanges } from './members';
import type { Place } from './replacement';
import { MemberState } from './states';
import type { WantedPage } from './wanted';

/** Before the first row of an audience. */
export const START: Place = { person: -1, digest: '' };

/** Rows read at once. */
export const PAGE = 5_000;

/** How an audience differs from what it is to be. */
export interface Difference {
	/** People who are to be in it and have identifiers. */
	wanted: number;
	/** People who have none, and so cannot be in it. */
	nameless: number;
	/** Rows that are to come, of new people and of those whose identifiers have changed. */
	coming: number;
	/** Rows that are to go. */
	leaving: number;
	/** Rows that are there already. */
	unchanged: number;
}

/**
 * Compares what is known of an audience with what it is to be, and hands each step of the way to `change`. Both are read in the
 * order of people, a page at a time.
 * @param audience its number in the store; undefined: nothing is known of it
 */
export async function planAudience(store: Store, audience: number | undefined, pages: AsyncIterable<WantedPage>, change: (changes: MemberChanges) => Promise<void>): Promise<Difference> {
	const total: Difference = { wanted: 0, nameless: 0, coming: 0, leaving: 0, unchanged: 0 };
	let after = START;
	for await (const page of withRest(pages)) {
		const missing = new Map(page.members);
		total.wanted += page.members.size;
		total.nameless += page.nameless;
		for await (const known of audience === undefined ? [] : range(store, audience, after, page.upTo)) {
			const changes = judge(known, page.members, missing);
			total.leaving += changes.left;
			total.unchanged += changes.unchanged;
			total.coming += changes.again.length + changes.pending;
			if (changes.again.length + changes.leaving.length > 0) await change({ again: changes.again, leaving: changes.leaving });
		}
		total.coming += missing.size;
		if (missing.size > 0) await change({ fresh: [...missing.values()] });
		// Whatever is known of the last person of a page has been read with it.
		after = { person: page.upTo + 1, digest: '' };
	}
	return total;
}

/** After the last page, whoever is known behind it. */
async function* withRest(pages: AsyncIterable<WantedPage>): AsyncGenerator<WantedPage> {
	yield* pages;
	yield { members: new Map(), nameless: 0, upTo: Number.MAX_SAFE_INTEGER };
}

async function* range(store: Store, audience: number, from: Place, upTo: number): AsyncGenerator<KnownMember[]> {
	for (let after = from; ; ) {
		const known = await store.ask('audienceRange', { audience, after, upTo, limit: PAGE });
		if (known.length > 0) yield known;
		const last = known.at(-1);
		if (!last || known.length < PAGE) return;
		after = { person: last.person, digest: last.digest };
	}
}

interface Judged {
	again: Place[];
	leaving: Place[];
	/** Rows that leave, also those that a run before has found. */
	left: number;
	/** Rows that a run before was to send. */
	pending: number;
	unchanged: number;
}

/** Takes whoever is known as they are to be out of `missing`. */
function judge(known: readonly KnownMember[], wanted: ReadonlyMap<number, Member>, missing: Map<number, Member>): Judged {
	const judged: Judged = { again: [], leaving: [], left: 0, pending: 0, unchanged: 0 };
	for (const { person, digest, state } of known) {
		if (wanted.get(person)?.digest !== digest) {
			judged.left++;
			if (state !== MemberState.leaving) judged.leaving.push({ person, digest });
			continue;
		}
		missing.delete(person);
		if (state === MemberState.present) judged.unchanged++;
		else if (state === MemberState.adding) judged.pending++;
		else judged.again.push({ person, digest });
	}
	return judged;
}
