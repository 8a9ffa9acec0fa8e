import type { LiveKind, LiveTrigger } from '../../../../engine/campaigns/live/trigger';
import type { Store } from '../../../../engine/store/store';
import { claimFor, node, release } from '../../../support/campaign';
import { cameIn, DAY, HOUR, publishLive, scanAll } from '../../../support/live';
import { describeStores } from '../../../support/stores';

/* Somebody comes in as a visitor, and then says who they are: they may have been in the campaign before. */

const VIEWED: LiveKind = { kind: 'action', events: [{ event: 'Viewed', where: [] }], delayMs: HOUR, firstTimeOnly: false };

describeStores('visitors of a live campaign who turn out to be known', (fixture) => {
	let store: Store;
	let run: number;
	let trigger: number;

	async function publish(reentry: LiveTrigger['reentry'], kind: LiveKind = VIEWED): Promise<void> {
		store = fixture().store;
		({ run, node: trigger } = await publishLive(store, kind, { trigger: { reentry } }));
	}

	async function view(who: { user: string } | { anonymousId: string }): Promise<void> {
		await store.ingest({ events: [{ ...who, name: 'Viewed', ts: fixture().clock.now() }] });
		await scanAll(store, fixture().options);
	}

	/** Whoever is due is sent to. @returns how many were */
	async function sendDue(): Promise<number> {
		fixture().clock.advance(HOUR);
		const out = await release(store, trigger);
		if (!out) return 0;
		const claimed = await store.call('claimMessages', { node: await node(store, 'sms'), channel: 'sms', token: out.token, messages: out.people.map((one) => claimFor(one)) });
		const outcome = { token: out.token, state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: null };
		const mine = claimed.filter((one) => one.mine);
		await store.call('settleMessages', { settlements: mine.map(({ message }) => ({ message, ...outcome })) });
		await store.call('settleRelease', { token: out.token, end: 'success' });
		return mine.length;
	}

	const signIn = async () => await store.ingest({ profiles: [{ id: 'known', anonymousId: 'visitor' }] });
	const reasons = async () => (await cameIn(fixture().options, run)).map(({ reason }) => reason);

	async function knownThenVisitor(apart: number): Promise<void> {
		await view({ user: 'known' });
		expect(await sendDue()).toBe(1);
		fixture().clock.advance(apart);
		await view({ anonymousId: 'visitor' });
	}

	test('get what they came in for, though they got the campaign long ago', async () => {
		await publish({ kind: 'always' });
		await knownThenVisitor(30 * DAY);
		await signIn();
		expect(await sendDue()).toBe(1);
		expect(await reasons()).toEqual([null, null]);
		expect(await store.ask('runReport', { run })).toMatchObject({ sent: 2, notSent: {} });
	});

	test('get it from where they stand in an execution, too', async () => {
		await publish({ kind: 'always' });
		await knownThenVisitor(30 * DAY);
		fixture().clock.advance(HOUR);
		const out = await release(store, trigger);
		await signIn();
		const messages = (out?.people ?? []).map((one) => claimFor(one));
		expect(await store.call('claimMessages', { node: await node(store, 'sms'), channel: 'sms', token: 't', messages })).toMatchObject([{ mine: true }]);
	});

	test('do not where the campaign lets nobody in again, or not yet', async () => {
		for (const [reentry, apart, sent] of [[{ kind: 'once' }, 30 * DAY, 0], [{ kind: 'period', ms: 7 * DAY }, 6 * DAY, 0], [{ kind: 'period', ms: 7 * DAY }, 8 * DAY, 1]] as const) {
			await publish(reentry);
			await knownThenVisitor(apart);
			await signIn();
			expect(await sendDue()).toBe(sent);
			expect(await reasons()).toEqual([null, sent === 0 ? 'merged_duplicate' : null]);
			await store.call('stopRuns', { run });
			await store.call('erasePerson', { name: { id: 'known' } });
		}
	});

	test('go on once where both are on their way', async () => {
		await publish({ kind: 'always' });
		await view({ user: 'known' });
		fixture().clock.advance(1);
		await view({ anonymousId: 'visitor' });
		await signIn();
		expect(await sendDue()).toBe(1);
		expect(await reasons()).toEqual([null, 'merged_duplicate']);
	});

	test('are kept out by nothing that ended because the awaited event happened', async () => {
		const viewed = [{ event: 'Viewed', where: [] }];
		await publish({ kind: 'once' }, { kind: 'inaction', first: viewed, second: { event: 'Charged', where: [] }, withinMs: HOUR, restart: false });
		await view({ user: 'known' });
		await store.ingest({ events: [{ user: 'known', name: 'Charged', ts: fixture().clock.now() }] });
		await scanAll(store, fixture().options);
		fixture().clock.advance(DAY);
		await view({ anonymousId: 'visitor' });
		await signIn();
		expect(await sendDue()).toBe(1);
		expect(await reasons()).toEqual(['event_happened', null]);
	});

	test('do not come in a second time by an event that counts only the first time', async () => {
		await publish({ kind: 'always' }, { ...VIEWED, firstTimeOnly: true });
		await view({ user: 'known' });
		expect(await sendDue()).toBe(1);
		await view({ anonymousId: 'visitor' });
		await signIn();
		expect(await sendDue()).toBe(0);
	});

	test('may have been sent to under both numbers', async () => {
		await publish({ kind: 'always' }, { ...VIEWED, firstTimeOnly: true });
		await view({ user: 'known' });
		await view({ anonymousId: 'visitor' });
		expect(await sendDue()).toBe(2);
		expect(await signIn()).toMatchObject({ refused: [] });
		expect(await store.ask('runReport', { run })).toMatchObject({ sent: 2, unaccounted: 0 });
	});
});

describeStores('people who are added by items and turn out to be one', (fixture) => {
	test('go on once per key', async () => {
		const { store } = fixture();
		await store.ingest({ profiles: [{ id: 'a' }, { id: 'b' }] });
		const trigger = await node(store, 'trigger');
		await store.call('publishCampaign', {
			campaignId: 'workflow:trigger', workflowId: 'workflow', name: 'Items', labels: [], byOperator: true,
			definition: { segment: { all: [] }, schedule: { kind: 'items' }, runKey: 'items', blockSize: 500, graceMs: 0, maxLatenessMs: DAY },
		});
		const hand = async (userId: string, key: string) => await store.call('handIn', { campaignId: 'workflow:trigger', people: [{ userId, key, payload: null }] });
		await hand('a', 'order 1');
		await hand('b', 'order 2');
		await hand('b', 'order 1');
		await store.ingest({ aliases: [{ from: 'a', to: 'b' }] });
		expect((await release(store, trigger))?.people).toHaveLength(2);
	});

	test('get both items that were in no campaign, and wait', async () => {
		const { store, clock } = fixture();
		await store.ingest({ profiles: [{ id: 'a' }, { id: 'b' }] });
		const items = { workflowId: 'workflow', workflowName: 'Orders', items: [{ entryKey: 'order 1', userId: 'a' }, { entryKey: 'order 2', userId: 'b' }] };
		const entries = await store.call('enterForeign', items);
		const sms = await node(store, 'sms');
		const messages = entries.map((one) => ({ ...one, visit: 0, key: '', addressHash: null }));
		const claimed = await store.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages });
		const holds = claimed.map(({ message, entry, visit }) => ({ message, token: 't', entry, visit, run: entries[0]?.run as number, until: clock.now() + 1, payload: null, detail: '' }));
		await store.call('holdMessages', { node: sms, holds });
		await store.ingest({ aliases: [{ from: 'a', to: 'b' }] });
		clock.advance(1);
		expect((await release(store, sms))?.people).toHaveLength(2);
		expect(await store.call('claimMessages', { node: sms, channel: 'sms', token: 'again', messages })).toMatchObject([{ mine: true }, { mine: true }]);
	});
});
