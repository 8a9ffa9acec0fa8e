import type { Tx } from '../../store/database';
import { bitPlace, blockOf, MemberBits, readMembers } from './bits';

/** A person to be put on, or taken off, a list. `list` is its number. */
export interface MemberChange {
	list: number;
	person: number;
	member: boolean;
}

interface Block {
	list: number;
	block: number;
	size: number;
	bits: MemberBits;
	changed: boolean;
}

/** The members of a list by its number: person numbers, ascending. */
export async function membersOf(tx: Tx, list: number): Promise<Uint32Array> {
	const rows = await tx.all<{ block: number; size: number; members: string }>(
		'SELECT block, size, members FROM list_block WHERE list = $1 ORDER BY block',
		[list],
	);
	const people = new Uint32Array(rows.reduce((sum, row) => sum + row.size, 0));
	let end = 0;
	for (const { block, members } of rows) end = readMembers(block, members, people, end);
	return people;
}

/**
 * Makes the changes in their order. Call it under the lock `people`, so that nobody named is being merged or erased.
 * @returns of each change, whether it changed anything
 */
export async function changeMembers(tx: Tx, changes: readonly MemberChange[]): Promise<boolean[]> {
	if (changes.length === 0) return [];
	const blocks = await loadBlocks(tx, changes);
	const done = changes.map(({ list, person, member }) => {
		const block = blocks.get(keyOf(list, blockOf(person))) as Block;
		if (!block.bits.set(person, member)) return false;
		block.size += member ? 1 : -1;
		block.changed = true;
		return true;
	});
	await saveBlocks(tx, [...blocks.values()].filter((block) => block.changed));
	return done;
}

/** The lists that people are on, as pairs of list number and person. */
export async function listsOf(tx: Tx, people: Iterable<number>): Promise<Array<{ list: number; person: number }>> {
	const asked = [...new Set(people)].map((person) => {
		const { block, position, digits } = bitPlace(person);
		return [person, block, position, digits];
	});
	return await tx.all<{ list: number; person: number }>(
		`SELECT list_block.list, asked.person
		 FROM ${tx.dialect.rows('$1', { person: 'integer', block: 'integer', position: 'integer', digits: 'text' })} AS asked
		 JOIN list_block ON list_block.block = asked.block
		 WHERE asked.digits LIKE '%' || substr(list_block.members, CAST(asked.position AS integer), 1) || '%'`,
		[JSON.stringify(asked)],
	);
}

/** The survivors of a merge take the places of those who have become them. */
export async function mergeMembers(tx: Tx, pairs: ReadonlyArray<{ from: number; into: number }>): Promise<void> {
	const survivors = new Map(pairs.map(({ from, into }) => [from, into]));
	const found = await listsOf(tx, survivors.keys());
	await changeMembers(
		tx,
		found.flatMap(({ list, person }) => [
			{ list, person, member: false },
			{ list, person: survivors.get(person) as number, member: true },
		]),
	);
}

/** People who have been erased are on no list any more. */
export async function eraseMembers(tx: Tx, people: readonly number[]): Promise<void> {
	const found = await listsOf(tx, people);
	await changeMembers(tx, found.map((place) => ({ ...place, member: false })));
}

async function loadBlocks(tx: Tx, changes: readonly MemberChange[]): Promise<Map<string, Block>> {
	const blocks = new Map<string, Block>();
	for (const { list, person } of changes) {
		const block = blockOf(person);
		const key = keyOf(list, block);
		if (!blocks.has(key)) blocks.set(key, { list, block, size: 0, bits: new MemberBits(), changed: false });
	}
	const rows = await tx.all<{ list: number; block: number; size: number; members: string }>(
		`SELECT list_block.list, list_block.block, list_block.size, list_block.members
		 FROM ${tx.dialect.rows('$1', { list: 'integer', block: 'integer' })} AS wanted
		 JOIN list_block ON list_block.list = wanted.list AND list_block.block = wanted.block`,
		[JSON.stringify([...blocks.values()].map(({ list, block }) => [list, block]))],
	);
	for (const { list, block, size, members } of rows) {
		blocks.set(keyOf(list, block), { list, block, size, bits: new MemberBits(members), changed: false });
	}
	return blocks;
}

async function saveBlocks(tx: Tx, blocks: readonly Block[]): Promise<void> {
	if (blocks.length === 0) return;
	await tx.run(
		`INSERT INTO list_block (list, block, size, members)
		 SELECT list, block, size, members
		 FROM ${tx.dialect.rows('$1', { list: 'integer', block: 'integer', size: 'integer', members: 'text' })} AS fresh WHERE true
		 ON CONFLICT (list, block) DO UPDATE SET size = excluded.size, members = excluded.members`,
		[JSON.stringify(blocks.map(({ list, block, size, bits }) => [list, block, size, bits.toText()]))],
	);
}

function keyOf(list: number, block: number): string {
	return `${list} ${block}`;
}
