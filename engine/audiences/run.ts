import { randomUUID } from 'node:crypto';

import type { Identifiers, Mapping } from '../channels/export/meta/identifiers';
import type { NormalizeOptions } from '../channels/export/meta/normalize';
import { MOST_ROWS, type UsersAnswer, type UsersRequest } from '../channels/export/meta/users';
import type { Rule } from '../segments/rule';
import type { Store } from '../store/store';
import type { Member } from './members';
import { START, type Difference } from './plan';
import type { MemberState } from './states';
import type { Replacement } from './replacement';
import type { Turn } from './turn';
import { wantedPages, type WantedPage } from './wanted';

/** What a run on an audience is about, and what it works with. */
export interface AudienceWork {
	store: Store;
	/** Id at the ad network. */
	audience: string;
	/** Who is to be in it. */
	rule: Rule;
	mapping: Mapping;
	options: Omit<NormalizeOptions, 'now'>;
	/** Sends one request, repeats it as often as makes sense, and rejects with a CampaignError when it was not taken. */
	send(request: Omit<UsersRequest, 'audience' | 'limitedDataUse'>): Promise<UsersAnswer>;
	/** 0 <= x < 1; numbers the sessions. */
	random(): number;
	/** Rows of a request. Default, and at most: 10,000. */
	most?: number;
}

/** What to do about `notRemoved`. */
export const NOT_REMOVED_HINT = 'Erased people could not be removed within 30 days, and what named them is forgotten. Replace the audience, or remove them by hand at the ad network.';

/** What a run did. */
export interface AudienceResult extends Difference {
	/** Rows that were taken. */
	added: number;
	removed: number;
	/** Rows sent again because they share an identifier with one that has left. */
	sharing: number;
	/** Of the rows that were taken, those that the ad network could not read, by its own inexact count, and samples of them. */
	invalid: number;
	invalidSamples: string[];
	/** Erased people whom no run took out within 30 days, and whom nobody can name any more: they may be in the audience. */
	notRemoved: number;
}

const MOST_SAMPLES = 20;

const KEEP_MS = 30_000;

/** Does what a run does while it has the audience for itself. */
export async function withTurn<Result>(
	{ store, audience }: AudienceWork,
	work: (turn: Turn, left: { replacement?: Replacement; expired?: Replacement }) => Promise<Result>,
): Promise<Result> {
	const { turn, ...left } = await store.call('takeAudience', { id: audience, token: randomUUID() });
	const keeping = setInterval(() => void store.call('keepAudience', turn).catch(() => {}), KEEP_MS).unref();
	try {
		return await work(turn, left);
	} finally {
		clearInterval(keeping);
		// Whoever comes next waits two minutes at worst.
		await store.call('leaveAudience', turn).catch(() => {});
	}
}

/** The people of the segment, as they are to be in the audience. */
export async function wanted({ store, rule, mapping, options }: AudienceWork): Promise<AsyncGenerator<WantedPage>> {
	const { people } = await store.ask('find', { rule });
	return wantedPages(store, people, mapping, { ...options, now: store.clock.now() });
}

/** Rows in one of some states, a request's worth at a time. */
export async function* rowsIn({ store, most = MOST_ROWS }: AudienceWork, { audience }: Turn, states: MemberState[], from = START): AsyncGenerator<Member[]> {
	for (let after = from; ; ) {
		const members = await store.ask('audienceMembers', { audience, states, after, limit: most });
		const last = members.at(-1);
		if (last) yield members;
		if (!last || members.length < most) return;
		after = { person: last.person, digest: last.digest };
	}
}

/** Says of each batch whether it is the last: who is erased meanwhile changes how many there are. */
export async function* withLast(batches: AsyncIterable<Member[]>): AsyncGenerator<{ members: Member[]; last: boolean }> {
	let before: Member[] | undefined;
	for await (const members of batches) {
		if (before) yield { members: before, last: false };
		before = members;
	}
	if (before) yield { members: before, last: true };
}

export function identifiersIn({ identifiers }: Member): Identifiers {
	return JSON.parse(identifiers) as Identifiers;
}

/** A number for a session: unique in the ad account by chance, and one that JSON keeps. */
export function newSession({ random }: AudienceWork): number {
	return Math.floor(random() * 2 ** 52) + 1;
}

/** Adds what an answer says of invalid rows. */
export function noteInvalid(result: AudienceResult, { invalid, samples }: UsersAnswer): void {
	result.invalid += invalid;
	result.invalidSamples.push(...samples.slice(0, MOST_SAMPLES - result.invalidSamples.length));
}
