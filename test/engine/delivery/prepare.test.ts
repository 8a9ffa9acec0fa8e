import type { GroupResult } from '../../../engine/delivery/attempt';
import { deliver, type Delivery } from '../../../engine/delivery/deliver';
import type { RequestLedger } from '../../../engine/delivery/message-mark';
import { CLAIM_MS } from '../../../engine/delivery/states';
import type { Released } from '../../../engine/holds/release';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, node, release, startRun } from '../../support/campaign';
import { describeStores } from '../../support/stores';
import { until } from '../../support/until';

const sent: GroupResult = { outcome: 'sent', provider: 'Twilio', kind: 'twilio', providerId: null, attempts: [] };

describeStores('what a message needs from elsewhere', (fixture) => {
	let store: Store;
	let run: number;
	let people: Released[];
	let token: string;
	let messages: string[];
	const send = async (message: string, { beforeRequest }: RequestLedger) => {
		await beforeRequest();
		messages.push(message);
		return sent;
	};
	const options = async () => ({ store, node: await node(store, 'sms'), channel: 'sms' as const, maxWaitMs: 1_000, canHold: true, send });
	const delivery = (one: Released, more: Partial<Delivery<string>>): Delivery<string> => ({
		entry: one.entry, visit: one.visit + 1, key: '', run: one.run, campaignId: CAMPAIGN_ID, person: one.person, since: one.heldAt,
		address: { ok: true, address: `phone ${one.person}` },
		render: () => ({ ok: true, message: `hello ${one.person}` }),
		payload: null,
		...more,
	});

	beforeEach(async () => {
		store = fixture().store;
		messages = [];
		run = await startRun(store, await addPeople(store, 3));
		({ people, token } = (await release(store, await node(store, 'trigger'))) as { people: Released[]; token: string });
	});

	it('is there when the message is written, and costs one message when it cannot be had', async () => {
		const found = new Map<number, string>();
		const [first, second] = people as [Released, Released];
		const needing = (one: Released, prepare: Delivery<string>['prepare']) => delivery(one, { prepare, render: () => ({ ok: true, message: found.get(one.person) as string }) });
		const results = await deliver([
			needing(first, async () => void found.set(first.person, 'sunny')),
			needing(second, async () => ({ reason: 'linked_content_failed', detail: 'Weather: http_500' })),
		], await options());
		expect(results).toMatchObject([{ state: 'sent' }, { state: 'failed', reason: 'linked_content_failed', detail: 'Weather: http_500' }]);
		expect(messages).toEqual(['sunny']);
		await store.call('settleRelease', { token, end: 'success' });
		expect(await store.ask('runReport', { run })).toMatchObject({ sent: 1, notSent: { linked_content_failed: 1 } });
	});

	it('is not asked for whom nothing is sent to, nor for what was sent already', async () => {
		const prepare = jest.fn(async () => undefined);
		const [first, second] = people as [Released, Released];
		const deliveries = [delivery(first, { prepare }), delivery(second, { prepare, address: { ok: false, reason: 'invalid_recipient' } })];
		await deliver(deliveries, await options());
		await deliver(deliveries, await options());
		expect(prepare).toHaveBeenCalledTimes(1);
	});

	it('holds nobody else up, and keeps the claim however long it takes', async () => {
		jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'clearTimeout', 'performance', 'Date', 'queueMicrotask'] });
		try {
			let arrive = () => {};
			const arrived = new Promise<undefined>((resolve) => (arrive = () => resolve(undefined)));
			const [slow, quick] = people as [Released, Released];
			const setting = await options();
			const batch = deliver([delivery(slow, { prepare: async () => await arrived }), delivery(quick, {})], setting);
			await until('the quick one', () => messages.length === 1);
			expect(messages).toEqual([`hello ${quick.person}`]);
			// Twice as long as an untouched claim holds.
			for (let waited = 0; waited < 2 * CLAIM_MS; waited += CLAIM_MS / 3) {
				fixture().clock.advance(CLAIM_MS / 3);
				jest.advanceTimersByTime(CLAIM_MS / 3);
				await new Promise((resolve) => setTimeout(resolve, 100));
			}
			expect(await deliver([delivery(slow, {})], setting)).toMatchObject([{ state: 'elsewhere' }]);
			arrive();
			expect(await batch).toMatchObject([{ state: 'sent' }, { state: 'sent' }]);
			expect(messages).toHaveLength(2);
		} finally {
			jest.useRealTimers();
		}
	});
});
