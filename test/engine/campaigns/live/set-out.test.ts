import { PLAIN_DELIVERY, type DeliveryRules } from '../../../../engine/campaigns/delivery-rules';
import type { LiveKind } from '../../../../engine/campaigns/live/trigger';
import { EVERYBODY_GETS_IT } from '../../../../engine/campaigns/who-gets-it';
import { overruledOnRelease } from '../../../../engine/gates/always';
import type { Decision } from '../../../../engine/holds/gate';
import { claimFor, node, release } from '../../../support/campaign';
import { DAY, HOUR, MINUTE, publishLive, scanAll } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';
import { reportOf } from '../../../support/zone-runs';

/*
 * In a live campaign people may be due long after the event that brought them in. What counts from when they are due
 * counts from there: the time to live, the day of a cut-off, and conversions of those who are not sent to.
 */

const ADDED = [{ event: 'Added', where: [] }];
const INACTION: LiveKind = { kind: 'inaction', first: ADDED, second: { event: 'Charged', where: [] }, withinMs: 48 * HOUR, restart: false };
const ACTION: LiveKind = { kind: 'action', events: ADDED, delayMs: 24 * HOUR, firstTimeOnly: false };
const ON_DATE: LiveKind = { kind: 'on_date', of: { event: { event: 'Added', where: [] } }, property: 'departure', offsetMs: 0, everyYear: false, atMinute: 12 * 60 };
const CUT_OFF = { cutOff: { minute: 21 * 60, then: 'stop' } } as const;

describeStores('somebody who is due long after their event', (fixture) => {
	async function add(users: readonly string[]): Promise<void> {
		await fixture().store.ingest({ events: users.map((user) => ({ user, name: 'Added', ts: START, properties: { departure: '2026-03-10' } })) });
		await scanAll(fixture().store, fixture().options);
	}

	/** What is decided about one person who comes out of this node at a time. */
	async function decisionAt(at: number, where: number): Promise<{ decision?: Decision; token: string }> {
		const { store, clock } = fixture();
		clock.set(at);
		const { people = [], token = '' } = (await release(store, where)) ?? {};
		expect(people).toHaveLength(1);
		const [decision] = await overruledOnRelease(store, people.map((one) => ({ ...one, timezone: null })), { now: at, accountZone: 'UTC' });
		return { decision, token };
	}

	test.each([
		['a time to live shorter than the wait for inaction', INACTION, { ttlMs: 24 * HOUR }, START + 2 * DAY, START + 3 * DAY],
		['a time to live shorter than the delay', ACTION, { ttlMs: 2 * HOUR }, START + DAY, START + DAY + 2 * HOUR],
		['a cut-off that had been on the day of the event', ACTION, CUT_OFF, START + DAY, START + DAY + 9 * HOUR],
		['a cut-off, days before the date in the event', ON_DATE, CUT_OFF, Date.UTC(2026, 2, 10, 12), Date.UTC(2026, 2, 10, 21)],
	])('is let go on by %s, and kept back when it is over', async (_name, kind, delivery: Partial<DeliveryRules>, due, over) => {
		const { store } = fixture();
		const { node: trigger } = await publishLive(store, kind, { delivery: { ...PLAIN_DELIVERY, ...delivery } });
		await add(['a']);
		const first = await decisionAt(due, trigger);
		expect(first.decision).toBeUndefined();
		// Their execution fails, and they come out again later: the time goes on from when they were due at first.
		await store.call('settleRelease', { token: first.token, end: 'failed' });
		expect((await decisionAt(over, trigger)).decision).toMatchObject({ kind: 'drop', reason: 'ttlMs' in delivery ? 'expired_ttl' : 'cut_off' });
	});

	test('has their conversions counted from the same moment in a control group as among those who are sent to', async () => {
		const { store, clock } = fixture();
		const { node: trigger, run } = await publishLive(store, INACTION, { who: { ...EVERYBODY_GETS_IT, controlPercent: 50 } });
		const sms = await node(store, 'sms');
		await store.call('registerGoal', { workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Charged', where: [], windowMs: 24 * HOUR } });
		const users = Array.from({ length: 20 }, (_, index) => `u${index}`);
		await add(users);
		const due = START + 48 * HOUR;
		clock.set(due);
		const { people = [] } = (await release(store, trigger)) ?? {};
		const claimed = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'claim', messages: people.map((one) => claimFor(one)) });
		const mine = claimed.filter((message) => message.mine).map(({ message }) => ({ message, token: 'claim' }));
		await store.call('markSending', { messages: mine });
		await store.call('settleMessages', { settlements: mine.map((one) => ({ ...one, state: 'sent' as const, reason: null, detail: null, provider: null, providerId: null })) });
		clock.set(due + HOUR);
		await store.ingest({ events: users.map((user) => ({ user, name: 'Charged', ts: due + HOUR })) });
		clock.advance(MINUTE);
		const report = await reportOf(store, run);
		expect(mine.length).toBeGreaterThan(0);
		expect(mine.length).toBeLessThan(users.length);
		expect([report.conversionRate, report.control?.conversionRate]).toEqual([1, 1]);
	});
});
