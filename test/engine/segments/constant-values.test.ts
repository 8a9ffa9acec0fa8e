import type { Rule } from '../../../engine/segments';
import { startRun } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';

const same: Rule = { same: { property: { Viewed: 'sku', Charged: 'item' }, rule: { all: [{ event: 'Viewed', did: true }, { event: 'Charged', did: false }] } } };

describeStores('a constant event property', (fixture) => {
	test('gives each person their own values, newest first, five at most', async () => {
		const { store } = fixture();
		await store.ingest({
			events: [
				...Array.from({ length: 7 }, (_, index) => ({ user: 'ada', name: 'Viewed', ts: START - 10_000 + index, properties: { sku: `s${index}` } })),
				{ user: 'ada', name: 'Charged', ts: START - 5_000, properties: { item: 's5' } },
				{ user: 'ben', name: 'Viewed', ts: START - 10_000, properties: { sku: 7 } },
				{ user: 'cid', name: 'Charged', ts: START - 10_000, properties: { item: 's1' } },
			],
		});
		const { people } = await store.ask('find', { rule: { all: [] } });
		const [ada, ben] = people as unknown as [number, number];
		const expected = [
			{ person: ada, values: ['s6', 's4', 's3', 's2', 's1'] },
			{ person: ben, values: [7] },
		];
		const answers = async () => await store.ask('constantValues', { rule: { all: [{ profile: 'x', is: 'not_exists' }, same] }, people: [...people] });
		expect(await answers()).toEqual(expected);
		await store.bringUpToDate();
		expect(await answers()).toEqual(expected);
		await store.call('saveSegment', { name: 'Lookers', rule: same });
		const run = await startRun(store, [ada, ben], { segment: { segment: 'Lookers' } });
		expect(await store.ask('constantValuesOfRun', { run, people: [ben] })).toEqual([expected[1]]);
		expect(await store.ask('constantValues', { rule: { all: [] }, people: [...people] })).toEqual([]);
	});
});
