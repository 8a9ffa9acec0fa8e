import { mulberry32 } from '../../../engine/campaigns/shuffle';
import { EVERYBODY_GETS_IT, type WhoGetsIt } from '../../../engine/campaigns/who-gets-it';
import type { ClaimedMessage } from '../../../engine/delivery/claim';
import type { ChannelSettings } from '../../../engine/settings/settings';
import type { Settlement } from '../../../engine/delivery/settle';
import type { Channel } from '../../../engine/people/records';
import type { Released } from '../../../engine/holds/release';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, claimFor, node, release } from '../../support/campaign';
import { describeStores, START } from '../../support/stores';

const DAY = 86_400_000;
const MINUTE = 60_000;

describeStores('how often one person is sent to', (fixture) => {
	let store: Store;
	let sms: number;
	let runs = 0;

	async function settings(sms: ChannelSettings): Promise<void> {
		store = fixture().store;
		await store.call('saveSettings', { settings: { channels: { sms }, customControlGroups: [] } });
	}

	/** A run of a campaign, and its people as they come to the sender. */
	async function runFor(people: number[], who: Partial<WhoGetsIt> = {}, campaignId = CAMPAIGN_ID): Promise<Released[]> {
		store = fixture().store;
		sms = await node(store, 'sms');
		const trigger = await node(store, campaignId);
		const { run } = await store.call('publishCampaign', {
			campaignId, workflowId: 'workflow', name: 'Test campaign', labels: [], byOperator: true,
			definition: {
				segment: { all: [] }, schedule: { kind: 'now' }, runKey: `run ${runs++}`, blockSize: 500, graceMs: 0, maxLatenessMs: 365 * DAY,
				who: { ...EVERYBODY_GETS_IT, ...who },
			},
		});
		await store.call('startRun', { run: run?.run as number, node: trigger, people: Uint32Array.from(people) });
		const released = await release(store, trigger);
		// Their execution is over as far as the trigger goes; its lease must not run out while the clock is moved.
		await store.call('settleRelease', { token: released?.token as string, end: 'success' });
		return (released?.people ?? []).sort((a, b) => a.person - b.person);
	}

	async function claim(people: Released[], token: string, on = store, key = '', channel: Channel = 'sms'): Promise<ClaimedMessage[]> {
		return await on.call('claimMessages', { node: sms, channel, token, messages: people.map((one) => claimFor(one, { key })) });
	}

	async function settle(messages: ClaimedMessage[], token: string, state: Settlement['state'] = 'sent'): Promise<void> {
		await store.call('markSending', { messages: messages.map(({ message }) => ({ message, token })) });
		const reason = state === 'failed' ? 'provider_rejected' as const : null;
		await store.call('settleMessages', { settlements: messages.map(({ message }) => ({ message, token, state, reason, detail: null, provider: null, providerId: null })) });
	}

	async function send(people: Released[], token: string, state: Settlement['state'] = 'sent'): Promise<ClaimedMessage[]> {
		const claimed = await claim(people, token);
		await settle(claimed.filter(({ mine }) => mine), token, state);
		return claimed;
	}

	it('counts back exactly the days it says', async () => {
		await settings({ mostMessages: 2, perDays: 3 });
		const people = await addPeople(store, 1);
		await send(await runFor(people), 'a');
		fixture().clock.set(START + DAY);
		await send(await runFor(people), 'b');
		fixture().clock.set(START + 3 * DAY - 1);
		expect((await send(await runFor(people), 'c'))[0]).toMatchObject({ state: 'not_sent', reason: 'global_frequency_cap' });
		fixture().clock.set(START + 3 * DAY);
		expect((await send(await runFor(people), 'd'))[0]).toMatchObject({ mine: true });
	});

	it('keeps the least gap between two messages', async () => {
		await settings({ dwellMs: 10 * MINUTE });
		const people = await addPeople(store, 1);
		await send(await runFor(people), 'a', 'unknown');
		fixture().clock.set(START + 10 * MINUTE - 1);
		expect((await send(await runFor(people), 'b'))[0]).toMatchObject({ reason: 'dwell_time' });
		fixture().clock.set(START + 10 * MINUTE);
		expect((await send(await runFor(people), 'c'))[0]).toMatchObject({ mine: true });
	});

	it('gives back what definitely failed, and counts what may have been delivered', async () => {
		await settings({ mostMessages: 1 });
		const people = await addPeople(store, 2);
		const [first, second] = await runFor(people);
		await send([first as Released], 'a', 'failed');
		await send([second as Released], 'b', 'unknown');
		expect((await claim(await runFor(people), 'c')).sort((a, b) => a.entry - b.entry).map(({ mine }) => mine)).toEqual([true, false]);
	});

	it('neither limits nor counts campaigns outside the limits', async () => {
		await settings({ mostMessages: 1 });
		const people = await addPeople(store, 1);
		for (const token of ['a', 'b']) expect((await send(await runFor(people, { outsideGlobalLimits: true }), token))[0]?.mine).toBe(true);
		expect((await send(await runFor(people), 'c'))[0]?.mine).toBe(true);
		expect((await send(await runFor(people), 'd'))[0]?.reason).toBe('global_frequency_cap');
		expect((await send(await runFor(people, { outsideGlobalLimits: true }), 'e'))[0]?.mine).toBe(true);
	});

	it('keeps to what the campaign says, whatever other campaigns do', async () => {
		await settings({});
		const people = await addPeople(store, 1);
		const who = { mostEver: 2, minimumGapMs: DAY, outsideGlobalLimits: true };
		await send(await runFor(people, {}, 'workflow:other'), 'z');
		expect((await send(await runFor(people, who), 'a'))[0]?.mine).toBe(true);
		fixture().clock.set(START + DAY - 1);
		expect((await send(await runFor(people, who), 'b'))[0]).toMatchObject({ reason: 'campaign_frequency_cap' });
		fixture().clock.set(START + DAY);
		expect((await send(await runFor(people, who), 'c'))[0]?.mine).toBe(true);
		fixture().clock.set(START + 300 * DAY);
		expect((await send(await runFor(people, who), 'd'))[0]).toMatchObject({ reason: 'campaign_frequency_cap' });
	});

	it('neither keeps exports back nor counts them, nor can anybody opt out of them', async () => {
		await settings({ mostMessages: 1, dwellMs: DAY });
		const people = await addPeople(store, 1);
		const who = { mostEver: 1, minimumGapMs: DAY };
		await store.ingest({ profiles: [{ id: 'p1', optedOut: { email: true, push: true, webhook: true } }] });
		for (const token of ['a', 'b']) {
			const exported = await claim(await runFor(people, who), token, store, 'export', 'export');
			expect(exported[0]).toMatchObject({ mine: true });
			await settle(exported, token);
		}
		expect((await send(await runFor(people, who), 'c'))[0]).toMatchObject({ mine: true });
		expect((await send(await runFor(people, who), 'd'))[0]).toMatchObject({ reason: 'campaign_frequency_cap' });
		expect((await claim(await runFor(people, who), 'e', store, 'export', 'export'))[0]).toMatchObject({ mine: true });
		const refused = await store.ingest({ profiles: [{ id: 'p1', optedOut: { export: true } }] });
		expect(refused.refused).toMatchObject([{ reason: expect.stringContaining('unknown channel "export"') }]);
	});

	it('adds up what two profiles got that turned out to be one', async () => {
		await settings({ mostMessages: 2 });
		await store.ingest({ profiles: [{ id: 'known' }, { anonymousId: 'visitor' }] });
		const people = [...(await store.ask('find', { rule: { all: [] } })).people];
		expect(people).toHaveLength(2);
		await send(await runFor(people), 'a');
		await store.ingest({ aliases: [{ from: 'visitor', to: 'known' }] });
		const living = [...(await store.ask('find', { rule: { all: [] } })).people];
		expect(living).toHaveLength(1);
		expect((await send(await runFor(living), 'b'))[0]).toMatchObject({ reason: 'global_frequency_cap' });
	});

	it.each([1, 2, 3])('is exact when two processes claim for the same people at once (seed %d)', async (seed) => {
		const most = 3;
		await settings({ mostMessages: most });
		const stores = [store, await fixture().another()];
		const people = await addPeople(store, 20);
		const campaigns = [await runFor(people), await runFor(people, {}, 'workflow:b'), await runFor(people, {}, 'workflow:c')];
		const random = mulberry32(seed);
		const person = new Map(campaigns.flat().map(({ entry, person: of }) => [entry, of]));
		const counting = new Map<number, number>();
		const count = (entry: number, by: number) => counting.set(person.get(entry) as number, (counting.get(person.get(entry) as number) ?? 0) + by);
		for (let round = 0; round < 25; round++) {
			const batches = stores.map((on, which) => {
				const campaign = campaigns[Math.floor(random() * 3)] as Released[];
				const chosen = campaign.filter(() => random() < 0.7).sort(() => random() - 0.5);
				return { on, token: `r${round} ${which}`, chosen, key: `k${round} ${which}` };
			});
			const claimed = await Promise.all(batches.map(async ({ on, token, chosen, key }) => await claim(chosen, token, on, key)));
			for (const [index, batch] of claimed.entries()) {
				const mine = batch.filter((one) => one.mine);
				for (const { entry } of mine) count(entry, 1);
				const failing = mine.filter(() => random() < 0.5);
				await settle(failing, batches[index]?.token as string, 'failed');
				await settle(mine.filter((one) => !failing.includes(one)), batches[index]?.token as string, random() < 0.5 ? 'sent' : 'unknown');
				if (index === 1) expect(Math.max(0, ...counting.values())).toBeLessThanOrEqual(most);
				for (const { entry } of failing) count(entry, -1);
			}
		}
		// Each was tried often enough to be sent all that the limit allows.
		expect(people.map((one) => counting.get(one))).toEqual(people.map(() => most));
	}, 60_000);

	it('lets no more messages of a channel go in five minutes than it says, and keeps their order', async () => {
		await settings({ mostPer5Minutes: 10 });
		const people = await addPeople(store, 25);
		const first = await runFor(people);
		const claimed = await claim(first, 'a');
		expect(claimed.filter(({ mine }) => mine)).toHaveLength(10);
		expect(claimed.filter(({ state }) => state === 'held')).toHaveLength(15);
		// Another campaign comes after those who wait: five places are left in the third window.
		const other = await claim(await runFor(people, {}, 'workflow:b'), 'b');
		expect(other.every(({ state }) => state === 'held')).toBe(true);
		const passed: number[] = [];
		for (let window = 1; window <= 5; window++) {
			fixture().clock.set(START + window * 5 * MINUTE);
			let through = 0;
			for (let waiting = await release(store, sms); waiting; waiting = await release(store, sms)) {
				const again = await store.call('claimMessages', { node: sms, channel: 'sms', token: waiting.token, messages: waiting.people.map((one) => claimFor(one, { visit: one.visit })) });
				through += again.filter(({ mine }) => mine).length;
				await store.call('settleRelease', { token: waiting.token, end: 'success' });
			}
			passed.push(through);
		}
		expect(passed).toEqual([10, 10, 10, 10, 0]);
	});
});
