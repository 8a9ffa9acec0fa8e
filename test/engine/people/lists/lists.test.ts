import fc from 'fast-check';

import { ingest } from '../../../../engine/people/ingest';
import { erasePerson } from '../../../../engine/people/erase';
import { BLOCK_SIZE, MemberBits, readMembers } from '../../../../engine/people/lists/bits';
import { addToList, clearList, removeFromList, type ListedPerson } from '../../../../engine/people/lists/change';
import { createList, renameList } from '../../../../engine/people/lists/create';
import { changeMembers, listsOf, membersOf } from '../../../../engine/people/lists/members';
import { customLists, listMembers } from '../../../../engine/people/lists/read';
import { merge } from '../../../../engine/people/merge';
import { deleteList } from '../../../../engine/segments/saved/remove';
import { describeDatabases } from '../../../support/connections';
import { START } from '../../../support/stores';

const ids = (...names: string[]): ListedPerson[] => names.map((id) => ({ id }));

describeDatabases('custom lists', (database) => {
	const create = async (name: string) => await database().call(createList, { name });
	const add = async (people: ListedPerson[], createUnknown = false, reference = 'Import') => await database().call(addToList, { reference, people, createUnknown });
	const remove = async (people: ListedPerson[]) => await database().call(removeFromList, { reference: 'Import', people });
	const members = async (reference = 'Import') => [...(await database().transact(async (tx) => await listMembers(tx, reference)))];
	const addPeople = async (...names: string[]) => await database().call(ingest, { profiles: names.map((id) => ({ id })) });

	beforeEach(async () => {
		await create('Import');
		await addPeople('ann', 'bob', 'cyd');
	});

	it('are made once, renamed, listed with their sizes, and deleted', async () => {
		const { id } = await create(' import ');
		expect(await create('IMPORT')).toEqual({ id, name: 'Import', created: false });
		await create('Empty');
		await add(ids('bob', 'ann'));
		await database().call(renameList, { reference: 'import', name: 'Spring' }, START + 5);
		expect(await database().transact(customLists)).toEqual([
			{ id: expect.any(String), name: 'Empty', size: 0, createdAt: START, updatedAt: START },
			{ id, name: 'Spring', size: 2, createdAt: START, updatedAt: START + 5 },
		]);
		expect(await members('Import')).toEqual([1, 2]);
		await expect(database().call(renameList, { reference: 'Spring', name: 'empty' })).rejects.toMatchObject({ code: 'name_taken' });
		await database().call(deleteList, { reference: 'Spring' });
		await expect(members('Import')).rejects.toMatchObject({ code: 'unknown_reference', message: 'There is no custom list called "Import".' });
		await expect(members('Emtpy')).rejects.toThrow('There is no custom list called "Emtpy"; did you mean "Empty"?');
		expect(await database().transact(async (tx) => await tx.all('SELECT * FROM list_block'))).toEqual([]);
	});

	it('take known people, and say who was on them already and who is unknown', async () => {
		expect(await add(ids('cyd', 'nobody', 'ann', 'cyd', ' ', 'nobody'))).toEqual({
			list: { id: expect.any(String), name: 'Import' },
			added: 2,
			already: 1,
			created: 0,
			unknown: [{ index: 1, id: 'nobody' }, { index: 5, id: 'nobody' }],
			refused: [{ index: 4, reason: 'the ID is empty' }],
		});
		expect(await members()).toEqual([1, 3]);
		expect(await add(ids('ann', 'bob'))).toMatchObject({ added: 1, already: 1 });
		await expect(add(ids('ann'), false, 'Imprt')).rejects.toMatchObject({ code: 'unknown_reference' });
	});

	it('make profiles of unknown ids when asked to', async () => {
		expect(await add([...ids('ann', 'dan', 'dan'), { anonymousId: 'device' }, { anonymousId: 'ann' }], true)).toMatchObject({ added: 4, already: 1, created: 3, unknown: [] });
		expect(await members()).toEqual([1, 4, 5, 6]);
		expect(await add(ids('device'))).toMatchObject({ added: 0, already: 1 });
	});

	it('let people go', async () => {
		await add(ids('ann', 'bob'));
		expect(await remove(ids('ann', 'cyd', 'nobody', ''))).toEqual({
			list: expect.anything(),
			removed: 1,
			absent: 1,
			unknown: [{ index: 2, id: 'nobody' }],
			refused: [{ index: 3, reason: 'the ID is empty' }],
		});
		expect(await members()).toEqual([2]);
		expect(await database().call(clearList, { reference: 'Import' })).toMatchObject({ removed: 1 });
		expect(await members()).toEqual([]);
	});

	it('a merged person is on them as the survivor, once', async () => {
		await create('Other');
		await add(ids('ann', 'bob'));
		await add(ids('ann'), false, 'Other');
		await database().transact(async (tx) => await merge(tx, 1, 3, START));
		expect(await members()).toEqual([2, 3]);
		expect(await members('Other')).toEqual([3]);
		await database().transact(async (tx) => await merge(tx, 3, 2, START));
		expect(await members()).toEqual([2]);
		expect(await members('Other')).toEqual([2]);
		expect((await database().transact(customLists)).map(({ size }) => size)).toEqual([1, 1]);
	});

	it('a device that turns out to be somebody is on them as that person', async () => {
		await add([{ anonymousId: 'device' }], true);
		await database().call(ingest, { profiles: [{ id: 'bob', anonymousId: 'device' }] });
		expect(await members()).toEqual([2]);
	});

	it('an erased person is on none', async () => {
		await create('Other');
		await add(ids('ann', 'bob'));
		await add(ids('bob'), false, 'Other');
		await database().call(erasePerson, { name: { id: 'bob' } });
		expect(await members()).toEqual([1]);
		expect(await members('Other')).toEqual([]);
		expect(await database().transact(async (tx) => await listsOf(tx, [2]))).toEqual([]);
		expect(await add(ids('bob'))).toMatchObject({ added: 0, unknown: [{ index: 0, id: 'bob' }] });
	});

	it('find every bit they set, over the borders of blocks', async () => {
		const people = [1, 2, 3, 4, 7, 8, 31, 4_095, 4_096, 4_097, 8_191, 8_192, 1_000_003, 4_000_000_000];
		await database().transact(async (tx) => {
			await changeMembers(tx, people.map((person) => ({ list: 7, person, member: true })));
			expect([...(await membersOf(tx, 7))]).toEqual(people);
			const asked = [...people, ...people.map((person) => person + 5)];
			const found = (await listsOf(tx, asked)).map(({ person }) => Number(person)).sort((a, b) => a - b);
			expect(found).toEqual([...new Set(asked.filter((person) => people.includes(person)))].sort((a, b) => a - b));
		});
	});
});

test('a block gives back the members that were put in and not taken out', () => {
	const changes = fc.array(fc.record({ person: fc.nat(BLOCK_SIZE - 1), member: fc.boolean() }), { maxLength: 300 });
	fc.assert(
		fc.property(changes, fc.integer({ min: 0, max: 1_000 }), (all, block) => {
			const bits = new MemberBits();
			const expected = new Set<number>();
			for (const { person, member } of all) {
				const number = block * BLOCK_SIZE + person;
				expect(bits.set(number, member)).toBe(expected.has(number) !== member);
				if (member) expected.add(number);
				else expected.delete(number);
			}
			const people = new Uint32Array(expected.size);
			expect(readMembers(block, bits.toText(), people, 0)).toBe(expected.size);
			expect([...people]).toEqual([...expected].sort((a, b) => a - b));
		}),
	);
});
