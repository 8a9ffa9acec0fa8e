import { EVERYBODY_GETS_IT, type WhoGetsIt } from '../../../engine/campaigns/who-gets-it';
import { endRun } from '../../../engine/campaigns/control/end-run';
import { mulberry32 } from '../../../engine/campaigns/shuffle';
import type { ClaimedMessage } from '../../../engine/delivery/claim';
import type { Settlement } from '../../../engine/delivery/settle';
import type { Released } from '../../../engine/holds/release';
import type { Store } from '../../../engine/store/store';
import { addPeople, claimFor, node, release, startRun } from '../../support/campaign';
import { describeStores } from '../../support/stores';

const HOUR = 3_600_000;
const CAP = 100;

type Outcome = Settlement['state'];

/** Settles messages of a batch that are ours. */
async function settle(store: Store, token: string, messages: Array<{ message: number; state: Outcome }>): Promise<void> {
	const settlements = messages.map(({ message, state }): Settlement => ({
		message, token, state, provider: null, providerId: null, detail: null,
		reason: state === 'failed' ? 'provider_rejected' : state === 'unknown' ? 'unknown_outcome' : null,
	}));
	const leaving = settlements.filter(({ state }) => state !== 'not_sent').map(({ message }) => ({ message, token }));
	await store.call('markSending', { messages: leaving });
	await store.call('settleMessages', { settlements });
}

describeStores('limits of an audience', (fixture) => {
	let store: Store;
	let run: number;
	let sms: number;
	let trigger: number;

	async function prepare(count: number, limits: WhoGetsIt['limits'], blockSize = 500): Promise<void> {
		store = fixture().store;
		run = await startRun(store, await addPeople(store, count), { blockSize, who: { ...EVERYBODY_GETS_IT, limits } });
		sms = await node(store, 'sms');
		trigger = await node(store, 'trigger');
	}

	async function claim(on: Store, people: Released[], token: string, at = sms): Promise<ClaimedMessage[]> {
		return await on.call('claimMessages', { node: at, channel: 'sms', token, messages: people.map((one) => claimFor(one)) });
	}

	async function enter(): Promise<Released[]> {
		return (await release(store, trigger))?.people ?? [];
	}

	it('gives out as many places as there are; the others wait, and are refused when all are sent', async () => {
		await prepare(150, { perRun: CAP });
		const people = await enter();
		const claimed = await claim(store, people, 'a');
		const mine = claimed.filter((message) => message.mine);
		expect(mine).toHaveLength(CAP);
		expect(claimed.filter(({ state }) => state === 'held')).toHaveLength(50);
		await settle(store, 'a', mine.map(({ message }) => ({ message, state: 'sent' })));
		fixture().clock.advance(5_000);
		const waiting = await release(store, sms);
		expect(waiting?.people).toHaveLength(50);
		const again = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'b', messages: (waiting?.people ?? []).map((one) => claimFor(one, { visit: one.visit })) });
		expect(again.map(({ state, reason }) => [state, reason])).toEqual(Array.from({ length: 50 }, () => ['not_sent', 'campaign_limit_run']));
	});

	it('takes places in an order that is not that of the numbers', async () => {
		await prepare(400, { perRun: CAP });
		const people = await enter();
		const mine = (await claim(store, people, 'a')).filter((message) => message.mine);
		const chosen = new Set(mine.map(({ entry }) => entry));
		const upper = people.sort((a, b) => a.person - b.person).slice(200).filter(({ entry }) => chosen.has(entry)).length;
		expect(upper).toBeGreaterThan(20);
		expect(upper).toBeLessThan(80);
	});

	it('counts people, not messages, and a failure of one message leaves the place to the other', async () => {
		await prepare(150, { total: CAP });
		const people = await enter();
		const first = (await claim(store, people.slice(0, CAP), 'a')).filter((message) => message.mine);
		expect(first).toHaveLength(CAP);
		const push = await node(store, 'push');
		const second = (await claim(store, people.slice(0, CAP), 'b', push)).filter((message) => message.mine);
		expect(second).toHaveLength(CAP);
		await settle(store, 'a', first.map(({ message }) => ({ message, state: 'failed' })));
		expect((await claim(store, people.slice(CAP), 'c')).every(({ state }) => state === 'held')).toBe(true);
		await settle(store, 'b', second.map(({ message }, index) => ({ message, state: index < 30 ? 'failed' : 'sent' })));
		fixture().clock.advance(5_000);
		const waiting = (await release(store, sms))?.people ?? [];
		const again = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'd', messages: waiting.map((one) => claimFor(one, { visit: one.visit })) });
		expect(again.filter((message) => message.mine)).toHaveLength(30);
	});

	it('begins anew with every day of the account', async () => {
		await prepare(250, { perDay: CAP }, CAP);
		for (const token of ['a', 'b']) {
			const released = await release(store, trigger);
			const mine = (await claim(store, released?.people ?? [], token)).filter((message) => message.mine);
			expect(mine).toHaveLength(CAP);
			await store.call('settleRelease', { token: released?.token as string, end: 'success' });
			await settle(store, token, mine.map(({ message }) => ({ message, state: 'sent' })));
			fixture().clock.advance(12 * HOUR);
		}
		// The day of the second hundred is over only at its midnight.
		fixture().clock.advance(-6 * HOUR);
		await enter();
		expect(await store.ask('runReport', { run })).toMatchObject({ sent: 2 * CAP, notSent: { campaign_limit_day: 50 } });
	});

	it('lets nobody travel once all places are taken for good', async () => {
		await prepare(1_000, { perRun: CAP }, CAP);
		const mine = await claim(store, await enter(), 'a');
		// While a place may come back they wait where they are.
		expect(await store.call('claimRelease', { node: trigger, limit: CAP })).toEqual({ nextDue: fixture().clock.now() + 1_000 });
		await settle(store, 'a', mine.map(({ message }, index) => ({ message, state: index === 0 ? 'unknown' : 'sent' })));
		while ((await store.call('claimRelease', { node: trigger, limit: CAP })).release) continue;
		const report = await store.ask('runReport', { run });
		expect(report).toMatchObject({ sent: CAP - 1, unknown: 1, notSent: { campaign_limit_run: 900 }, unaccounted: 0, waiting: 0 });
	});

	/** The provider is away: everybody of a batch waits at the sender. */
	async function hold(people: Released[], token: string): Promise<void> {
		const claimed = await claim(store, people, token);
		const until = fixture().clock.now() + HOUR;
		const holds = claimed.filter(({ mine }) => mine).map(({ message, entry, visit }) => ({ message, token, entry, visit, run, until, payload: null, detail: 'away' }));
		await store.call('holdMessages', { node: sms, holds });
	}

	it('has places left for another run when one is stopped whose messages waited', async () => {
		await prepare(CAP, { total: CAP });
		const entering = await release(store, trigger);
		await hold(entering?.people ?? [], 'a');
		await store.call('settleRelease', { token: entering?.token as string, end: 'success' });
		await store.call('stopRuns', { run });
		await endRun(store, run);
		await addPeople(store, 2 * CAP);
		const others = [...(await store.ask('find', { rule: { all: [] } })).people].slice(CAP);
		await startRun(store, others, { runKey: 'second', who: { ...EVERYBODY_GETS_IT, limits: { total: CAP } } });
		expect((await claim(store, await enter(), 'b')).filter(({ mine }) => mine)).toHaveLength(CAP);
	});

	it('counts a message that has waited over midnight on the day on which it leaves', async () => {
		await prepare(2 * CAP, { perDay: CAP }, CAP);
		const entering = await release(store, trigger);
		await hold(entering?.people ?? [], 'a');
		await store.call('settleRelease', { token: entering?.token as string, end: 'success' });
		fixture().clock.advance(24 * HOUR - 1);
		const sendAll = async (people: Released[], token: string, visit?: (one: Released) => number) => {
			const claimed = await store.call('claimMessages', { node: sms, channel: 'sms', token, messages: people.map((one) => claimFor(one, visit && { visit: visit(one) })) });
			const mine = claimed.filter((message) => message.mine);
			await settle(store, token, mine.map(({ message }) => ({ message, state: 'sent' })));
			return mine.length;
		};
		const waiting = await release(store, sms);
		const first = await sendAll((waiting?.people ?? []).slice(0, 60), 'b', (one) => one.visit);
		const second = await sendAll(await enter(), 'c');
		const third = await sendAll((waiting?.people ?? []).slice(60), 'd', (one) => one.visit);
		expect([first, second, third]).toEqual([60, 40, 0]);
	});

	it.each([1, 2, 3, 4])('is exact under any order of claims and outcomes in two processes (seed %d)', async (seed) => {
		await prepare(260, { perRun: 120, total: 130, perDay: 110 }, 40);
		const stores = [store, await fixture().another()];
		const random = mulberry32(seed);
		const most = 110;
		const open: Array<{ message: number; token: string }> = [];
		const final = new Map<number, Outcome>();
		let token = 0;
		const step = async (on: Store): Promise<void> => {
			const draw = random();
			if (draw < 0.6) {
				const at = random() < 0.5 ? trigger : sms;
				const released = await release(on, at, 25);
				if (!released) return;
				const name = `t${seed} ${token++}`;
				const messages = released.people.map((one) => claimFor(one, at === sms ? { visit: one.visit } : {}));
				const claimed = await on.call('claimMessages', { node: sms, channel: 'sms', token: name, messages });
				open.push(...claimed.filter(({ mine }) => mine).map(({ message }) => ({ message, token: name })));
				await on.call('settleRelease', { token: released.token, end: 'success' });
			} else if (draw < 0.95) {
				for (const one of open.splice(0, 1 + Math.floor(random() * 20))) {
					const result: Outcome = (['sent', 'failed', 'unknown'] as const)[Math.floor(random() * 2.2)] ?? 'sent';
					final.set(one.message, result);
					await settle(on, one.token, [{ message: one.message, state: result }]);
				}
			} else fixture().clock.advance(4_000);
		};
		const holding = () => [...final.values()].filter((state) => state !== 'failed').length + open.length;
		for (let round = 0; round < 60; round++) {
			await Promise.all(stores.map(step));
			expect(holding()).toBeLessThanOrEqual(most);
		}
		// Everything is brought to its end: all places are used, as there are people enough.
		for (let round = 0; round < 200; round++) {
			fixture().clock.advance(61_000);
			for (const one of open.splice(0)) {
				final.set(one.message, 'sent');
				await settle(store, one.token, [{ message: one.message, state: 'sent' }]);
			}
			const waiting = await release(store, sms, 100);
			const released = waiting ?? (await release(store, trigger, 100));
			if (!released) break;
			const at = waiting ? sms : trigger;
			const name = `end ${token++}`;
			const claimed = await store.call('claimMessages', { node: sms, channel: 'sms', token: name, messages: released.people.map((one) => claimFor(one, at === sms ? { visit: one.visit } : {})) });
			open.push(...claimed.filter(({ mine }) => mine).map(({ message }) => ({ message, token: name })));
			await store.call('settleRelease', { token: released.token, end: 'success' });
		}
		const used = [...final.values()].filter((state) => state !== 'failed').length;
		expect(used).toBe(most);
	}, 60_000);
});
