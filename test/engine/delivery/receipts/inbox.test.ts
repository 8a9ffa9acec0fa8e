import { ReceiptInbox } from '../../../../engine/delivery/receipts/inbox';
import { claimToken } from '../../../../engine/delivery/claim';
import { addPeople, claimFor, node, release, startRun } from '../../../support/campaign';
import { describeStores } from '../../../support/stores';

describeStores('the inbox of receipts', (fixture) => {
	it('takes them in, and applies those that came too early by itself', async () => {
		const { store } = fixture();
		await startRun(store, await addPeople(store, 2));
		const out = await release(store, await node(store, 'trigger'));
		const token = claimToken();
		const claimed = await store.call('claimMessages', { node: await node(store, 'sms'), channel: 'sms', token, messages: (out?.people ?? []).map((one) => claimFor(one)) });
		const messages = claimed.map(({ message }) => message);
		const settle = async (message: number) =>
			await store.call('settleMessages', { settlements: [{ message, token, state: 'sent', reason: null, detail: null, provider: 'P', providerId: `id-${message}` }] });
		const inbox = ReceiptInbox.of(store);
		await settle(messages[0] as number);
		const receipts = messages.map((message) => ({ channel: 'sms' as const, status: 'delivered' as const, providerId: `id-${message}` }));
		expect(await inbox.receive([...receipts, { channel: 'sms', status: 'delivered', messageId: 'of-another-store-1' }])).toMatchObject([{ message: messages[0] }]);
		await settle(messages[1] as number);
		const delivered = async () => [...(await store.ask('find', { rule: { event: 'Notification Delivered', did: true } })).people].length;
		for (let tries = 0; tries < 50 && (await delivered()) < 2; tries++) await new Promise((resolve) => setTimeout(resolve, 200));
		expect(await delivered()).toBe(2);
	}, 30_000);
});
