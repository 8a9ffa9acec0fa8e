import type { GroupResult } from '../../../engine/delivery/attempt';
import { deliver, type Delivery } from '../../../engine/delivery/deliver';
import { decodePeople } from '../../../engine/holds/enter-block';
import type { Released } from '../../../engine/holds/release';
import { merge } from '../../../engine/people/merge';
import { PostgresConnection } from '../../../engine/store/postgres/connection';
import type { PostgresOptions } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, claimFor, node, release, startRun } from '../../support/campaign';
import { describeStores } from '../../support/stores';

/* People are merged and erased, and runs are stopped, while their messages are on their way. */

describeStores('messages of people who change', (fixture, kind) => {
	const sent: GroupResult = { outcome: 'sent', provider: 'Twilio', kind: 'twilio', providerId: 'SM1', attempts: [] };

	async function releasedOf(people: number[], overrides: Parameters<typeof startRun>[2] = {}): Promise<{ run: number; sms: number; token: string; out: Released[] }> {
		const { store } = fixture();
		const run = await startRun(store, people, overrides);
		const out = await release(store, await node(store, 'trigger'));
		if (!out) throw new Error('nobody was released');
		return { run, sms: await node(store, 'sms'), token: out.token, out: out.people.sort((a, b) => a.person - b.person) };
	}

	function deliveryFor(one: Released, overrides: Partial<Delivery<string>> = {}): Delivery<string> {
		return {
			entry: one.entry, visit: one.visit + 1, key: '', run: one.run, campaignId: CAMPAIGN_ID, person: one.person, since: one.heldAt,
			address: { ok: true, address: `phone ${one.person}` }, render: () => ({ ok: true, message: `to ${one.person}` }), payload: null, ...overrides,
		};
	}

	it('somebody merged on the way to the sender gets their message, being the only one of the run', async () => {
		const { store } = fixture();
		const [one] = await addPeople(store, 2);
		const { sms, out } = await releasedOf([one as number]);
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		const [claimed] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages: out.map((each) => claimFor(each)) });
		expect(claimed).toMatchObject({ mine: true, state: 'claimed' });
	});

	it('somebody who was sent to under another number is not sent to once more', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 2);
		const { sms, out } = await releasedOf(people);
		const [merged, survivor] = out as [Released, Released];
		await store.call('claimMessages', { node: sms, channel: 'sms', token: 'a', messages: [claimFor(merged)] });
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		const [second] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'b', messages: [claimFor(survivor)] });
		expect(second).toMatchObject({ mine: false, reason: 'merged_duplicate' });
	});

	it('nothing that waits for its turn leaves once the run is stopped', async () => {
		const { store } = fixture();
		const { run, sms, out } = await releasedOf(await addPeople(store, 2));
		const left: string[] = [];
		const results = await deliver(out.map((one) => deliveryFor(one)), {
			store, node: sms, channel: 'sms', maxWaitMs: 0, canHold: true,
			send: async (message, { beforeRequest }) => {
				if (message === `to ${out[1]?.person}`) await store.call('stopRuns', { run });
				await new Promise((resolve) => setTimeout(resolve, 50));
				await beforeRequest();
				left.push(message);
				return sent;
			},
		});
		expect(left).toEqual([]);
		expect(results).toMatchObject([{ state: 'not_sent', reason: 'campaign_stopped' }, { state: 'not_sent', reason: 'campaign_stopped' }]);
	});

	it('nothing that waits for its turn goes to somebody who has opted out of the channel, or was erased', async () => {
		const { store } = fixture();
		const { sms, out } = await releasedOf(await addPeople(store, 4));
		const left: string[] = [];
		const changes = [
			async () => await store.ingest({ profiles: [{ id: 'p1', optedOut: { email: true, sms: true } }] }),
			async () => await store.call('erasePerson', { name: { id: 'p2' } }),
			async () => await store.ingest({ profiles: [{ id: 'p3', optedOut: { email: true, sms: false } }] }),
		];
		const results = await deliver(out.map((one) => deliveryFor(one)), {
			store, node: sms, channel: 'sms', maxWaitMs: 0, canHold: true,
			send: async (message, { beforeRequest }) => {
				await changes[out.findIndex(({ person }) => message === `to ${person}`)]?.();
				await beforeRequest();
				left.push(message);
				return sent;
			},
		});
		expect(results.map(({ state, reason, detail }) => [state, reason, detail])).toEqual([
			['not_sent', 'profile_not_reachable', 'Opted out of sms'], ['not_sent', 'erased', null], ['sent', null, null], ['sent', null, null],
		]);
		expect(left).toHaveLength(2);
	});

	it('what a provider says of somebody who was erased meanwhile is not kept', async () => {
		const { store } = fixture();
		const { sms, out } = await releasedOf(await addPeople(store, 3));
		await deliver(out.map((one) => deliveryFor(one, { payload: '{"name":"Ada"}' })), {
			store, node: sms, channel: 'sms', maxWaitMs: 86_400_000, canHold: true,
			send: async (message, { beforeRequest }): Promise<GroupResult> => {
				await beforeRequest();
				const place = out.findIndex(({ person }) => message === `to ${person}`);
				await store.call('erasePerson', { name: { person: out[place]?.person as number } });
				const detail = 'no such number: +14155551000';
				if (place === 0) return { outcome: 'recipient', provider: 'P', kind: 'p', reason: 'invalid_recipient', code: '1', detail, attempts: [] };
				if (place === 1) return { outcome: 'unknown', provider: 'P', kind: 'p', code: '1', detail, attempts: [] };
				return { outcome: 'failed', reason: 'provider_unavailable', transient: true, attempts: [{ provider: 'P', kind: 'p', outcome: 'refused', detail }] };
			},
		});
		const { people } = await store.ask('peopleOfRun', { run: out[0]?.run as number });
		expect(people.map(({ detail }) => detail).filter((detail) => detail?.includes('+1415'))).toEqual([]);
		fixture().clock.advance(60_000);
		const waiting = await release(store, sms);
		expect(await store.call('messagesOfRelease', { node: sms, token: waiting?.token ?? '' })).toMatchObject([{ payload: null }]);
	});

	it('somebody erased in the midst of an execution ends as erased', async () => {
		const { store } = fixture();
		const { run, token } = await releasedOf(await addPeople(store, 2));
		await store.call('erasePerson', { name: { id: 'p1' } });
		await store.call('settleRelease', { token, end: 'success' });
		expect(await store.ask('runReport', { run })).toMatchObject({ notSent: { erased: 1, left_workflow: 1 } });
	});

	/** Does something while `from` is being merged into `into`, in a transaction that ends only when the other has had time to go ahead. */
	async function whileMerging<Result>(from: number, into: number, work: () => Promise<Result>): Promise<Result> {
		const { connectionString, schema } = fixture().options as PostgresOptions;
		const connection = new PostgresConnection(connectionString, schema as string);
		let begun: Promise<Result> | undefined;
		await connection.write(async (tx) => {
			await tx.lock('people');
			await merge(tx, from, into, fixture().clock.now());
			begun = work();
			await Promise.race([begun, new Promise((resolve) => setTimeout(resolve, 500))]);
		});
		await connection.close();
		return (await begun) as Result;
	}

	const onPostgres = kind === 'postgres' ? it : it.skip;

	onPostgres('two who are being merged while both are claimed get one message', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 2);
		const { sms, out } = await releasedOf(people);
		const claimed = await whileMerging(people[0] as number, people[1] as number, async () =>
			await store.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages: out.map((one) => claimFor(one)) }),
		);
		expect(claimed.map(({ mine, reason }) => `${mine} ${reason}`).sort()).toEqual(['false merged_duplicate', 'true null']);
	});

	onPostgres('somebody who is being merged while their block enters does not come in again as who they became', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 2);
		await startRun(store, people, { blockSize: 1 });
		const [trigger, sms] = [await node(store, 'trigger'), await node(store, 'sms')];
		const { connectionString, schema } = fixture().options as PostgresOptions;
		const connection = new PostgresConnection(connectionString, schema as string);
		const block = await connection.read(async (tx) => await tx.get<{ people: Uint8Array }>('SELECT people FROM block ORDER BY due_at, run, seq LIMIT 1'));
		await connection.close();
		const [first] = decodePeople(block?.people as Uint8Array);
		const other = people.find((person) => person !== first) as number;
		const out = [await whileMerging(first as number, other, async () => await release(store, trigger)), await release(store, trigger)];
		const released = out.flatMap((one) => one?.people ?? []);
		for (const one of released) await store.call('claimMessages', { node: sms, channel: 'sms', token: `${one.entry}`, messages: [claimFor(one)] });
		const { people: all } = await store.ask('peopleOfRun', { run: released[0]?.run as number });
		expect(all.map(({ outcome, reason }) => reason ?? outcome).sort()).toEqual(['held', 'merged_duplicate']);
	});
});
