import { describeStores } from '../../support/stores';
import { node, release, startRun } from '../../support/campaign';

describeStores('who is behind entries and ids', (fixture) => {
	const whoIs = async (ids: string[], entries: number[] = []) => await fixture().store.ask('whoIs', { ids, entries });

	beforeEach(async () => {
		await fixture().store.call('ingest', {
			profiles: [{ id: 'ann' }, { id: 'bob' }, { anonymousId: 'device' }, { anonymousId: 'both' }, { id: 'both' }],
		});
	});

	const numberOf = async (id: string) => (await whoIs([id])).ids[0]?.person;

	test('ids are those of users, then of anonymous people; unknown ones are left out', async () => {
		const { ids } = await whoIs(['ann', 'ann', 'device', 'both', 'nobody']);
		expect(ids.map(({ id }) => id).sort()).toEqual(['ann', 'both', 'device']);
		expect(new Set(ids.map(({ person }) => person)).size).toBe(3);
		const user = await fixture().store.call('getPerson', { name: { id: 'both' } });
		expect(await numberOf('both')).toBe(user?.profile.person);
	});

	test.each([['a NUL', 'a\u0000b'], ['half a character', 'a\ud83d']])('an id with %s is nobody\'s, and takes nobody with it', async (_what, id) => {
		const { store } = fixture();
		expect((await whoIs(['ann', id])).ids).toMatchObject([{ id: 'ann' }]);
		for (const name of [{ id }, { anonymousId: id }, { email: id }]) expect(await store.call('getPerson', { name })).toBeUndefined();
		expect(await store.call('erasePerson', { name: { id } })).toEqual({ erased: 0 });
		expect(await store.ask('personStory', { name: { id }, anyCampaign: true })).toMatchObject({ known: false });
	});

	test('an entry is its person, of a merged person the survivor, of an erased one nobody', async () => {
		const { store } = fixture();
		const [ann, bob] = [await numberOf('ann'), await numberOf('bob')] as [number, number];
		await startRun(store, [ann, bob]);
		const released = await release(store, await node(store, 'trigger'));
		const entryOf = (person: number) => released?.people.find((one) => one.person === person)?.entry as number;
		const [entryOfAnn, entryOfBob] = [entryOf(ann), entryOf(bob)];
		const people = async () => (await whoIs([], [entryOfAnn, entryOfBob, 999_999])).entries.sort((a, b) => a.entry - b.entry);
		const expected = [{ entry: entryOfAnn, person: ann }, { entry: entryOfBob, person: bob }].sort((a, b) => a.entry - b.entry);
		expect(await people()).toEqual(expected);

		await store.call('ingest', { aliases: [{ from: 'bob', to: 'ann' }] });
		expect((await whoIs(['bob'])).ids).toEqual([{ id: 'bob', person: ann }]);
		expect(new Set((await people()).map(({ person }) => person))).toEqual(new Set([ann]));

		await store.call('erasePerson', { name: { person: ann } });
		expect(await whoIs(['ann', 'bob'], [entryOfAnn, entryOfBob])).toEqual({ entries: [], ids: [] });
	});
});
