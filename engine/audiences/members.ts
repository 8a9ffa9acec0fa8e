import { operation, type Tx } from '../store/database';
import type { Place } from './replacement';
import { MemberState } from './states';
import { requireTurn, type Turn } from './turn';

/** A row of identifiers in an audience. */
export interface Member extends Place {
	/** JSON of Identifiers. */
	identifiers: string;
}

/** What is to become of some rows. */
export interface MemberChanges {
	/** Sent for the first time. */
	fresh?: Member[];
	/** To be sent again. */
	again?: Place[];
	/** To be taken back. */
	leaving?: Place[];
	/** The ad network has them. */
	present?: Place[];
	/** The ad network has them no more. */
	gone?: Place[];
}

/** Makes the changes, as one; people who were erased meanwhile can only go. Rejects with `audience_taken`. */
export const changeAudience = operation(async (tx: Tx, { turn, fresh = [], again = [], leaving = [], present = [], gone = [] }: MemberChanges & { turn: Turn }, { now }): Promise<void> => {
	await requireTurn(tx, turn, now);
	if (fresh.length > 0) {
		await tx.run(
			`INSERT INTO audience_member (audience, person, digest, identifiers, state)
			 SELECT $1, person, digest, identifiers, ${MemberState.adding}
			 FROM ${tx.dialect.rows('$2', { person: 'integer', digest: 'text', identifiers: 'text' })} AS fresh
			 WHERE NOT EXISTS (SELECT 1 FROM person WHERE person.person = fresh.person AND person.erased_at IS NOT NULL)
			 ON CONFLICT (audience, person, digest) DO UPDATE SET state = excluded.state`,
			[turn.audience, JSON.stringify(fresh.map(({ person, digest, identifiers }) => [person, digest, identifiers]))],
		);
	}
	await setState(tx, turn, again, MemberState.adding);
	await setState(tx, turn, leaving, MemberState.leaving);
	await setState(tx, turn, present, MemberState.present);
	if (gone.length > 0) {
		await tx.run(
			`DELETE FROM audience_member WHERE (audience, person, digest) IN (SELECT audience, person, digest FROM ${tx.dialect.rows('$1', PLACE)} AS gone)`,
			[placesOf(turn, gone)],
		);
	}
});

/** With the audience in every row: named once beside them, it would have SQLite look at all rows of the audience, for each of them at all places. */
const PLACE = { audience: 'integer', person: 'integer', digest: 'text' } as const;

function placesOf({ audience }: Turn, places: readonly Place[]): string {
	return JSON.stringify(places.map(({ person, digest }) => [audience, person, digest]));
}

async function setState(tx: Tx, turn: Turn, places: readonly Place[], state: MemberState): Promise<void> {
	if (places.length === 0) return;
	await tx.run(
		`UPDATE audience_member SET state = ${state} FROM ${tx.dialect.rows('$1', PLACE)} AS named
		 WHERE audience_member.audience = named.audience AND audience_member.person = named.person AND audience_member.digest = named.digest
		   AND audience_member.erased_at IS NULL`,
		[placesOf(turn, places)],
	);
}

export interface KnownMember extends Place {
	state: MemberState;
}

/** Rows of people with numbers above one and up to another, in order, a page of them; without what they hold. */
export async function audienceRange(tx: Tx, { audience, after, upTo, limit }: { audience: number; after: Place; upTo: number; limit: number }): Promise<KnownMember[]> {
	return await tx.all<KnownMember>(
		`SELECT person, digest, state FROM audience_member
		 WHERE audience = $1 AND (person, digest) > ($2, $3) AND person <= $4 ORDER BY person, digest LIMIT ${limit}`,
		[audience, after.person, after.digest, upTo],
	);
}

/** Rows in one of some states, in order, a page of them. */
export async function audienceMembers(tx: Tx, { audience, states, after, limit }: { audience: number; states: MemberState[]; after: Place; limit: number }): Promise<Member[]> {
	// Said in so many words, for an index knows only those who move.
	const moving = states.includes(MemberState.present) ? '' : 'AND state <> 0';
	return await tx.all<Member>(
		`SELECT person, digest, identifiers FROM audience_member
		 WHERE audience = $1 AND state IN (${states.map(Number).join(', ')}) ${moving} AND (person, digest) > ($2, $3) ORDER BY person, digest LIMIT ${limit}`,
		[audience, after.person, after.digest],
	);
}

/**
 * How many rows are in each state; of an audience by its id, as a run that has not taken it may ask. `notRemoved`: erased people who
 * may be in it, and whom nobody can take out any more.
 */
export async function audienceSize(tx: Tx, { id }: { id: string }): Promise<{ audience?: number; present: number; adding: number; leaving: number; notRemoved: number }> {
	const row = await tx.get<{ audience: number; notRemoved: number }>('SELECT audience, not_removed AS "notRemoved" FROM audience WHERE id = $1', [id]);
	if (!row) return { present: 0, adding: 0, leaving: 0, notRemoved: 0 };
	const counts = await tx.all<{ state: number; rows: number }>('SELECT state, count(*) AS rows FROM audience_member WHERE audience = $1 GROUP BY state', [row.audience]);
	const of = (state: MemberState) => Number(counts.find((count) => Number(count.state) === state)?.rows ?? 0);
	return { ...row, present: of(MemberState.present), adding: of(MemberState.adding), leaving: of(MemberState.leaving) };
}
