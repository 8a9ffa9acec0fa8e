import { RunUses } from '../../../../engine/segments/saved/run-uses';
import type { Store } from '../../../../engine/store/store';
import { describeStores } from '../../../support/stores';

const MINUTE = 60_000;

describeStores('uses by executions', (fixture) => {
	/** The fixture's store, which counts what is written down, and fails at it when told to. */
	function counting() {
		const { store } = fixture();
		const seen = { written: 0, fails: false };
		const counted: Store = Object.assign(Object.create(store) as Store, {
			call: async (name: never, input: never) => {
				if (seen.fails) throw new Error('The store is away');
				if (name === 'recordRunUse') seen.written++;
				return await store.call(name, input);
			},
		});
		const note = async (rule: object, nodeId = 'n1') =>
			await RunUses.of(counted).note({ workflowId: 'w1', workflowName: 'Nightly', nodeId, nodeName: 'Find', rule: rule as never });
		return { seen, note };
	}
	const usersOf = async (reference: string) => (await fixture().store.ask('savedSegment', { reference })).usedBy.workflows.map(({ nodeId }) => nodeId);

	beforeEach(async () => {
		for (const name of ['A', 'B']) await fixture().store.call('saveSegment', { name, rule: { all: [] } });
	});

	it('are written down once an hour for each node and what it names', async () => {
		const { seen, note } = counting();
		await note({ profile: 'city', is: 'exists' });
		expect(seen.written).toBe(0);
		for (let i = 0; i < 3; i++) await note({ segment: 'A' });
		await Promise.all([note({ segment: 'B' }), note({ segment: 'B' })]);
		expect(seen.written).toBe(2);
		await note({ all: [{ profile: 'city', is: 'exists' }, { segment: 'A' }] });
		expect(seen.written).toBe(2);
		await note({ segment: 'A' }, 'n2');
		expect(seen.written).toBe(3);
		expect([await usersOf('A'), await usersOf('B')]).toEqual([['n1', 'n2'], ['n1']]);
		fixture().clock.advance(60 * MINUTE - 1);
		await note({ segment: 'A' });
		expect(seen.written).toBe(3);
		fixture().clock.advance(1);
		await note({ segment: 'A' });
		expect(seen.written).toBe(4);
	});

	it('that could not be written down are the next time', async () => {
		const { seen, note } = counting();
		seen.fails = true;
		await expect(note({ segment: 'A' })).rejects.toThrow('The store is away');
		seen.fails = false;
		await note({ segment: 'A' });
		expect(await usersOf('A')).toEqual(['n1']);
	});
});
