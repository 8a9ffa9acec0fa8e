import type { Key } from '../channels/export/meta/keys';
import { operation, type Tx } from '../store/database';
import { MemberState } from './states';
import { requireTurn, type Turn } from './turn';

/** A row of an audience in the order in which rows are sent. */
export interface Place {
	person: number;
	digest: string;
}

/** A replacement under way. */
export interface Replacement {
	/** Session at the ad network. */
	session: number;
	/** Epoch ms, of its first batch. */
	startedAt: number;
	/** Every batch of a session has the same. */
	keys: Key[];
	/** Rows in all. */
	total: number;
	/** Those that have been taken: how many, in how many batches, up to which. */
	sent: number;
	batches: number;
	upTo: Place;
}

/**
 * Meta ends a session after 90 minutes, and makes the audience of what has come until then. Later than this no run goes on with
 * it, so that its last batch comes in time.
 */
const LONGEST_MS = 80 * 60_000;

/** Rows of one transaction. */
const SLICE = 5_000;

export function isCurrent({ startedAt }: Replacement, now: number): boolean {
	return now < startedAt + LONGEST_MS;
}

/** Writes down how far a replacement is: before its first batch, and after each. */
export const noteReplacement = operation(async (tx: Tx, { turn, replacement }: { turn: Turn; replacement: Replacement }, { now }): Promise<{ current: boolean }> => {
	await requireTurn(tx, turn, now);
	await tx.run('UPDATE audience SET replacement = $2 WHERE audience = $1', [turn.audience, JSON.stringify(replacement)]);
	return { current: isCurrent(replacement, now) };
});

/**
 * The replacement is over. A slice of what follows from it; call it until nothing is left. `complete`: the audience consists of its
 * rows, all others are gone; but whoever was erased while it was made may be in it, and is yet to be taken back. Else it was cut off: rows up to `upTo` are there, all behind it are to be sent again, and those that
 * were to leave are yet to be taken back, as nobody knows whether its first batch has come.
 */
export const endReplacement = operation(async (tx: Tx, { turn, upTo, startedAt, complete }: Pick<Replacement, 'upTo' | 'startedAt'> & { turn: Turn; complete: boolean }, { now }): Promise<{ left: boolean }> => {
	await requireTurn(tx, turn, now);
	const { present, adding, leaving } = MemberState;
	// Those who move have an index, which is found by these very words.
	const moving = 'state <> 0';
	const slice = (where: string) => `audience = $1 AND (person, digest) IN (SELECT person, digest FROM audience_member WHERE audience = $1 AND ${where} LIMIT ${SLICE})`;
	const place = [turn.audience, upTo.person, upTo.digest];
	const changed =
		(complete ? await tx.run(`DELETE FROM audience_member WHERE ${slice(`${moving} AND state = ${leaving} AND (erased_at IS NULL OR erased_at < $2)`)}`, [turn.audience, startedAt]) : 0) ||
		(await tx.run(`UPDATE audience_member SET state = ${present} WHERE ${slice(`${moving} AND state = ${adding} AND (person, digest) <= ($2, $3)`)}`, place)) ||
		(await tx.run(`UPDATE audience_member SET state = ${adding} WHERE ${slice(`state = ${present} AND (person, digest) > ($2, $3)`)}`, place));
	if (changed > 0) return { left: true };
	// Whoever could not be taken out is not in what it consists of now.
	await tx.run(`UPDATE audience SET replacement = NULL${complete ? ', not_removed = 0' : ''} WHERE audience = $1`, [turn.audience]);
	return { left: false };
});
