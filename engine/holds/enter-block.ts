import { placesOfRun } from '../delivery/places-of-run';
import type { Reason } from '../reasons';
import type { OperationContext, Tx } from '../store/database';
import { HoldState, LEASE_MS } from './states';

interface Block {
	run: number;
	seq: number;
	due_at: number;
	people: Uint8Array;
	/** Why they end here, if they do. */
	drop_reason: Reason | null;
}

/** Somebody of a block, as they are now. */
interface Selected {
	/** The number under which they were selected. */
	selected: number;
	/** Themselves, or whom they were merged into since. */
	person: number;
	erased: boolean;
}

/**
 * Turns the next due block of a node into entries, each with a hold that is claimed at once under `token`.
 * People merged since the selection enter as the survivor; one who is there already, or who was erased, is accounted
 * for with a reason; so is everybody in a block that was selected to be dropped, or when the places of the run are
 * used up. Returns undefined when no block is due; the size may be 0 when nobody of the block can go on.
 */
export async function enterBlock(
	tx: Tx,
	node: number,
	token: string,
	context: OperationContext,
): Promise<{ size: number; attempt: number } | undefined> {
	const { now, owner } = context;
	if (!(await tx.get('SELECT 1 AS due FROM block WHERE node = $1 AND due_at <= $2 LIMIT 1', [node, now]))) return undefined;
	// Nobody is merged until it is written who is in the run, or both of two who are one might be sent to.
	await tx.lock('people', 'beside others');
	const next = await nextBlock(tx, node, context);
	if (!next) return undefined;
	const { block, noPlaces } = next;
	await tx.run('DELETE FROM block WHERE run = $1 AND seq = $2', [block.run, block.seq]);
	const people = await readSelected(tx, decodePeople(block.people));
	const entered = await insertEntries(tx, block, people.map(({ person }) => [person, '']));

	const living = people.filter(({ person, erased }) => !erased && entered.has(person)).map(({ person }) => entered.get(person) as number);
	const erased = people.filter((one) => one.erased && entered.has(one.person)).map(({ person }) => entered.get(person) as number);
	// Nobody of them would be sent to: they need not travel.
	const dropReason = block.drop_reason ?? noPlaces;
	const released = dropReason ? [] : [...new Set(living)];
	await insertHolds(tx, released, node, block, { token, owner, now });
	if (dropReason) await dropEntries(tx, [...new Set(living)], node, block.run, dropReason, now);
	await dropEntries(tx, [...new Set(erased)], node, block.run, 'erased', now);
	await dropMerged(tx, people, entered, node, block, now);
	return { size: released.length, attempt: 1 };
}

/**
 * The next due block of a node. Blocks of a run whose places are all taken stay where they are while one may come back;
 * `noPlaces`: none will, and why.
 */
async function nextBlock(tx: Tx, node: number, context: OperationContext): Promise<{ block: Block; noPlaces?: Reason } | undefined> {
	for (const waiting: number[] = []; ; ) {
		const block = await tx.get<Block>(
			`SELECT run, seq, due_at, people, drop_reason FROM block WHERE node = $1 AND due_at <= $2
				AND run NOT IN (SELECT run FROM ${tx.dialect.rows('$3', { run: 'integer' })} AS waiting)
			 ORDER BY due_at, run, seq LIMIT 1 ${tx.dialect.skipLocked}`,
			[node, context.now, JSON.stringify(waiting.map((run) => [run]))],
		);
		if (!block) return undefined;
		const left = await placesOfRun(tx, block.run, context);
		if (!left || left.forGood) return { block, noPlaces: left?.reason };
		waiting.push(block.run);
	}
}

/**
 * Ends the next block of a run or of a node: everybody in it is accounted for with a reason, and nobody goes on.
 * @returns how many ended; undefined when there is no block
 */
export async function endBlock(tx: Tx, of: { run: number } | { node: number }, reason: Reason, now: number): Promise<number | undefined> {
	const [column, value] = 'run' in of ? ['run', of.run] : ['node', of.node];
	const block = await tx.get<Block & { node: number }>(
		`SELECT run, seq, node, due_at, people FROM block WHERE ${column} = $1 ORDER BY run, seq LIMIT 1 ${tx.dialect.skipLocked}`,
		[value],
	);
	if (!block) return undefined;
	await tx.run('DELETE FROM block WHERE run = $1 AND seq = $2', [block.run, block.seq]);
	const people = await readSelected(tx, decodePeople(block.people));
	const entered = await insertEntries(tx, block, people.map(({ person }) => [person, '']));
	const entriesOf = (some: Selected[]) => [...new Set(some.flatMap(({ person }) => entered.get(person) ?? []))];
	const erased = entriesOf(people.filter((one) => one.erased));
	await dropEntries(tx, entriesOf(people.filter((one) => !one.erased)), block.node, block.run, reason, now);
	await dropEntries(tx, erased, block.node, block.run, 'erased', now);
	await dropMerged(tx, people, entered, block.node, block, now);
	return entered.size - erased.length;
}

async function readSelected(tx: Tx, people: number[]): Promise<Selected[]> {
	const rows = await tx.all<{ selected: number; person: number; erased_at: number | null }>(
		`SELECT p.person AS selected, s.person, s.erased_at
		 FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS r
		 JOIN person p ON p.person = r.person JOIN person s ON s.person = coalesce(p.merged_into, p.person)`,
		[JSON.stringify(people.map((person) => [person]))],
	);
	return rows.map(({ selected, person, erased_at }) => ({ selected, person, erased: erased_at !== null }));
}

/** Makes entries for [person, key]; returns those that are new, by person. */
async function insertEntries(tx: Tx, block: Block, entries: Array<[person: number, key: string]>): Promise<Map<number, number>> {
	const rows = await tx.all<{ entry: number; person: number }>(
		`INSERT INTO entry (run, person, entry_key, qualified_at)
		 SELECT $2, r.person, r.entry_key, $3
		 FROM ${tx.dialect.rows('$1', { person: 'integer', entry_key: 'text' })} AS r WHERE true ORDER BY r.person
		 ON CONFLICT (run, person, entry_key) DO NOTHING RETURNING entry, person`,
		[JSON.stringify(entries), block.run, block.due_at],
	);
	return new Map(rows.map(({ person, entry }) => [person, entry]));
}

async function insertHolds(
	tx: Tx,
	entries: number[],
	node: number,
	block: { run: number; due_at: number },
	claim: { token: string; owner: string; now: number },
): Promise<void> {
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, token, owner, lease_until, held_at)
		 SELECT r.entry, $2, 0, $3, $4, ${HoldState.claimed}, 0, $5, $6, $7, $8
		 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS r`,
		[JSON.stringify(entries.map((entry) => [entry])), node, block.run, block.due_at, claim.token, claim.owner, claim.now + LEASE_MS, claim.now],
	);
}

async function dropEntries(tx: Tx, entries: number[], node: number, run: number, reason: string, now: number): Promise<void> {
	if (entries.length === 0) return;
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, dropped_at)
		 SELECT r.entry, $2, 0, $3, $4, $5 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS r WHERE true
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[JSON.stringify(entries.map((entry) => [entry])), node, run, reason, now],
	);
}

/**
 * People of a block who, since the selection, became somebody who is in this run already. They get entries of their own,
 * so that everybody who was selected is accounted for.
 */
async function dropMerged(tx: Tx, people: Selected[], entered: Map<number, number>, node: number, block: Block, now: number): Promise<void> {
	const represented = new Set<number>();
	for (const { person } of people.filter((one) => !entered.has(one.person))) represented.add(person);
	const merged: Selected[] = [];
	for (const one of people) {
		// The first who stands for a person in this block is the entry that was made; every other is a duplicate.
		if (represented.has(one.person)) merged.push(one);
		else represented.add(one.person);
	}
	if (merged.length === 0) return;
	const rows = await tx.all<{ entry: number }>(
		`INSERT INTO entry (run, person, entry_key, qualified_at)
		 SELECT $2, r.person, r.entry_key, $3
		 FROM ${tx.dialect.rows('$1', { person: 'integer', entry_key: 'text' })} AS r WHERE true
		 ON CONFLICT (run, person, entry_key) DO NOTHING RETURNING entry`,
		[JSON.stringify(merged.map(({ person, selected }) => [person, `${MERGED}${selected}`])), block.run, block.due_at],
	);
	await dropEntries(tx, rows.map((row) => row.entry), node, block.run, 'merged_duplicate', now);
}

const MERGED = 'merged ';

/** Whether the entry stands for somebody of a block who had become somebody else of the run. */
export function isMergedKey(entryKey: string): boolean {
	return entryKey.startsWith(MERGED);
}

/** Person numbers as bytes: u32, little endian. */
export function encodePeople(people: Uint32Array): Uint8Array {
	const bytes = new Uint8Array(people.length * 4);
	const view = new DataView(bytes.buffer);
	people.forEach((person, index) => view.setUint32(index * 4, person, true));
	return bytes;
}

export function decodePeople(bytes: Uint8Array): number[] {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return Array.from({ length: bytes.byteLength / 4 }, (_, index) => view.getUint32(index * 4, true));
}
