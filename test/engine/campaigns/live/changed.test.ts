import type { LiveKind } from '../../../../engine/campaigns/live/trigger';
import { release } from '../../../support/campaign';
import { cameIn, HOUR, MINUTE, publishLive, scanAll } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

const ACTION: LiveKind = { kind: 'action', events: [{ event: 'Added', where: [] }], delayMs: 3 * HOUR, firstTimeOnly: false };
const CART: LiveKind = { kind: 'inaction', first: [{ event: 'Added', where: [] }], second: { event: 'Charged', where: [] }, withinMs: HOUR, restart: false };
const BIRTHDAY: LiveKind = { kind: 'on_date', of: 'profile', property: 'birthday', offsetMs: 0, everyYear: true, atMinute: 540 };
const DEPARTURE: LiveKind = { ...BIRTHDAY, of: { event: { event: 'Added', where: [] } }, property: 'departure' };

describeStores('a live campaign that is changed while people wait', (fixture) => {
	const scan = async () => await scanAll(fixture().store, fixture().options);
	const did = async (name: string, minute: number, ...users: string[]) => {
		fixture().clock.set(START + minute * MINUTE);
		await fixture().store.ingest({ events: users.map((user) => ({ user, name, ts: START + minute * MINUTE, properties: { departure: '2026-03-05', sku: 'hat', article: 'hat' } })) });
		await scan();
	};
	const dues = async (run: number) => (await cameIn(fixture().options, run)).map(({ user, start, due }) => [user, (start - START) / MINUTE, (due - START) / MINUTE]);

	const first: LiveKind = { ...ACTION, firstTimeOnly: true };
	const perSku: LiveKind = { ...CART, withinMs: 3 * HOUR, same: { first: 'sku', second: 'article' } };
	test.each([
		['an action becomes one on a date', ACTION, BIRTHDAY, []],
		['an action becomes one on a date of events', ACTION, DEPARTURE, []],
		['an action becomes an inaction', ACTION, CART, []],
		['the first time becomes an inaction', first, CART, []],
		['the first time becomes every time', first, ACTION, []],
		['an inaction becomes an action', perSku, ACTION, [{ hold: expect.any(Number), value: 'hat' }]],
		['an inaction becomes one on a date', perSku, BIRTHDAY, [{ hold: expect.any(Number), value: 'hat' }]],
	])('lets whoever waits go on when they are due: %s', async (_what, before, after, checks) => {
		const { run, node } = await publishLive(fixture().store, before);
		await did('Added', 0, 'a');
		expect((await publishLive(fixture().store, after, { replaces: true })).run).toBe(run);
		await did('Charged', 120, 'a');
		expect(await cameIn(fixture().options, run)).toMatchObject([{ user: 'a', start: START, due: START + 3 * HOUR, reason: null }]);
		fixture().clock.set(START + 3 * HOUR);
		const { token = '', people = [] } = (await release(fixture().store, node)) ?? {};
		expect(people).toHaveLength(1);
		expect(await fixture().store.call('checkLiveRelease', { node, token, zone: 'UTC' })).toEqual(checks);
		expect(await cameIn(fixture().options, run)).toHaveLength(1);
	});

	test.each([
		[false, [['a', 0, 60], ['b', 0, 60], ['c', 10, 310]]],
		[true, [['a', 0, 60], ['b', 0, 310], ['c', 10, 310]]],
	])('has its new window for the waits that begin after the change (begins the wait anew: %s)', async (restart, expected) => {
		const { run } = await publishLive(fixture().store, { ...CART, restart } as LiveKind);
		await did('Added', 0, 'a', 'b');
		await publishLive(fixture().store, { ...CART, restart, withinMs: 5 * HOUR } as LiveKind, { replaces: true });
		await did('Added', 10, 'b', 'c');
		expect(await dues(run)).toEqual(expected);
		await did('Charged', 30, 'a', 'b', 'c');
		expect((await cameIn(fixture().options, run)).map(({ reason }) => reason)).toEqual(['event_happened', 'event_happened', 'event_happened']);
	});

	test('has its new delay, and its new re-entry, for those who come in after the change', async () => {
		const { run } = await publishLive(fixture().store, ACTION, { trigger: { reentry: { kind: 'period', ms: 10 * MINUTE } } });
		await did('Added', 0, 'a');
		await did('Added', 20, 'a');
		await publishLive(fixture().store, { ...ACTION, delayMs: 5 * HOUR } as LiveKind, { replaces: true, trigger: { reentry: { kind: 'once' } } });
		await did('Added', 40, 'a', 'b');
		expect(await dues(run)).toEqual([['a', 0, 180], ['a', 20, 200], ['b', 40, 340]]);
	});

	test('keeps what may still arrive out of order when nothing of it is changed', async () => {
		const trigger = { reentry: { kind: 'once' } } as const;
		const { run } = await publishLive(fixture().store, ACTION, { trigger });
		await did('Added', 50, 'a');
		await publishLive(fixture().store, ACTION, { trigger, replaces: true });
		await fixture().store.ingest({ events: [{ user: 'a', name: 'Added', ts: START + MINUTE }] });
		await scan();
		expect(await dues(run)).toEqual([['a', 1, 181]]);
	});
});
