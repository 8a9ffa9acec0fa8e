import { scanLive } from '../../../../engine/campaigns/live/scanner';
import type { LiveKind } from '../../../../engine/campaigns/live/trigger';
import { mulberry32, shuffle } from '../../../../engine/campaigns/shuffle';
import type { EventInput } from '../../../../engine/people/records';
import { release } from '../../../support/campaign';
import { cameIn, HOUR, MINUTE, publishLive, scanAll, select } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

type Inaction = Extract<LiveKind, { kind: 'inaction' }>;

const CART: Inaction = {
	kind: 'inaction', first: [{ event: 'Added', where: [] }], second: { event: 'Charged', where: [] }, withinMs: 30 * MINUTE, restart: false,
};

interface Expected {
	user: string;
	value: string;
	start: number;
	due: number;
	ended: boolean;
}

/** Slow and obvious: a clock that ticks by minutes, and at each tick what happened then. Times in minutes. */
function reference(events: EventInput[], within: number, { restart, same }: { restart: boolean; same: boolean }): Expected[] {
	const expected: Expected[] = [];
	const valueOf = ({ properties }: EventInput) => (same ? String(properties?.sku) : '');
	for (const user of new Set(events.map((event) => event.user as string))) {
		for (const value of new Set(events.map(valueOf))) {
			const own = events.filter((event) => event.user === user && valueOf(event) === value);
			let waiting: Expected | undefined;
			for (let minute = 0; minute <= 200; minute++) {
				const now = own.filter(({ ts }) => ts === START + minute * MINUTE);
				const added = now.filter(({ name }) => name === 'Added').length;
				const charged = now.some(({ name }) => name === 'Charged');
				if (waiting && charged) {
					waiting.ended = true;
					waiting = undefined;
				}
				if (waiting && minute >= waiting.due) waiting = undefined;
				if (added > 0 && waiting && restart) waiting.due = minute + within;
				if (added > 0 && !waiting) {
					waiting = { user, value, start: minute, due: minute + within, ended: charged };
					expected.push(waiting);
					if (charged) waiting = undefined;
				}
			}
		}
	}
	return expected;
}

const sorted = (list: Expected[]) => list.map((one) => JSON.stringify([one.user, one.value, one.start, one.due, one.ended])).sort();

describeStores('a live campaign on an inaction', (fixture, kind) => {
	const scan = async () => await scanAll(fixture().store, fixture().options);
	const came = async (run: number): Promise<Expected[]> =>
		(await cameIn(fixture().options, run)).map(({ user, key, start, due, reason }) => ({
			user, value: key.split(' ')[1] ?? '', start: (start - START) / MINUTE, due: (due - START) / MINUTE, ended: reason === 'event_happened',
		}));

	const rounds = kind === 'sqlite' ? 12 : 6;
	test('waits for a value that no store can hold as it is, and others wait meanwhile', async () => {
		const { run, node } = await publishLive(fixture().store, { ...CART, same: { first: 'sku', second: 'sku' } });
		// A text that was cut off within a character, one with a NUL, and one that is nothing else.
		const skus = ['shoe \ud83d', 'b\0g', '\0', 'hat'];
		await fixture().store.ingest({ events: skus.map((sku) => ({ user: 'a', name: 'Added', ts: START, properties: { sku } })) });
		await scan();
		expect((await came(run)).map(({ value }) => value).sort()).toEqual(['bg', 'hat', 'shoe \ufffd'].map((value) => value.split(' ')[0]));
		fixture().clock.advance(10 * MINUTE);
		await fixture().store.ingest({ events: [{ user: 'a', name: 'Charged', ts: START + MINUTE, properties: { sku: 'shoe \ud83d' } }] });
		await scan();
		fixture().clock.advance(HOUR);
		const { token = '', people = [] } = (await release(fixture().store, node)) ?? {};
		expect(people).toHaveLength(2);
		const checks = await fixture().store.call('checkLiveRelease', { node, token, zone: 'UTC' });
		expect(checks.map(({ value }) => value).sort()).toEqual(['bg', 'hat']);
	});

	test.each(Array.from({ length: rounds }, (_, seed) => [seed]))('comes to the same whichever way events arrive (seed %i)', async (seed) => {
		const random = mulberry32(seed + 1);
		const pick = (most: number) => Math.floor(random() * most);
		const rules = { restart: seed % 2 === 1, same: seed % 3 > 0 };
		const live: Inaction = { ...CART, restart: rules.restart, ...(rules.same && { same: { first: 'sku', second: 'article' } }) };
		const { run } = await publishLive(fixture().store, live);
		// Nobody is due before everything has arrived.
		fixture().clock.set(START + 29 * MINUTE);
		const events = Array.from({ length: 80 }, (): EventInput => {
			const [name, sku] = [random() < 0.6 ? 'Added' : 'Charged', `s${pick(2)}`];
			return { user: `u${pick(6)}`, name, ts: START + pick(30) * MINUTE, properties: name === 'Added' ? { sku } : { sku, article: sku } };
		});
		const order = [...shuffle(Uint32Array.from(events.keys()), seed)].map((index) => events[index] as EventInput);
		let store = fixture().store;
		for (let at = 0; at < order.length; ) {
			const size = 1 + pick(15);
			await store.ingest({ events: order.slice(at, at + size) });
			at += size;
			if (random() < 0.5) await scanLive(store);
			if (random() < 0.2) store = await fixture().another();
			if (random() < 0.2) await Promise.all([scanLive(store), scanLive(fixture().store)]);
		}
		await scan();
		expect(sorted(await came(run))).toEqual(sorted(reference(events, 30, rules)));
	});

	const at = (user: string, name: string, minute: number, more: Partial<EventInput> = {}): EventInput => ({ user, name, ts: START + minute * MINUTE, ...more });

	test('ends when the second event happens, and not by one that happened before or too late', async () => {
		const { run, node } = await publishLive(fixture().store, CART);
		await fixture().store.ingest({ events: [at('a', 'Added', 1), at('b', 'Added', 1), at('c', 'Charged', 0), at('c', 'Added', 1)] });
		await scan();
		fixture().clock.advance(10 * MINUTE);
		await fixture().store.ingest({ events: [at('a', 'Charged', 10)] });
		await scan();
		expect(await came(run)).toMatchObject([{ user: 'a', ended: true }, { user: 'b', ended: false }, { user: 'c', ended: false }]);
		fixture().clock.set(START + 31 * MINUTE);
		expect((await release(fixture().store, node))?.people).toHaveLength(2);
		expect(await fixture().store.ask('runReport', { run })).toMatchObject({ qualified: 3, notSent: { event_happened: 1 } });
	});

	test('notices at release what arrived since events were read', async () => {
		const { node } = await publishLive(fixture().store, CART);
		await fixture().store.ingest({ events: [at('a', 'Added', 1), at('b', 'Added', 1)] });
		await scan();
		fixture().clock.set(START + 31 * MINUTE);
		await fixture().store.ingest({ events: [at('a', 'Charged', 20)] });
		const { token = '', people = [] } = (await release(fixture().store, node)) ?? {};
		const check = async () => await fixture().store.call('checkLiveRelease', { node, token, zone: 'UTC' });
		expect((await check()).map(({ decision }) => decision)).toEqual([{ kind: 'drop', reason: 'event_happened' }, undefined]);
		// And also where the scan comes between.
		await scan();
		expect((await check()).map(({ decision }) => decision)).toEqual([{ kind: 'drop', reason: 'event_happened' }, undefined]);
		expect(people).toHaveLength(2);
	});

	test('lets somebody wait again once they have set out', async () => {
		const { run, node } = await publishLive(fixture().store, CART);
		await fixture().store.ingest({ events: [at('a', 'Added', 0)] });
		await scan();
		fixture().clock.set(START + 30 * MINUTE);
		expect((await release(fixture().store, node))?.people).toHaveLength(1);
		await fixture().store.ingest({ events: [at('a', 'Added', 20), at('a', 'Charged', 25), at('a', 'Added', 30)] });
		await scan();
		expect(await came(run)).toMatchObject([{ start: 0, ended: false }, { start: 30, ended: false }]);
	});

	test.each([
		['once', { kind: 'once' }, [0, 10]],
		['once in an hour', { kind: 'period', ms: HOUR }, [0, 10, 70]],
	] as const)('lets people in again: %s, where a wait that was ended does not count', async (_name, reentry, expected) => {
		const { run } = await publishLive(fixture().store, CART, { trigger: { reentry } });
		for (const [minute, name] of [[0, 'Added'], [5, 'Charged'], [10, 'Added'], [50, 'Added'], [70, 'Added']] as const) {
			fixture().clock.set(START + minute * MINUTE);
			await fixture().store.ingest({ events: [at('a', name, minute)] });
			await scan();
		}
		expect((await came(run)).map(({ start }) => start)).toEqual(expected);
	});

	test('forgets who came in while it turns out to have been unpublished, for good', async () => {
		await publishLive(fixture().store, CART, { nodeId: 'other' });
		const { run, registration } = await publishLive(fixture().store, CART);
		fixture().clock.advance(MINUTE);
		await fixture().store.ingest({ events: [at('before', 'Added', 1)] });
		await scan();
		fixture().clock.advance(MINUTE);
		await fixture().store.call('endPublication', { registration, forGood: false });
		await fixture().store.ingest({ events: [at('meanwhile', 'Added', 2)] });
		await scan();
		fixture().clock.advance(MINUTE);
		await publishLive(fixture().store, CART);
		await fixture().store.ingest({ events: [at('meanwhile', 'Charged', 0), at('after', 'Added', 3)] });
		await scan();
		expect(await came(run)).toMatchObject([{ user: 'before' }, { user: 'after' }]);
	});

	test('takes what merged people did together', async () => {
		const { run } = await publishLive(fixture().store, CART);
		await fixture().store.ingest({ events: [{ ...at('', 'Added', 0), user: undefined, anonymousId: 'anon' }, at('known', 'Viewed', 0)] });
		await scan();
		await fixture().store.ingest({ aliases: [{ from: 'anon', to: 'known' }], events: [at('known', 'Charged', 4)] });
		await scan();
		expect(await came(run)).toMatchObject([{ user: 'known', start: 0, ended: true }]);
	});

	test('forgets events that can no longer matter', async () => {
		const { run } = await publishLive(fixture().store, CART);
		await fixture().store.ingest({ events: [at('a', 'Added', 0), at('a', 'Charged', 1)] });
		await scan();
		fixture().clock.advance(48 * HOUR);
		await fixture().store.ingest({ events: [{ user: 'a', name: 'Charged', ts: fixture().clock.now() }] });
		await scan();
		expect(await came(run)).toMatchObject([{ start: 0, ended: true }]);
		expect(await select(fixture().options, 'SELECT role FROM live_event')).toEqual([{ role: 2 }]);
	});
});
