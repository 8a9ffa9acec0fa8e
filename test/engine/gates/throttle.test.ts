import { addPeople, node, release, startRun } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';

const MINUTE = 60_000;
const rate = { node: 1, run: 1, runStartedAt: START, limit: 3, intervalMs: 5 * MINUTE };
const entries = (count: number, placeIn?: number) => Array.from({ length: count }, (_, entry) => ({ entry, placeIn }));

describeStores('throttle', (fixture) => {
	it('lets the limit pass in each window, counted from the start of the run', async () => {
		const { store, clock } = fixture();
		clock.advance(2 * MINUTE);
		const places = await store.call('takePlaces', { ...rate, entries: entries(7) });
		const offsets = places.map((place) => (place - START) / MINUTE);
		expect(offsets).toEqual([0, 0, 0, 5, 5, 5, 10]);
		// The next batch goes on where the first left off.
		expect((await store.call('takePlaces', { ...rate, entries: entries(3) })).map((place) => (place - START) / MINUTE)).toEqual([10, 10, 15]);
	});

	it('keeps the place of who comes out in time, and gives a new one to who is late', async () => {
		const { store, clock } = fixture();
		await store.call('takePlaces', { ...rate, entries: entries(6) });
		clock.advance(6 * MINUTE);
		const second = START + 5 * MINUTE;
		expect(await store.call('takePlaces', { ...rate, entries: entries(3, second) })).toEqual([second, second, second]);
		clock.advance(5 * MINUTE);
		const third = START + 10 * MINUTE;
		expect(await store.call('takePlaces', { ...rate, entries: entries(3, second) })).toEqual([third, third, third]);
	});

	it('gives places anew where there are fewer now than were given', async () => {
		const { store, clock } = fixture();
		await store.call('takePlaces', { ...rate, entries: entries(12) });
		const slower = { ...rate, limit: 2 };
		const places: number[] = [];
		for (const window of [1, 2, 3]) {
			const start = START + window * rate.intervalMs;
			clock.set(start);
			// Not all of a window come out in one execution.
			for (const count of [1, 2]) places.push(...(await store.call('takePlaces', { ...slower, entries: entries(count, start) })));
		}
		expect(places.map((place) => (place - START) / MINUTE)).toEqual([20, 5, 5, 20, 10, 10, 25, 15, 15]);
		clock.set(START + 20 * MINUTE);
		expect(await store.call('takePlaces', { ...slower, entries: entries(2, START + 20 * MINUTE) })).toEqual([START + 20 * MINUTE, START + 20 * MINUTE]);
	});

	it('gives a place back once, though the process is lost that gives it', async () => {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 4));
		const [trigger, gate] = [await node(store, 'trigger'), await node(store, 'gate')];
		const { people = [] } = (await release(store, trigger)) ?? {};
		const throttle = { ...rate, run, node: gate };
		const first = await store.call('takePlaces', { ...throttle, limit: 2, entries: people.map(({ entry }) => ({ entry })) });
		const next = START + rate.intervalMs;
		expect(first).toEqual([START, START, next, next]);
		await store.call('recordDecisions', { node: gate, arrivals: people.slice(2).map(({ entry }) => ({ entry, visit: 1, run, decision: { kind: 'hold' as const, until: next } })) });
		clock.set(next);
		const placesOf = async () => {
			const out = await release(store, gate, 1);
			return await store.call('takePlaces', { ...throttle, limit: 1, entries: (out?.people ?? []).map(({ entry, dueAt }) => ({ entry, placeIn: dueAt })) });
		};
		expect(await placesOf()).toEqual([next + rate.intervalMs]);
		expect(await placesOf()).toEqual([next]);
		clock.advance(MINUTE);
		expect(await placesOf()).toEqual([next]);
		expect(await placesOf()).toEqual([]);
	});

	it('gives a new place to who comes back from a failed execution, due when no window begins', async () => {
		const { store, clock } = fixture();
		await store.call('takePlaces', { ...rate, entries: entries(3) });
		clock.advance(MINUTE);
		const next = START + 5 * MINUTE;
		expect(await store.call('takePlaces', { ...rate, entries: entries(2, START + 5_000) })).toEqual([next, next]);
	});

	it('spreads people evenly over a window, also over several batches', async () => {
		const { store, clock } = fixture();
		const evenly = { ...rate, limit: 5, spread: true };
		const first = await store.call('takePlaces', { ...evenly, entries: entries(3) });
		const second = await store.call('takePlaces', { ...evenly, entries: entries(4) });
		expect([...first, ...second].map((place) => (place - START) / MINUTE)).toEqual([0, 1, 2, 3, 4, 5, 6]);
		clock.advance(2 * MINUTE);
		expect(await store.call('takePlaces', { ...evenly, entries: entries(1, START + 2 * MINUTE) })).toEqual([START + 2 * MINUTE]);
		// Of a failed execution: the place is gone, and another is given.
		expect(await store.call('takePlaces', { ...evenly, entries: entries(1, START + 2 * MINUTE + 5_000) })).toEqual([START + 7 * MINUTE]);
	});

	it('makes nobody come at once because nobody came before', async () => {
		const { store, clock } = fixture();
		const evenly = { ...rate, limit: 5, spread: true };
		clock.advance(3.5 * MINUTE);
		const places = await store.call('takePlaces', { ...evenly, entries: entries(4) });
		expect(places.map((place) => (place - START) / MINUTE)).toEqual([3, 4, 5, 6]);
	});

	it('keeps runs and nodes apart', async () => {
		const { store } = fixture();
		await store.call('takePlaces', { ...rate, entries: entries(3) });
		for (const other of [{ run: 2 }, { node: 2 }]) {
			expect(await store.call('takePlaces', { ...rate, ...other, entries: entries(1) })).toEqual([START]);
		}
	});

	it('is exact when four processes ask at once', async () => {
		const { store, another } = fixture();
		const stores = [store, await another(), await another(), await another()];
		const places = (
			await Promise.all(stores.flatMap((one) => [1, 2, 3, 4, 5].map(async () => await one.call('takePlaces', { ...rate, entries: entries(4) }))))
		).flat();
		const counts = new Map<number, number>();
		for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
		expect(places).toHaveLength(80);
		expect([...counts.values()].filter((count) => count > 3)).toEqual([]);
		expect(counts.size).toBe(27);
	});
});
