import { describeStores, START } from '../../support/stores';

describeStores('the latest event of a name', (fixture) => {
	const latest = async (people: string[], named: Array<[event: string, property: string]>) => {
		const { store } = fixture();
		const { ids } = await store.ask('whoIs', { entries: [], ids: people });
		const found = await store.ask('latestEvents', { people: ids.map(({ person }) => person), named: named.map(([event, property]) => ({ event, property })) });
		const idOf = new Map(ids.map(({ id, person }) => [person, id]));
		return Object.fromEntries(found.map(({ person, event, properties }) => [`${idOf.get(person)} ${event}`, properties]));
	};
	const add = async (user: string, name: string, ts: number, properties: object) => await fixture().store.ingest({ events: [{ user, name, ts, properties: properties as Record<string, unknown> }] });

	test('is that of each person, with what is asked of it', async () => {
		await add('a', 'Add to Cart', START - 2_000, { show: 'Newest', venue: { city: 'Lyon' }, tags: ['x', 'y'], 'a.b': 1, price: 12.5, vip: false });
		await add('a', 'add TO cart', START - 9_000, { show: 'Older', only: 'older' });
		await add('b', 'Add to Cart', START - 5_000, { show: 'Of b' });
		await add('c', 'Add to Cart', START - 1_000, { show: 'Of nobody asked about' });
		await add('a', 'Charged', START - 3_000, { amount: 7 });
		const asked: Array<[string, string]> = ['show', 'venue.city', 'tags', 'a.b', 'price', 'vip', 'only'].map((property) => ['addtocart', property]);
		expect(await latest(['a', 'b', 'd'], [...asked, ['charged', 'amount'], ['never', 'x']])).toEqual({
			'a addtocart': { show: 'Newest', 'venue.city': 'Lyon', tags: ['x', 'y'], 'a.b': 1, price: 12.5, vip: false },
			'b addtocart': { show: 'Of b' },
			'a charged': { amount: 7 },
		});
		expect(await latest([], asked)).toEqual({});
	});

	test('of two at one instant is the one that arrived later, and none that is yet to come', async () => {
		await add('a', 'Seen', START - 1_000, { page: 1 });
		await add('a', 'Seen', START - 1_000, { page: 2 });
		await add('a', 'Seen', START + 60_000, { page: 3 });
		expect(await latest(['a'], [['seen', 'page']])).toEqual({ 'a seen': { page: 2 } });
		fixture().clock.advance(61_000);
		expect(await latest(['a'], [['seen', 'page']])).toEqual({ 'a seen': { page: 3 } });
	});
});
