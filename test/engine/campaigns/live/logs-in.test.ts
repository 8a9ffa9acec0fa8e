import { checkReleased } from '../../../../engine/campaigns/live/check-released';
import type { LiveKind, LiveTrigger } from '../../../../engine/campaigns/live/trigger';
import type { Released } from '../../../../engine/holds/release';
import { claimFor, node, release } from '../../../support/campaign';
import { cameIn, DAY, HOUR, MINUTE, publishLive, scanAll, select } from '../../../support/live';
import { describeStores, START } from '../../../support/stores';

const ADDED = [{ event: 'Added', where: [] }];
const ACTION: LiveKind = { kind: 'action', events: ADDED, delayMs: HOUR, firstTimeOnly: false };
const CART: LiveKind = { kind: 'inaction', first: ADDED, second: { event: 'Charged', where: [] }, withinMs: HOUR, restart: false };

describeStores('somebody who waits in a live campaign and turns out to be one who came in before', (fixture) => {
	/** A customer was sent to by an event; 60 days later a visitor waits by another one, and logs in. */
	async function logIn(live: LiveKind, reentry: LiveTrigger['reentry'], daysLater = 60, more: { out?: boolean; first?: 'customer' | 'visitor' } = {}) {
		const { store, clock, options } = fixture();
		const { run, node: trigger } = await publishLive(store, live, { trigger: { reentry } });
		const sms = await node(store, 'sms');
		const add = async (who: { user: string } | { anonymousId: string }) => {
			await store.ingest({ events: [{ ...who, name: 'Added', ts: clock.now() }] });
			await scanAll(store, options);
		};
		const [customer, visitor] = [{ user: 'customer' }, { anonymousId: 'visitor' }];
		await add(more.first === 'visitor' ? visitor : customer);
		clock.advance(HOUR);
		const { token = '', people = [] } = (await release(store, trigger)) ?? {};
		const [claimed] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'claim', messages: people.map((one) => claimFor(one)) });
		const message = { message: claimed?.message as number, token: 'claim' };
		await store.call('markSending', { messages: [message] });
		await store.call('settleMessages', { settlements: [{ ...message, state: 'sent', reason: null, detail: null, provider: null, providerId: null }] });
		await store.call('settleRelease', { token, end: 'success' });
		clock.set(START + daysLater * DAY);
		await add(more.first === 'visitor' ? customer : visitor);
		clock.advance(more.out ? HOUR : MINUTE);
		const out = more.out ? await release(store, trigger) : undefined;
		await store.ingest({ profiles: [{ id: 'customer', anonymousId: 'visitor' }] });
		return { run, trigger, out };
	}
	const reasons = async () => (await select<{ reason: string }>(fixture().options, 'SELECT reason FROM dropped')).map(({ reason }) => reason);

	test.each([
		['an action', ACTION, { kind: 'always' }],
		['an inaction', CART, { kind: 'always' }],
		['an action, long enough after', ACTION, { kind: 'period', ms: 30 * DAY }],
	] as const)('goes on, who may come in again: %s', async (_what, live, reentry) => {
		const { store, clock, options } = fixture();
		const { run, trigger } = await logIn(live as LiveKind, reentry);
		expect(await reasons()).toEqual([]);
		expect((await cameIn(options, run)).map(({ user, start }) => [user, start])).toEqual([['customer', START], ['customer', START + 60 * DAY]]);
		clock.advance(2 * HOUR);
		const { token = '', people = [] } = (await release(store, trigger)) ?? {};
		expect(people).toHaveLength(1);
		expect((await store.call('checkLiveRelease', { node: trigger, token, zone: 'UTC' })).flatMap(({ decision }) => decision ?? [])).toEqual([]);
		const [claimed] = await store.call('claimMessages', { node: await node(store, 'sms'), channel: 'sms', token: 'again', messages: people.map((one) => claimFor(one)) });
		expect(claimed).toMatchObject({ mine: true });
	});

	test.each([
		['once', ACTION, { kind: 'once' }, 60],
		['too soon after', ACTION, { kind: 'period', ms: 30 * DAY }, 20],
		['not for the first time', { ...ACTION, firstTimeOnly: true }, { kind: 'always' }, 60],
	] as const)('ends, who may not: %s', async (_what, live, reentry, daysLater) => {
		const { trigger } = await logIn(live as LiveKind, reentry, daysLater);
		expect(await reasons()).toEqual(['merged_duplicate']);
		fixture().clock.advance(2 * HOUR);
		expect(await release(fixture().store, trigger)).toBeUndefined();
	});

	test.each(['customer', 'visitor'] as const)('ends, who may not, when they are out in an execution (first the %s)', async (first) => {
		const { store } = fixture();
		const { out } = await logIn(ACTION, { kind: 'once' }, 60, { out: true, first });
		const sms = await node(store, 'sms');
		const arrivals = await store.call('lookUpArrivals', { node: sms, arrivals: (out?.people ?? []).map(({ entry, visit }) => ({ entry, visit: visit + 1 })) });
		const messages = arrivals.map((one, index) => claimFor({ ...(out?.people[index] as Released), person: one.person }));
		expect(await store.call('claimMessages', { node: sms, channel: 'sms', token: 'out', messages })).toMatchObject([{ mine: false, reason: 'merged_duplicate' }]);
	});

	test('ends by what they did as either', async () => {
		const { store, clock, options } = fixture();
		const { run } = await logIn(CART, { kind: 'always' });
		await store.ingest({ events: [{ user: 'customer', name: 'Charged', ts: clock.now() }] });
		await scanAll(store, options);
		expect((await cameIn(options, run)).map(({ reason }) => reason)).toEqual([null, 'event_happened']);
	});

	test('has not done it for the first time who had done it before as somebody else', async () => {
		const { store, clock, options } = fixture();
		const add = async (who: object) => {
			await store.ingest({ events: [{ ...who, name: 'Added', ts: clock.now() }] });
			await scanAll(store, options);
		};
		await add({ user: 'customer' });
		clock.advance(30 * DAY);
		const { run, node: trigger } = await publishLive(store, { ...ACTION, firstTimeOnly: true } as LiveKind);
		for (const anonymousId of ['visitor', 'other']) await add({ anonymousId });
		clock.advance(MINUTE);
		await store.ingest({ profiles: [{ id: 'customer', anonymousId: 'visitor' }, { id: 'new', anonymousId: 'other' }] });
		clock.advance(HOUR);
		const { token = '', people = [] } = (await release(store, trigger)) ?? {};
		expect(people).toHaveLength(2);
		const checks = await checkReleased(store, { node: trigger, token });
		const entryOf = new Map((await cameIn(options, run)).map(({ user, event }) => [event, user]));
		expect(people.map(({ hold, event }) => [entryOf.get(event), checks.get(hold)?.decision])).toEqual([
			['customer', { kind: 'drop', reason: 'user_not_qualified', detail: 'It was not the first time: the person had done it before, at 2026-03-02T12:00:00.000Z' }],
			['new', undefined],
		]);
	});
});
