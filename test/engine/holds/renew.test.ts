import type { Released } from '../../../engine/holds/release';
import { startReleaser } from '../../../engine/holds/releaser';
import { LEASE_MS } from '../../../engine/holds/states';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, claimFor, node, release, startRun } from '../../support/campaign';
import { describeStores } from '../../support/stores';
import { until } from '../../support/until';

/*
 * n8n does not tell the end of every execution: a queue that is lost takes along what waits in it and the news of what has
 * ended. Leases are renewed only as long as the store shows that somebody may still be at work.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describeStores('leases of executions whose end is not told', (fixture) => {
	/** What is said of one release after so long a wait. */
	async function look(store: Store, token: string, forMs: number, patienceMs = 2 * MINUTE): Promise<string> {
		const [ended] = await store.call('renewLeases', { releases: [{ token, forMs, patienceMs }] });
		return ended?.end ?? 'renewed';
	}

	async function sendTo(store: Store, people: readonly Released[]): Promise<void> {
		const messages = people.map((one) => claimFor(one));
		const token = `t${people[0]?.entry}`;
		const claimed = await store.call('claimMessages', { node: await node(store, 'sender'), channel: 'sms', token, messages });
		const outcome = { state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: null };
		await store.call('settleMessages', { settlements: claimed.map(({ message }) => ({ message, token, ...outcome })) });
	}

	async function claimed(store: Store, people: number): Promise<{ trigger: number; token: string }> {
		await startRun(store, await addPeople(store, people));
		const trigger = await node(store, 'trigger');
		const { release: fresh } = await store.call('claimRelease', { node: trigger, limit: 500 });
		return { trigger, token: fresh?.token as string };
	}

	it('are lost when no execution takes the release over in time', async () => {
		const { store, clock } = fixture();
		const { trigger, token } = await claimed(store, 3);
		clock.advance(LEASE_MS - 1);
		expect(await look(store, token, MINUTE)).toBe('renewed');
		clock.advance(LEASE_MS - 1);
		expect(await release(store, trigger)).toBeUndefined();
		expect(await look(store, token, 3 * MINUTE)).toBe('not_started');
		expect(await look(store, token, 3 * MINUTE, HOUR)).toBe('renewed');
	});

	it('are renewed as long as the process lives in which the execution runs, and for hours at most', async () => {
		const { store, another } = fixture();
		const worker = await another();
		const { trigger, token } = await claimed(store, 3);
		expect(await worker.call('openRelease', { node: trigger, token })).toHaveLength(3);
		expect(await look(store, token, HOUR)).toBe('renewed');
		expect(await look(store, token, 4 * HOUR)).toBe('failed');
		await worker.close();
		expect(await look(store, token, 10_000)).toBe('failed');
	});

	it('end when everybody has gone on, and not while somebody is being sent to', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 2));
		const [trigger, gate, sender] = [await node(store, 'trigger'), await node(store, 'gate'), await node(store, 'sender')];
		const first = await release(store, trigger);
		const [held, sent] = first?.people ?? [];
		if (!first || !held || !sent) throw new Error('two people were to be released');
		await store.call('recordDecisions', { node: gate, arrivals: [{ entry: held.entry, visit: 1, run, decision: { kind: 'hold', until: Number.MAX_SAFE_INTEGER } }] });
		expect(await look(store, first.token, 5 * MINUTE)).toBe('renewed');
		const [message] = await store.call('claimMessages', { node: sender, channel: 'sms', token: 't', messages: [claimFor(sent)] });
		if (!message) throw new Error('one message was to be claimed');
		expect(await look(store, first.token, 4 * HOUR)).toBe('renewed');
		const settlement = { message: message.message, token: 't', state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: null };
		await store.call('settleMessages', { settlements: [settlement] });
		expect(await look(store, first.token, MINUTE)).toBe('renewed');
		expect(await look(store, first.token, 5 * MINUTE)).toBe('success');
	});

	it('are not taken for over while a message that waited at its sender has yet to be claimed', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 1));
		const [trigger, sender] = [await node(store, 'trigger'), await node(store, 'sender')];
		const first = await release(store, trigger);
		const [person] = first?.people ?? [];
		if (!first || !person) throw new Error('one person was to be released');
		const [message] = await store.call('claimMessages', { node: sender, channel: 'sms', token: 't', messages: [claimFor(person)] });
		if (!message) throw new Error('one message was to be claimed');
		const { entry, run } = person;
		const hold = { message: message.message, token: 't', entry, visit: 1, run, until: clock.now() + 1, payload: null, detail: '' };
		await store.call('holdMessages', { node: sender, holds: [hold] });
		await store.call('settleRelease', { token: first.token, end: 'success' });
		clock.advance(2);
		const again = await release(store, sender);
		expect(again?.people).toHaveLength(1);
		expect(await look(store, again?.token as string, 5 * MINUTE)).toBe('renewed');
	});

	it('have failed with the process in which they ran, also where everybody has gone on', async () => {
		const { store, another } = fixture();
		const worker = await another();
		const { trigger, token } = await claimed(store, 1);
		const people = await worker.call('openRelease', { node: trigger, token });
		await sendTo(worker, people);
		expect(await look(store, token, 2 * MINUTE)).toBe('success');
		// The nodes after the sender may have had things to do.
		await worker.close();
		expect(await look(store, token, 2 * MINUTE)).toBe('failed');
	});

	it('count as n8n says, though everybody had gone on long before: what fails at a later node is done again', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 2), { blockSize: 1 });
		const trigger = await node(store, 'trigger');
		const ends: Array<(end: 'failed' | 'success') => void> = [];
		const released: number[] = [];
		const releaser = startReleaser({
			store, node: trigger, limit: 1, inFlight: 1, renewMs: 50,
			emit: async (token) => {
				const people = await store.call('openRelease', { node: trigger, token });
				released.push(...people.map(({ person }) => person));
				if (released.length <= 2) await sendTo(store, people);
				return await new Promise((resolve) => ends.push(resolve));
			},
			onTrouble: () => {},
		});
		const pass = async (ms: number) => {
			for (let passed = 0; passed < ms; passed += 20_000) {
				clock.advance(20_000);
				await new Promise((resolve) => setTimeout(resolve, 120));
			}
		};
		await until('the first', () => ends.length === 1);
		await pass(2 * MINUTE);
		await until('the second, for whom there is room', () => ends.length === 2);
		ends[0]?.('failed');
		await pass(MINUTE);
		await until('the first again', () => ends.length === 3);
		ends[2]?.('success');
		expect(released[2]).toBe(released[0]);
		// Of the second nothing is ever heard.
		expect(await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toEqual({ toAnnounce: [] });
		await pass(13 * MINUTE);
		releaser.stop();
		expect((await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toAnnounce).toHaveLength(1);
	});

	it('make room for others: whoever was lost is released again, though n8n never answers', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 4), { blockSize: 2 });
		const trigger = await node(store, 'trigger');
		let isLost = true;
		let emitted = 0;
		const released: number[] = [];
		const troubles: unknown[] = [];
		const releaser = startReleaser({
			store, node: trigger, limit: 2, inFlight: 2, renewMs: 50,
			emit: async (token) => {
				emitted += 1;
				if (isLost) return await new Promise(() => {});
				released.push(...(await store.call('openRelease', { node: trigger, token })).map(({ person }) => person));
				return 'success';
			},
			onTrouble: (error) => error && troubles.push(error),
		});
		await until('both releases', () => emitted === 2);
		isLost = false;
		// Less than a lease at once: what is found here is not that it ran out.
		for (let passed = 0; passed < 3 * MINUTE; passed += 20_000) {
			clock.advance(20_000);
			await new Promise((resolve) => setTimeout(resolve, 120));
		}
		await until('everybody', () => released.length === 4);
		releaser.stop();
		expect(new Set(released).size).toBe(4);
		expect(troubles).toEqual([]);
	});
});
