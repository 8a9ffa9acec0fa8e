import { scanLive } from '../../../../engine/campaigns/live/scanner';
import type { LiveKind, LiveTrigger } from '../../../../engine/campaigns/live/trigger';
import { mulberry32, shuffle } from '../../../../engine/campaigns/shuffle';
import type { EventInput } from '../../../../engine/people/records';
import { release } from '../../../support/campaign';
import { cameIn, DAY, HOUR, MINUTE, publishLive, scanAll, select } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

type Reentry = LiveTrigger['reentry'];

const ADDED: LiveKind = { kind: 'action', events: [{ event: 'Added', where: [] }], delayMs: 5 * HOUR, firstTimeOnly: false };
const GAP = 7 * MINUTE;

/** How the events of the shuffled rounds may let people in: each kind of coming in again, and the first time only with it. */
const RULES = [false, true].flatMap((firstTimeOnly) =>
	([{ kind: 'always' }, { kind: 'once' }, { kind: 'period', ms: GAP }] as Reentry[]).map((reentry) => ({ firstTimeOnly, reentry })),
);

interface Event extends EventInput {
	user: string;
	ts: number;
	properties: { price: number };
	historical: boolean;
}

/** Slow and obvious: sees all events in the order in which they happened. */
function reference(events: Event[], { reentry, firstTimeOnly }: (typeof RULES)[number]): string[] {
	const expected: string[] = [];
	const cameIn = new Map<string, number[]>();
	const earliest = new Map<string, number>();
	for (const { user, name, ts, properties, historical } of [...events].sort((a, b) => a.ts - b.ts)) {
		if (name === 'Charged' || (name === 'Viewed' && properties.price < 5)) continue;
		if (!earliest.has(user)) earliest.set(user, ts);
		const times = cameIn.get(user) ?? [];
		if (historical || (reentry.kind === 'once' && times.length > 0)) continue;
		if (reentry.kind === 'period' && times.some((time) => ts - time < GAP)) continue;
		if (firstTimeOnly && (times.length > 0 || earliest.get(user) !== ts)) continue;
		cameIn.set(user, [...times, ts]);
		expected.push(`${user} ${(ts - START) / MINUTE}`);
	}
	return expected.sort();
}

describeStores('a live campaign on a single action whose events arrive out of order', (fixture, kind) => {
	const scan = async () => await scanAll(fixture().store, fixture().options);
	const starts = async (run: number) => (await cameIn(fixture().options, run)).map(({ start }) => (start - START) / MINUTE);
	const added = (minute: number, more: Partial<EventInput> = {}): EventInput => ({ user: 'a', name: 'Added', ts: START + minute * MINUTE, ...more });

	const rounds = RULES.length * (kind === 'sqlite' ? 2 : 1);
	test.each(Array.from({ length: rounds }, (_, seed) => [seed]))('comes to the same as in order, however they are read (seed %i)', async (seed) => {
		const random = mulberry32(seed + 100);
		const pick = (most: number) => Math.floor(random() * most);
		const rules = RULES[seed % RULES.length] as (typeof RULES)[number];
		const awaited = [{ event: 'Viewed', where: [{ property: 'price', is: 'at_least' as const, value: 5 }] }, { event: 'Saved', where: [] }];
		const { run } = await publishLive(fixture().store, { ...ADDED, firstTimeOnly: rules.firstTimeOnly, events: awaited }, { trigger: { reentry: rules.reentry } });
		// Nobody is due before everything has arrived.
		fixture().clock.set(START + 40 * MINUTE);
		const events = Array.from({ length: 150 }, (): Event => {
			const name = ['Viewed', 'Saved', 'Charged'][pick(3)] as string;
			return { user: `u${pick(12)}`, name, ts: START + pick(40) * MINUTE, properties: { price: pick(10) }, historical: random() < 0.1 };
		});
		const order = [...shuffle(Uint32Array.from(events.keys()), seed)].map((index) => events[index] as Event);
		let store = fixture().store;
		for (let at = 0; at < order.length; ) {
			const batch = order.slice(at, at + 1 + pick(20));
			at += batch.length;
			for (const historical of [true, false]) await store.ingest({ historical, events: batch.filter((event) => event.historical === historical).map(({ historical: _, ...event }) => event) });
			if (random() < 0.6) await scanLive(store, 1 + pick(30));
			if (random() < 0.2) store = await fixture().another();
			if (random() < 0.2) await Promise.all([scanLive(store), scanLive(fixture().store, 3)]);
		}
		await scan();
		const came = await cameIn(fixture().options, run);
		expect(came.map(({ user, start }) => `${user} ${(start - START) / MINUTE}`).sort()).toEqual(reference(events, rules));
		expect(came.every(({ start, due }) => due - start === 5 * HOUR)).toBe(true);
	});

	test.each([
		['once in an hour', { kind: 'period', ms: HOUR }, false, [50, 0, 100], [0, 100]],
		['once', { kind: 'once' }, false, [50, 0], [0]],
		['the first time only', { kind: 'always' }, true, [50, 0], [0]],
	] as const)('lets in as in order: %s', async (_what, reentry, firstTimeOnly, minutes, expected) => {
		const { run } = await publishLive(fixture().store, { ...ADDED, firstTimeOnly }, { trigger: { reentry } });
		fixture().clock.set(START + 3 * HOUR);
		for (const minute of minutes) {
			await fixture().store.ingest({ events: [added(minute)] });
			await scan();
		}
		expect(await starts(run)).toEqual(expected);
	});

	test.each([
		['once in an hour', { kind: 'period', ms: HOUR }, false, [50, 120]],
		['once', { kind: 'once' }, false, [50]],
		['the first time only', { kind: 'always' }, true, [50]],
	] as const)('leaves alone who has set out, and counts them: %s', async (_what, reentry, firstTimeOnly, expected) => {
		const { run, node } = await publishLive(fixture().store, { ...ADDED, delayMs: 10 * MINUTE, firstTimeOnly } as LiveKind, { trigger: { reentry } });
		fixture().clock.set(START + HOUR);
		await fixture().store.ingest({ events: [added(50)] });
		await scan();
		expect((await release(fixture().store, node))?.people).toHaveLength(1);
		fixture().clock.set(START + 2 * HOUR);
		for (const minute of [0, 100, 120]) {
			await fixture().store.ingest({ events: [added(minute)] });
			await scan();
		}
		expect(await starts(run)).toEqual(expected);
	});

	test.each([
		['imported', { historical: true }, START + MINUTE],
		['from before it was live', {}, START - HOUR],
		['too old at arrival', {}, START + MINUTE],
	])('lets nobody in for the first time who turns out to have done it before: %s', async (what, how, ts) => {
		const { run } = await publishLive(fixture().store, { ...ADDED, delayMs: 3 * DAY, firstTimeOnly: true } as LiveKind);
		fixture().clock.set(START + 2 * HOUR);
		await fixture().store.ingest({ events: [added(50), added(50, { user: 'b' })] });
		await scan();
		if (what === 'too old at arrival') fixture().clock.advance(DAY);
		await fixture().store.ingest({ ...how, events: [added(0, { ts })] });
		await scan();
		expect((await cameIn(fixture().options, run)).map(({ user }) => user)).toEqual(['b']);
	});

	test('keeps events no longer than they can matter', async () => {
		await publishLive(fixture().store, ADDED, { trigger: { reentry: { kind: 'once' } } });
		await fixture().store.ingest({ events: [added(0), added(0)] });
		await scan();
		expect(await select(fixture().options, 'SELECT event FROM live_event')).toHaveLength(2);
		fixture().clock.advance(DAY + 7 * HOUR);
		await fixture().store.ingest({ events: [{ user: 'b', name: 'Added', ts: fixture().clock.now() }] });
		await scan();
		expect(await select(fixture().options, 'SELECT event FROM live_event')).toHaveLength(1);
	});
});
