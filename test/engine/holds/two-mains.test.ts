import { Conductor } from '../../../engine/campaigns/conductor';
import { startReleaser } from '../../../engine/holds/releaser';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node } from '../../support/campaign';
import { describeStores } from '../../support/stores';
import { until } from '../../support/until';

/*
 * Two main processes of one n8n, as while one takes over from the other: both conduct the same campaign and release the
 * same holds. Each emits only what the other does not.
 */

const PEOPLE = 400;

describeStores('two processes that conduct one campaign', (fixture, kind) => {
	it('emit every hold once between them, and start the run once', async () => {
		const { store, another } = fixture();
		await addPeople(store, PEOPLE);
		const trigger = await node(store, 'trigger');
		await store.call('publishCampaign', {
			campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Test campaign', labels: [], byOperator: true,
			definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'first', blockSize: 10, graceMs: 0, maxLatenessMs: 86_400_000 },
		});
		const emitted: Array<{ by: string; people: number[] }> = [];
		const troubles: Error[] = [];
		let starts = 0;
		const mains = await Promise.all([store, another()]);
		const releasers = mains.map((main, index) => {
			const counting = watching(main, (name, result) => (starts += name === 'startRun' && (result as { started: boolean }).started ? 1 : 0));
			const conductor = new Conductor({ store: counting, campaignId: CAMPAIGN_ID, node: trigger, announce: async () => true });
			return startReleaser({
				store: main, node: trigger, limit: 10, inFlight: 2,
				emit: async (token) => {
					const people = await main.call('openRelease', { node: trigger, token });
					emitted.push({ by: `main ${index}`, people: people.map(({ person }) => person) });
					// Long enough for the other to wake up and claim as well.
					await new Promise((resolve) => setTimeout(resolve, 100));
					return 'success';
				},
				beat: async () => await conductor.beat(),
				onTrouble: (error) => error && troubles.push(error),
			});
		});
		await until('the end of the run', async () => {
			const [run] = await store.ask('runsOf', { campaignId: CAMPAIGN_ID });
			return run?.state === 'finished';
		});
		for (const releaser of releasers) releaser.stop();

		expect(troubles).toEqual([]);
		expect(starts).toBe(1);
		const all = emitted.flatMap(({ people }) => people);
		expect(all).toHaveLength(PEOPLE);
		expect(new Set(all).size).toBe(PEOPLE);
		// The embedded store's writers starve one another, which is why queue mode refuses it.
		if (kind === 'postgres') expect(new Set(emitted.map(({ by }) => by)).size).toBe(2);
	});

	it('keep the columns one at a time', async () => {
		const { store, clock, another } = fixture();
		const other = await another();
		// Both had a lease from when they were opened, if any; from here on time stands still.
		clock.advance(600_000);
		const claims = await Promise.all([store, other, store, other].map(async (one) => (await one.call('claimUpkeep', undefined)).claimed));
		expect(claims[0]).toBe(claims[2]);
		expect(claims[1]).toBe(claims[3]);
		expect([claims[0], claims[1]].filter(Boolean)).toHaveLength(1);
	});
});

/** The same store; `seen` is told the result of every call. */
function watching(store: Store, seen: (name: string, result: unknown) => void): Store {
	return new Proxy(store, {
		get: (target, property) => {
			const value: unknown = Reflect.get(target, property, target);
			if (property !== 'call') return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
			return async (name: never, input: never) => {
				const result: unknown = await target.call(name, input);
				seen(name, result);
				return result;
			};
		},
	});
}
