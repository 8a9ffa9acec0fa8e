import type { GoalDefinition } from '../../../engine/goals/goal';
import type { EventInput } from '../../../engine/people/records';
import { addPeople, node, release, startRun } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';
import { send } from '../reports/situation';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const goal: GoalDefinition = { event: 'Charged', where: [], revenueProperty: 'amount', windowMs: HOUR };

describeStores('conversions', (fixture) => {
	async function register(definition: Partial<GoalDefinition> = {}, nodeId = 'goal'): Promise<string> {
		const { registration } = await fixture().store.call('registerGoal', { workflowId: 'workflow', nodeId, definition: { ...goal, ...definition } });
		return registration;
	}

	/** Everybody is sent to at START + 1 minute. */
	async function sentRun(count: number, runKey = 'a', again = false): Promise<number> {
		const { store, clock } = fixture();
		const people = again ? [...(await store.ask('find', { rule: { all: [] } })).people] : await addPeople(store, count);
		const run = await startRun(store, people, { runKey, blockSize: 10_000 });
		clock.advance(MINUTE);
		const released = await release(store, await node(store, 'trigger'));
		await send(store, 'sms', released?.people ?? [], () => ({ state: 'sent' }), { addressHash: null });
		await store.call('settleRelease', { token: released?.token as string, end: 'success' });
		return run;
	}

	async function events(...list: Array<[user: string, at: number, properties?: Record<string, unknown>, name?: string]>): Promise<void> {
		const { store, clock } = fixture();
		clock.set(Math.max(clock.now(), ...list.map(([, at]) => at)));
		await store.call('ingest', { events: list.map(([user, ts, properties = {}, name = 'Charged']): EventInput => ({ user, ts, name, properties })) });
	}

	async function figures(run: number) {
		const report = await fixture().store.ask('runReport', { run });
		const { conversions, conversionEvents, revenue, conversionRate } = report ?? {};
		return { conversions, conversionEvents, revenue, conversionRate };
	}

	const SENT = START + MINUTE;
	const edges: Array<[string, number, number]> = [
		['before the message', SENT - 1, 0],
		['at the moment it was sent', SENT, 1],
		['inside the window', SENT + MINUTE, 1],
		["at the window's end", SENT + HOUR, 1],
		["after the window's end", SENT + HOUR + 1, 0],
	];
	it.each(edges)('counts an event %s as it should', async (_name, at, expected) => {
		await register();
		const run = await sentRun(1);
		await events(['p1', at, { amount: 5 }]);
		expect(await figures(run)).toEqual({ conversions: expected, conversionEvents: expected, revenue: expected * 5, conversionRate: expected });
	});

	it('counts people once, and sums all their events inside the window', async () => {
		await register();
		const run = await sentRun(4);
		await events(
			['p1', SENT + 1, { amount: 0.1 }], ['p1', SENT + 2, { amount: '0.2' }], ['p1', SENT + 3, { amount: 'free' }], ['p1', SENT + 4],
			['p2', SENT + 5, { amount: [10, 5] }], ['p3', SENT + 6, { amount: 99 }, 'Refunded'],
		);
		expect(await figures(run)).toEqual({ conversions: 2, conversionEvents: 5, revenue: 15.3, conversionRate: 0.5 });
	});

	it('finds the event whatever its case and spaces', async () => {
		await register({ event: 'Order Paid' });
		const run = await sentRun(1);
		await events(['p1', SENT, {}, 'orderpaid']);
		expect(await figures(run)).toMatchObject({ conversions: 1 });
	});

	it('counts only events that satisfy all conditions', async () => {
		await register({ where: [{ property: 'category', is: 'equals', value: 'shoes' }, { property: 'amount', is: 'greater_than', value: 10 }] });
		const run = await sentRun(3);
		await events(
			['p1', SENT, { category: 'shoes', amount: 11 }], ['p2', SENT, { category: 'shoes', amount: 10 }], ['p3', SENT, { category: 'hats', amount: 20 }],
		);
		expect(await figures(run)).toMatchObject({ conversions: 1, revenue: 11 });
	});

	it('counts an event for every run whose window matches', async () => {
		await register();
		const first = await sentRun(2);
		const second = await sentRun(2, 'b', true);
		await events(['p1', SENT + 2 * MINUTE, { amount: 1 }], ['p2', SENT + HOUR + 30_000, { amount: 1 }]);
		expect(await figures(first)).toMatchObject({ conversions: 1, revenue: 1 });
		expect(await figures(second)).toMatchObject({ conversions: 2, revenue: 2 });
	});

	it('counts nobody who was not sent to', async () => {
		const { store, clock } = fixture();
		await register();
		const run = await startRun(store, await addPeople(store, 3));
		clock.advance(MINUTE);
		const released = await release(store, await node(store, 'trigger'));
		const states = ['failed', 'not_sent', 'unknown'] as const;
		await send(store, 'sms', released?.people ?? [], ({ person }) => ({ state: states[person % 3] as 'failed' }));
		await events(['p1', SENT], ['p2', SENT], ['p3', SENT]);
		expect(await figures(run)).toEqual({ conversions: 0, conversionEvents: 0, revenue: 0, conversionRate: null });
	});

	describe('what was handed to another system', () => {
		/** Everybody is exported at START + 1 minute; an hour later an SMS ends for them as given. */
		async function exportedRun(count: number, then?: (id: number) => 'sent' | 'failed' | undefined): Promise<number> {
			const { store, clock } = fixture();
			const run = await startRun(store, await addPeople(store, count), { runKey: 'a' });
			clock.advance(MINUTE);
			const released = await release(store, await node(store, 'trigger'));
			const people = (released?.people ?? []).sort((a, b) => a.person - b.person);
			await send(store, 'segment', people, () => ({ state: 'sent' }), { addressHash: null }, 'export');
			clock.advance(HOUR);
			const ends = new Map(people.map(({ entry }, index) => [entry, then?.(index + 1)]));
			const texted = people.filter(({ entry }) => ends.get(entry) !== undefined);
			if (texted.length > 0) await send(store, 'sms', texted, ({ entry }) => ({ state: ends.get(entry) as 'sent' | 'failed' }), { addressHash: null });
			await store.call('settleRelease', { token: released?.token as string, end: 'success' });
			return run;
		}

		it('is no message beside messages', async () => {
			await register();
			const run = await exportedRun(3, (id) => (id === 1 ? 'sent' : id === 2 ? 'failed' : undefined));
			await events(['p1', SENT + 1], ['p2', SENT + 1], ['p3', SENT + 1], ['p2', SENT + HOUR + 1]);
			expect(await figures(run)).toMatchObject({ conversions: 0, conversionRate: 0 });
			await events(['p1', SENT + HOUR + 1, { amount: 5 }]);
			expect(await figures(run)).toEqual({ conversions: 1, conversionEvents: 1, revenue: 5, conversionRate: 1 });
			const story = await fixture().store.ask('personStory', { name: { id: 'p3' }, run });
			expect(JSON.stringify(story.runs[0]?.steps)).not.toMatch(/onverted/);
		});

		it('counts where there is nothing else', async () => {
			await register();
			const run = await exportedRun(2);
			await events(['p1', SENT + 1, { amount: 5 }]);
			expect(await figures(run)).toEqual({ conversions: 1, conversionEvents: 1, revenue: 5, conversionRate: 0.5 });
			const story = await fixture().store.ask('personStory', { name: { id: 'p1' }, run });
			expect(JSON.stringify(story.runs[0]?.steps)).toMatch(/onverted/);
		});
	});

	it('counts an event that matches several goals once, with the revenue of the first that names one', async () => {
		await register({ revenueProperty: undefined }, 'a');
		await register({ windowMs: DAY }, 'b');
		await register({ event: 'Subscribed', revenueProperty: undefined }, 'c');
		const run = await sentRun(2);
		await events(['p1', SENT, { amount: 7 }], ['p1', SENT, {}, 'Subscribed'], ['p2', SENT + 2 * HOUR, { amount: 1 }]);
		expect(await figures(run)).toMatchObject({ conversions: 2, conversionEvents: 3, revenue: 8 });
	});

	it('follows people and events through a merge', async () => {
		await register();
		const run = await sentRun(2);
		await fixture().store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		await events(['p2', SENT + 1, { amount: 3 }]);
		expect(await figures(run)).toMatchObject({ conversions: 1, conversionEvents: 1, revenue: 3, conversionRate: 1 });
	});

	it('gives the same figures for an audience too large to be named', async () => {
		await register();
		const run = await sentRun(5_100);
		await fixture().store.call('ingest', { profiles: [{ id: 'outsider' }] });
		await events(['p1', SENT, { amount: 1 }], ['p5100', SENT + 1, { amount: 2 }], ['p5100', SENT + HOUR + 1, { amount: 4 }], ['outsider', SENT, { amount: 8 }]);
		expect(await figures(run)).toEqual({ conversions: 2, conversionEvents: 2, revenue: 3, conversionRate: 2 / 5_100 });
	}, 120_000);

	it('has no rate and no revenue without a goal', async () => {
		const run = await sentRun(1);
		expect(await figures(run)).toEqual({ conversions: 0, conversionEvents: 0, revenue: null, conversionRate: null });
	});

	describe('a goal that was withdrawn', () => {
		const withdraw = async (registration: string) => await fixture().store.call('withdrawGoal', { workflowId: 'workflow', nodeId: 'goal', registration });

		it('counts for runs that had started, not for those that start later', async () => {
			const registration = await register();
			const first = await sentRun(1);
			await withdraw(registration);
			const second = await sentRun(1, 'b', true);
			await events(['p1', SENT + 2 * MINUTE]);
			expect(await figures(first)).toMatchObject({ conversions: 1 });
			expect(await figures(second)).toMatchObject({ conversions: 0, conversionRate: null });
		});

		it('counts again once it is registered anew, and an older registration cannot withdraw it', async () => {
			const old = await register();
			await withdraw(old);
			await register({ windowMs: 2 * HOUR });
			await withdraw(old);
			fixture().clock.advance(MINUTE);
			const run = await sentRun(1);
			await events(['p1', SENT + 2 * MINUTE]);
			expect(await figures(run)).toMatchObject({ conversions: 1 });
		});

		it('belongs to its workflow only', async () => {
			await fixture().store.call('registerGoal', { workflowId: 'another', nodeId: 'goal', definition: goal });
			const run = await sentRun(1);
			await events(['p1', SENT]);
			expect(await figures(run)).toMatchObject({ conversions: 0, revenue: null });
		});
	});

	const refused: Array<[string, Partial<GoalDefinition>, RegExp]> = [
		['no event', { event: ' ' }, /event: the name of the event must be a text/],
		['an unknown operator', { where: [{ property: 'a', is: 'like' as 'equals', value: 'b' }] }, /where\[0\]\.is: must be one of/],
		['no value', { where: [{ property: 'a', is: 'equals' }] }, /where\[0\]\.value/],
		['an empty revenue property', { revenueProperty: '' }, /revenueProperty: must not be empty/],
		['too short a window', { windowMs: 59_999 }, /window: must be from 1 minute to 5 months/],
		['too long a window', { windowMs: 150 * DAY + 1 }, /window: must be from 1 minute to 5 months/],
		['no window', { windowMs: NaN }, /window/],
	];
	it.each(refused)('refuses a goal with %s', async (_name, definition, message) => {
		await expect(register(definition)).rejects.toMatchObject({ code: 'invalid_goal', message: expect.stringMatching(message) as string });
	});
});
