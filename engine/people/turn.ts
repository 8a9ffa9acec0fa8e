import { randomInt } from 'node:crypto';

import { RepeatTransaction, type Tx } from '../store/database';
import { isEverybodyKnown, lookUp, type Ids, type People } from './look-up';

/**
 * Who may take people and events in at the same time. On PostgreSQL whoever may make, merge or erase people holds the
 * lock `people` alone, so that nobody is made twice and no event reaches somebody who is just being merged away. Events
 * of people who are known change nobody: whoever brings only these holds it beside others of the kind.
 *
 * The epoch is another one whenever an id that was somebody's has become somebody else's or nobody's: whose ids are need
 * not be read again while it lasts. It can be relied on under the lock only, in either way.
 */
export interface Turn {
	people: People;
	/** Nobody may be made, merged or erased. */
	isBesideOthers: boolean;
}

/**
 * Waits for the lock `people`, and finds out whose ids are.
 * @param changesNobody whether, if `people` are all there are, the input makes, changes and merges nobody
 */
export async function takeTurn(tx: Tx, ids: Ids, changesNobody: (people: People) => boolean): Promise<Turn> {
	if (!tx.people) return { people: await lookUp(tx, ids), isBesideOthers: false };
	// Before the lock: with it, nobody should wait for what can be read without.
	const expected = tx.people.epoch ?? (await readEpoch(tx));
	const before = await lookUp(tx, ids, expected);
	const isBesideOthers = isEverybodyKnown(ids, before) && changesNobody(before);
	await tx.lock('people', isBesideOthers ? 'beside others' : undefined);
	const epoch = await readEpoch(tx);
	tx.people.begin(epoch);
	if (isBesideOthers && epoch === expected) return { people: before, isBesideOthers };
	const people = await lookUp(tx, ids, epoch);
	// Somebody was merged or erased just now. Two that hold the lock beside each other cannot both come to hold it alone.
	if (isBesideOthers && !(isEverybodyKnown(ids, people) && changesNobody(people))) throw new RepeatTransaction('People have changed meanwhile.');
	return { people, isBesideOthers };
}

/** An id that was somebody's is somebody else's or nobody's from now on. Call it under the lock `people`, held alone. */
export async function beginEpoch(tx: Tx): Promise<void> {
	// By chance, so that none comes again when the store has been put back from a copy.
	if (tx.people) await tx.run('UPDATE identity_epoch SET epoch = $1', [randomInt(2 ** 48 - 1)]);
}

/** With what tells the table from one that has been put in its place. */
async function readEpoch(tx: Tx): Promise<string> {
	const row = await tx.get<{ epoch: string }>("SELECT epoch || ' ' || pg_relation_filenode('identity') AS epoch FROM identity_epoch");
	return row?.epoch ?? '';
}
