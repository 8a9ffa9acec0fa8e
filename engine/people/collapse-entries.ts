import { NOT_COME_IN } from '../campaigns/live/reentry';
import { giveBackPlaces } from '../delivery/places';
import { HoldState } from '../holds/states';
import type { Reason } from '../reasons';
import type { Tx } from '../store/database';
import type { MergePair } from './merge';
import { rivalriesOf, type RivalEntry } from './rival-entries';

interface EntryRow extends RivalEntry {
	entry: number;
	run: number;
	reached: number;
}

/** One of the merged people's entries in one run. */
interface Side {
	person: number;
	entries: EntryRow[];
	reached: boolean;
	waiting: boolean;
	qualifiedAt: number;
	entry: number;
}

/**
 * Campaign entries of merged people become the survivor's. Where both were in one run, one person must not get the
 * campaign twice: of entries that stand against each other (see rival-entries) the side that has been sent to goes on, else
 * the one still waiting, else the older; what waits on the other side is dropped as `merged_duplicate` and its entries stay
 * under the other number. All messages count for the survivor, so frequency caps add up.
 */
export async function collapseEntries(tx: Tx, pairs: readonly MergePair[], now: number): Promise<void> {
	const survivor = new Map(pairs.map(({ from, into }) => [from, into]));
	const rows = await entriesOf(tx, [...new Set(pairs.flatMap(({ from, into }) => [from, into]))]);
	const groups = [...groupBy(rows, (row) => `${row.run} ${survivor.get(row.person) ?? row.person}`).values()] as Array<[EntryRow, ...EntryRow[]]>;
	const rivalries = await rivalriesOf(tx, groups.filter(([first, ...others]) => others.some(({ person }) => person !== first.person)).map(([{ run }]) => run));
	const moved: Array<[number, number]> = [];
	const losers: number[] = [];
	for (const group of groups) {
		const [{ run, person }] = group;
		const lost = lostOf(rivalries.get(run)?.(group) ?? []);
		losers.push(...[...lost.keys()].map(({ entry }) => entry));
		moved.push(...movesOf(group, lost, survivor.get(person) ?? person));
	}
	await dropWaiting(tx, losers, 'merged_duplicate', now);
	await moveEntries(tx, moved);
	// Also those of entries that stay under a number of before.
	await tx.run(
		`UPDATE message SET person = merged.into_person
		 FROM ${tx.dialect.rows('$1', { from_person: 'integer', into_person: 'integer' })} AS merged WHERE message.person = merged.from_person`,
		[JSON.stringify(pairs.map(({ from, into }) => [from, into]))],
	);
}

/** The entries that do not go on, each with the person of those who do in its place. */
function lostOf(rivals: readonly EntryRow[][]): Map<EntryRow, number> {
	const lost = new Map<EntryRow, number>();
	for (const entries of rivals) {
		const [keeper, ...others] = sidesOf(entries);
		if (keeper) for (const side of others) for (const one of side.entries) lost.set(one, keeper.person);
	}
	return lost;
}

/** What goes on becomes the survivor's, and what does not makes room for it: a run has one entry per person and key. */
function movesOf(group: readonly EntryRow[], lost: ReadonlyMap<EntryRow, number>, into: number): Array<[number, number]> {
	const stays = new Set(group.filter((one) => one.person === into && !lost.has(one)).map(({ key }) => key));
	return group.flatMap((one): Array<[number, number]> => {
		const keeper = lost.get(one);
		if (keeper !== undefined) return one.person === into ? [[one.entry, keeper]] : [];
		if (one.person === into || stays.has(one.key)) return [];
		stays.add(one.key);
		return [[one.entry, into]];
	});
}

/** All entries of people; by way of the runs, for entries are found by run and person. */
export async function entriesOf(tx: Tx, people: readonly number[]): Promise<EntryRow[]> {
	return await tx.all<EntryRow>(
		`SELECT e.entry, e.run, e.person, e.entry_key AS key, e.qualified_at,
		        CASE WHEN EXISTS (SELECT 1 FROM hold WHERE hold.entry = e.entry AND hold.state IN (${HoldState.waiting}, ${HoldState.claimed})) THEN 1 ELSE 0 END AS waiting,
		        CASE WHEN EXISTS (
		          SELECT 1 FROM message WHERE message.entry = e.entry AND message.state IN ('claimed', 'sending', 'sent', 'unknown')
		        ) THEN 1 ELSE 0 END AS reached,
		        CASE WHEN ${NOT_COME_IN} THEN 0 ELSE 1 END AS came_in
		 FROM run
		 CROSS JOIN ${tx.dialect.rows('$1', { person: 'integer' })} AS wanted
		 JOIN entry AS e ON e.run = run.run AND e.person = wanted.person
		 ORDER BY e.entry`,
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
