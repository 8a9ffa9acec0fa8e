import { operation, type OperationContext, type Tx } from '../../store/database';
import { cleanInput } from '../clean';
import { ingest } from '../ingest';
import { checkId, Unacceptable } from '../limits';
import { requireList, type CustomList } from './find';
import { changeMembers, type MemberChange } from './members';

/** How somebody is named: by the user id or, where there is no such user, as an anonymous id; or by an anonymous id alone. */
export type ListedPerson = { id: string } | { anonymousId: string };

export interface ListChange {
	/** Id or name of the list. */
	reference: string;
	people: ListedPerson[];
}

interface Somebody {
	index: number;
	id: string;
	/** Not looked for among user ids. */
	anonymous: boolean;
}

export interface Unlisted {
	/** Place in the input. */
	index: number;
	id: string;
}

export interface AddResult {
	list: CustomList;
	/** People who are on the list now and were not before. */
	added: number;
	/** Records of people who were on it already, or who were named before in the same input. */
	already: number;
	/** Profiles made for ids that nobody had. */
	created: number;
	/** Ids that nobody has. */
	unknown: Unlisted[];
	/** Ids that cannot be one, and why. */
	refused: Array<{ index: number; reason: string }>;
}

export interface RemoveResult {
	list: CustomList;
	removed: number;
	/** Records of people who were not on it. */
	absent: number;
	unknown: Unlisted[];
	refused: AddResult['refused'];
}

/**
 * Puts people on a list. Unknown ids are reported, or become profiles with `createUnknown`. The number of statements
 * does not depend on the number of people. Rejects with `unknown_reference` when there is no such list.
 */
export const addToList = operation<ListChange & { createUnknown?: boolean }, AddResult>(async (tx, input, context) => {
	const { list, named, refused } = await begin(tx, input);
	let found = await lookUp(tx, named);
	let created = 0;
	if (input.createUnknown && found.size < named.length) {
		created = await create(tx, named.filter(({ index }) => !found.has(index)), context);
		found = await lookUp(tx, named);
	}
	const done = await change(tx, list.list, found, true, context.now);
	return { list: { id: list.id, name: list.name }, added: done.changed, already: done.unchanged, created, unknown: without(named, found), refused };
});

/** Takes people off a list. Rejects with `unknown_reference` when there is no such list. */
export const removeFromList = operation<ListChange, RemoveResult>(async (tx, input, { now }) => {
	const { list, named, refused } = await begin(tx, input);
	const found = await lookUp(tx, named);
	const done = await change(tx, list.list, found, false, now);
	return { list: { id: list.id, name: list.name }, removed: done.changed, absent: done.unchanged, unknown: without(named, found), refused };
});

/** Takes everybody off a list. @returns how many that were */
export const clearList = operation<{ reference: string }, { list: CustomList; removed: number }>(async (tx, { reference }, { now }) => {
	const { list, id, name } = await requireList(tx, reference, tx.dialect.forUpdate);
	const blocks = await tx.all<{ size: number }>('DELETE FROM list_block WHERE list = $1 RETURNING size', [list]);
	await touch(tx, list, now);
	return { list: { id, name }, removed: blocks.reduce((sum, { size }) => sum + size, 0) };
});

/** Under the lock `people` nobody who is looked up is merged or erased before they are on the list. */
async function begin(tx: Tx, { reference, people }: ListChange) {
	await tx.lock('people');
	const list = await requireList(tx, reference, tx.dialect.forUpdate);
	const refused: AddResult['refused'] = [];
	const named = people.flatMap((person, index): Somebody[] => {
		const anonymous = 'anonymousId' in person;
		try {
			return [{ index, anonymous, id: checkId(anonymous ? person.anonymousId : person.id, 'the ID') }];
		} catch (error) {
			if (!(error instanceof Unacceptable)) throw error;
			refused.push({ index, reason: error.message });
			return [];
		}
	});
	return { list, named, refused };
}

/** Place in the input -> person number, of those whom the store knows. */
async function lookUp(tx: Tx, named: readonly Somebody[]): Promise<Map<number, number>> {
	if (named.length === 0) return new Map();
	const rows = await tx.all<{ place: number; person: number }>(
		`SELECT asked.place, identity.person
		 FROM ${tx.dialect.rows('$1', { place: 'integer', kind: 'text', value: 'text' })} AS asked
		 JOIN identity ON identity.kind = asked.kind AND identity.value = asked.value`,
		[JSON.stringify(named.map(({ index, id, anonymous }) => [index, anonymous ? 'anonymous' : 'user', id]))],
	);
	const found = new Map(rows.map(({ place, person }) => [Number(place), person]));
	const rest = named.filter(({ index, anonymous }) => !anonymous && !found.has(index));
	if (rest.length === 0) return found;
	return new Map([...found, ...(await lookUp(tx, rest.map((somebody) => ({ ...somebody, anonymous: true }))))]);
}

async function create(tx: Tx, unknown: readonly Somebody[], context: OperationContext): Promise<number> {
	const ids = new Map(unknown.map(({ id, anonymous }) => [`${anonymous} ${id}`, anonymous ? { anonymousId: id } : { id }]));
	const { accepted } = await ingest.run(tx, cleanInput({ profiles: [...ids.values()] }, context.now), context);
	return accepted;
}

async function change(tx: Tx, list: number, found: ReadonlyMap<number, number>, member: boolean, now: number) {
	const changes = [...found.values()].map((person): MemberChange => ({ list, person, member }));
	const changed = (await changeMembers(tx, changes)).filter(Boolean).length;
	if (changed > 0) await touch(tx, list, now);
	return { changed, unchanged: changes.length - changed };
}

async function touch(tx: Tx, list: number, now: number): Promise<void> {
	await tx.run('UPDATE custom_list SET updated_at = $2 WHERE list = $1', [list, now]);
}

function without(named: readonly Somebody[], found: ReadonlyMap<number, number>): Unlisted[] {
	return named.filter(({ index }) => !found.has(index)).map(({ index, id }) => ({ index, id }));
}
