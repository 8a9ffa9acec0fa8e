import { giveBackPlaces } from '../delivery/places';
import { HoldState } from '../holds/states';
import type { Reason } from '../reasons';
import type { Tx } from '../store/database';
import type { MergePair } from './merge';
import { runsOneByOne, separate } from './separate-entries';

interface EntryRow {
	entry: number;
	run: number;
	person: number;
	entry_key: string;
	qualified_at: number;
	waiting: number;
	reached: number;
}

/** One of the merged people's entries in one run. */
export interface Side {
	run: number;
	person: number;
	entries: EntryRow[];
	reached: boolean;
	waiting: boolean;
	qualifiedAt: number;
	entry: number;
}

/**
 * Campaign entries of merged people become the survivor's. Where both were in one run, one person must not get the
 * campaign twice: the side that has been sent to goes on, else the one still waiting, else the older; what waits on the
 * other side is dropped as `merged_duplicate` and its entries stay under the other number. In a run that people come into
 * one by one, what is over on one side does not keep the other from going on: see `separate`. All messages count for the
 * survivor, so frequency caps add up.
 */
export async function collapseEntries(tx: Tx, pairs: readonly MergePair[], now: number): Promise<void> {
	const survivor = new Map(pairs.map(({ from, into }) => [from, into]));
	const rows = await entriesOf(tx, [...new Set(pairs.flatMap(({ from, into }) => [from, into]))]);
	const moved: Array<[number, number]> = [];
	const losers: number[] = [];
	const groups = groupBy(rows, (row) => `${row.run} ${survivor.get(row.person) ?? row.person}`);
	const inOneRun = [...groups.values()].map(sidesOf);
	const oneByOne = await runsOneByOne(tx, inOneRun.flatMap(([side, other]) => (side && other ? [side.run] : [])));
	for (const sides of inOneRun) {
		const [keeper, ...others] = sides as [Side, ...Side[]];
		const into = survivor.get(keeper.person) ?? keeper.person;
		const reentry = others.length > 0 ? oneByOne.get(keeper.run) : undefined;
		const separated = reentry && (await separate(tx, keeper.run, reentry, sides, into));
		if (separated) {
			losers.push(...separated.losers);
			moved.push(...separated.moved);
			continue;
		}
		if (keeper.person !== into) for (const { entry } of keeper.entries) moved.push([entry, into]);
		for (const side of others) {
			for (const { entry } of side.entries) {
				losers.push(entry);
				// Makes room for the keeper: a run has one entry per person and key.
				if (side.person === into) moved.push([entry, keeper.person]);
			}
		}
	}
	await dropWaiting(tx, losers, 'merged_duplicate', now);
	await moveEntries(tx, moved);
	const messages = rows.flatMap((row) => (survivor.has(row.person) ? [[row.entry, survivor.get(row.person)]] : []));
	if (messages.length === 0) return;
	await tx.run(
		`UPDATE message SET person = moved.person
		 FROM ${tx.dialect.rows('$1', { entry: 'integer', person: 'integer' })} AS moved WHERE message.entry = moved.entry`,
		[JSON.stringify(messages)],
	);
}

/** All entries of people; by way of the runs, for entries are found by run and person. */
export async function entriesOf(tx: Tx, people: readonly number[]): Promise<EntryRow[]> {
	return await tx.all<EntryRow>(
		`SELECT entry.entry, entry.run, entry.person, entry.entry_key, entry.qualified_at,
		        CASE WHEN EXISTS (SELECT 1 FROM hold WHERE hold.entry = entry.entry AND hold.state IN (${HoldState.waiting}, ${HoldState.claimed})) THEN 1 ELSE 0 END AS waiting,
		        CASE WHEN EXISTS (
		          SELECT 1 FROM message WHERE message.entry = entry.entry AND message.state IN ('claimed', 'sending', 'sent', 'unknown')
		        ) THEN 1 ELSE 0 END AS reached
		 FROM run
		 CROSS JOIN ${tx.dialect.rows('$1', { person: 'integer' })} AS wanted
		 JOIN entry ON entry.run = run.run AND entry.person = wanted.person
		 ORDER BY entry.entry`,
		[JSON.stringify(people.map((person) => [person]))],
	);
}

/**
 * Ends the waiting holds of entries with a reason; holds that are out in an execution end there. Where a message waits
 * at its sender, the message carries the reason.
 */
export async function dropWaiting(tx: Tx, entries: readonly number[], reason: Reason, now: number): Promise<void> {
	if (entries.length === 0) return;
	const params = [JSON.stringify(entries.map((entry) => [entry])), reason, now];
	const named = `(SELECT entry FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS named)`;
	const ended = await tx.all<{ message: number }>(
		`UPDATE message SET state = 'not_sent', reason = $2, detail = NULL, settled_at = $3
		 WHERE state = 'held' AND entry IN ${named} RETURNING message`,
		params,
	);
	await giveBackPlaces(tx, ended.map(({ message }) => message));
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, dropped_at)
		 SELECT entry, node, visit, run, $2, $3 FROM hold
		 WHERE state = ${HoldState.waiting} AND entry IN ${named}
		   AND NOT EXISTS (
		     SELECT 1 FROM message
		     WHERE message.entry = hold.entry AND message.node = hold.node AND message.visit = hold.visit
		   )
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		params,
	);
	await tx.run(
		`UPDATE hold SET state = ${HoldState.dropped}, payload = NULL WHERE state = ${HoldState.waiting} AND entry IN ${named}`,
		params.slice(0, 1),
	);
}

function sidesOf(entries: EntryRow[]): Side[] {
	const sides = [...groupBy(entries, (row) => row.person)].map(([person, own]) => ({
		run: (own[0] as EntryRow).run,
		person,
		entries: own,
		reached: own.some((row) => row.reached === 1),
		waiting: own.some((row) => row.waiting === 1),
		qualifiedAt: Math.min(...own.map((row) => row.qualified_at)),
		entry: Math.min(...own.map((row) => row.entry)),
	}));
	return sides.sort((a, b) => Number(b.reached) - Number(a.reached) || Number(b.waiting) - Number(a.waiting) || a.qualifiedAt - b.qualifiedAt || a.entry - b.entry);
}

/** In two steps, so that two entries may trade places under the unique key. */
async function moveEntries(tx: Tx, moved: ReadonlyArray<[number, number]>): Promise<void> {
	if (moved.length === 0) return;
	const rows = JSON.stringify(moved);
	const named = tx.dialect.rows('$1', { entry: 'integer', person: 'integer' });
	await tx.run(`UPDATE entry SET person = -entry WHERE entry IN (SELECT entry FROM ${named} AS moved)`, [rows]);
	await tx.run(`UPDATE entry SET person = moved.person FROM ${named} AS moved WHERE entry.entry = moved.entry`, [rows]);
}

function groupBy<Key>(rows: readonly EntryRow[], keyOf: (row: EntryRow) => Key): Map<Key, EntryRow[]> {
	const groups = new Map<Key, EntryRow[]>();
	for (const row of rows) {
		const key = keyOf(row);
		const group = groups.get(key);
		if (group) group.push(row);
		else groups.set(key, [row]);
	}
	return groups;
}
