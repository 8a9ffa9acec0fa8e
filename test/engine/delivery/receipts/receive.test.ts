import type { Receipt, ReceiptStatus } from '../../../../engine/channels/receipts/receipt';
import { claimToken } from '../../../../engine/delivery/claim';
import { STRANGER_MS } from '../../../../engine/delivery/receipts/early';
import { numberedBy, ReceiptInbox } from '../../../../engine/delivery/receipts/inbox';
import type { Released } from '../../../../engine/holds/release';
import type { Settlement } from '../../../../engine/delivery/settle';
import type { Channel } from '../../../../engine/people/records';
import type { Store } from '../../../../engine/store/store';
import { claimFor, node, release } from '../../../support/campaign';
import { messagesBeingSent } from '../../../support/messages';
import { describeStores, START } from '../../../support/stores';

const MINUTE = 60_000;

describeStores('receipts', (fixture) => {
	let store: Store;
	let run: number;
	let token: string;
	let messages: number[];
	let refused: Released[];

	/** Messages of a run to p1..pN, marked as being sent. */
	async function sending(count: number, channel: Channel = 'email', limits?: { perRun: number }): Promise<void> {
		store = fixture().store;
		({ run, token, messages, refused } = await messagesBeingSent(store, count, channel, limits));
	}
	const settle = async (state: Settlement['state'], index = 0, providerId: string | null = `id-${index}`) =>
		await store.call('settleMessages', {
			settlements: [{ message: messages[index] as number, token, state, reason: state === 'unknown' ? 'unknown_outcome' : state === 'failed' ? 'provider_rejected' : null, detail: null, provider: 'P', providerId: state === 'sent' ? providerId : null }],
		});
	const receive = async (...receipts: Array<Partial<Receipt> & { status: ReceiptStatus; index?: number }>) =>
		await store.call('receiveReceipts', {
			receipts: receipts.map(({ index = 0, ...receipt }) => {
				const id = receipt.providerId === undefined ? { messageId: `${store.fingerprint}-${messages[index]}` } : {};
				const numbered = numberedBy(store.fingerprint, { channel: 'email', ...id, ...receipt });
				if (!numbered) throw new Error('it names no message of this store');
				return numbered;
			}),
		});
	const person = async (index = 0) => {
		const found = await store.call('getPerson', { name: { id: `p${index + 1}` } });
		if (!found) throw new Error('nobody');
		return found;
	};
	const events = async (index = 0) => (await person(index)).events.map(({ name }) => name).sort();
	const report = async () => await store.ask('runReport', { run });

	it('records a delivery once, whichever id it comes with', async () => {
		await sending(1);
		await settle('sent');
		fixture().clock.advance(MINUTE);
		const first = await receive({ status: 'delivered', at: START + 5 });
		expect(first).toMatchObject({ early: 0, taken: [{ index: 0, status: 'delivered', user: 'p1', campaign: { id: 'workflow:trigger', name: 'Test campaign', labels: ['a', 'b'], run }, at: START + 5 }] });
		expect(await receive({ status: 'delivered' }, { status: 'delivered', providerId: 'id-0' })).toEqual({ taken: [], early: 0 });
		expect((await person()).events.find(({ name }) => name === 'Notification Delivered')).toMatchObject({
			ts: START + 5,
			properties: { 'Campaign id': 'workflow:trigger', 'Campaign name': 'Test campaign', 'Campaign type': 'email', Labels: ['a', 'b'], Run: run },
		});
		expect(await events()).toEqual(['Notification Delivered', 'Notification Sent']);
		expect(await report()).toMatchObject({ sent: 1, failed: 0 });
	});

	it('the same receipt twice in one batch is one', async () => {
		await sending(1);
		await settle('sent');
		expect((await receive({ status: 'delivered' }, { status: 'delivered' }, { status: 'viewed' })).taken).toHaveLength(2);
		expect(await events()).toEqual(['Notification Delivered', 'Notification Sent', 'Notification Viewed']);
	});

	it('says nothing of what was known anyway', async () => {
		await sending(1);
		await settle('sent');
		expect(await receive({ status: 'sent' })).toEqual({ taken: [], early: 0 });
		expect(await events()).toEqual(['Notification Sent']);
	});

	it('a failure ends the message with its reason; a delivery after all makes it sent again, with one event of each', async () => {
		await sending(1);
		await settle('sent');
		await receive({ status: 'failed', reason: 'invalid_recipient', code: '30005', detail: 'Unknown handset' });
		expect(await report()).toMatchObject({ sent: 0, failed: 1, notSent: { invalid_recipient: 1 } });
		expect(await receive({ status: 'sent' })).toEqual({ taken: [], early: 0 });
		expect(await report()).toMatchObject({ sent: 0, failed: 1 });
		await receive({ status: 'delivered' });
		expect(await report()).toMatchObject({ sent: 1, failed: 0, notSent: {} });
		expect(await events()).toEqual(['Notification Delivered', 'Notification Failed', 'Notification Sent']);
	});

	it('a failure after the delivery is kept and changes nothing', async () => {
		await sending(1);
		await settle('sent');
		await receive({ status: 'delivered' });
		expect((await receive({ status: 'failed' })).taken).toHaveLength(1);
		expect(await report()).toMatchObject({ sent: 1, failed: 0 });
		expect(await events()).toEqual(['Notification Delivered', 'Notification Sent']);
	});

	it.each<[ReceiptStatus, 'sent' | 'unknown' | 'failed', string[]]>([
		['sent', 'sent', ['Notification Sent']],
		['delivered', 'sent', ['Notification Delivered', 'Notification Sent']],
		['failed', 'failed', ['Notification Failed']],
		['unsubscribed', 'unknown', ['Channel Unsubscribed']],
	])('an unknown outcome is settled by %s: it is %s', async (status, state, names) => {
		await sending(1);
		await settle('unknown');
		await receive({ status });
		expect(await report()).toMatchObject({ sent: 0, unknown: 0, failed: 0, [state]: 1 });
		expect(await events()).toEqual(names);
		expect(await store.ask('unknownMessages', { campaignId: 'workflow:trigger' })).toHaveLength(state === 'unknown' ? 1 : 0);
	});

	it('one that the operator wants sent again is spared that when it has arrived', async () => {
		await sending(2);
		await settle('unknown', 0);
		await settle('unknown', 1);
		await store.call('sendUnknownAgain', { messages });
		await receive({ status: 'delivered', index: 0 }, { status: 'failed', index: 1 });
		const waiting = await release(store, await node(store, 'sender'));
		const again = await store.call('claimMessages', {
			node: await node(store, 'sender'), channel: 'email', token: claimToken(), messages: (waiting?.people ?? []).map((one) => claimFor(one, { visit: one.visit })),
		});
		expect(again.map(({ message, state, mine }) => ({ message, state, mine })).sort((a, b) => a.message - b.message)).toEqual([
			{ message: messages[0], state: 'sent', mine: false },
			{ message: messages[1], state: 'claimed', mine: true },
		]);
	});

	it.each(['messageId', 'providerId'] as const)('keeps what comes before the settle, by %s, until it is settled', async (by) => {
		await sending(1);
		const named = by === 'providerId' ? { providerId: 'id-0' } : {};
		expect(await receive({ status: 'delivered', ...named }, { status: 'failed', ...named })).toEqual({ taken: [], early: 2 });
		expect(await receive({ status: 'delivered', ...named })).toEqual({ taken: [], early: 1 });
		expect(await store.call('applyEarlyReceipts', {})).toMatchObject({ applied: 0, waiting: 2 });
		await settle('sent');
		fixture().clock.advance(MINUTE);
		expect(await store.call('applyEarlyReceipts', {})).toMatchObject({ applied: 2, waiting: 0 });
		expect(await report()).toMatchObject({ sent: 1, failed: 0 });
		expect((await person()).events.find(({ name }) => name === 'Notification Delivered')?.ts).toBe(START);
		expect(await receive({ status: 'delivered' })).toEqual({ taken: [], early: 0 });
	});

	it('what a dead process was sending is settled by what came meanwhile', async () => {
		await sending(1);
		await receive({ status: 'delivered' });
		await store.close();
		fixture().clock.advance(60 * MINUTE);
		store = await fixture().another();
		await store.call('recoverMessages', { campaignId: 'workflow:trigger' });
		expect(await store.call('applyEarlyReceipts', {})).toMatchObject({ applied: 1, waiting: 0 });
		expect(await report()).toMatchObject({ sent: 1, unknown: 0 });
	});

	it('forgets receipts of nobody\'s messages, and keeps those of messages that are still being sent', async () => {
		await sending(1);
		await receive({ status: 'delivered', providerId: 'a stranger' }, { status: 'delivered' });
		fixture().clock.advance(STRANGER_MS + 1);
		expect(await store.call('applyEarlyReceipts', {})).toMatchObject({ applied: 0, waiting: 1 });
	});

	it('keeps what names another channel, and what comes of several addresses', async () => {
		await sending(1);
		const named = { status: 'delivered', providerId: 'id-0' } as const;
		expect(await receive({ ...named, address: 'boss@example.com' }, { ...named, address: 'p1@example.com' }, { ...named, channel: 'sms' })).toMatchObject({ early: 3 });
		await settle('sent');
		expect(await store.call('applyEarlyReceipts', {})).toMatchObject({ applied: 1, waiting: 1 });
		expect(await events()).toEqual(['Notification Delivered', 'Notification Sent']);
	});

	it('what people say without a time, all of it too early, holds as it came', async () => {
		await sending(1);
		for (const status of ['unsubscribed', 'resubscribed', 'unsubscribed'] as const) {
			fixture().clock.advance(MINUTE);
			expect(await receive({ status })).toMatchObject({ early: 1 });
		}
		await settle('sent');
		await store.call('applyEarlyReceipts', {});
		expect((await person()).profile.optedOut).toEqual({ email: true });
		expect(await receive({ status: 'unsubscribed' })).toEqual({ taken: [], early: 0 });
	});

	it('many that came too early are applied without pauses', async () => {
		await sending(300);
		const receipts = messages.flatMap((message) => (['delivered', 'viewed'] as const).map((status) => ({ channel: 'email' as const, status, message })));
		await store.call('receiveReceipts', { receipts });
		for (const index of messages.keys()) await settle('sent', index);
		const inbox = ReceiptInbox.of(store);
		await inbox.receive([{ channel: 'email', status: 'sent', messageId: `${store.fingerprint}-${messages[0]}` }]);
		await new Promise((resolve) => setTimeout(resolve, 1_700));
		expect(await store.call('applyEarlyReceipts', {})).toMatchObject({ applied: 0, waiting: 0 });
		expect(await report()).toMatchObject({ receipts: { delivered: 300, viewed: 300 } });
	});

	it('an id of the provider that two messages have names neither; one of another channel is another', async () => {
		await sending(2);
		await settle('sent', 0, 'same');
		await settle('sent', 1, 'same');
		expect(await receive({ status: 'failed', providerId: 'same' })).toEqual({ taken: [], early: 1 });
		expect(await receive({ status: 'failed', providerId: 'same', channel: 'sms' })).toEqual({ taken: [], early: 1 });
		expect(await report()).toMatchObject({ sent: 2 });
	});

	it('a copy of an email says nothing of the person', async () => {
		await sending(1);
		await settle('sent');
		expect(await receive({ status: 'bounced', address: 'boss@example.com' }, { status: 'unsubscribed', address: 'boss@example.com' })).toEqual({ taken: [], early: 0 });
		expect((await person()).profile.optedOut).toEqual({});
		expect((await receive({ status: 'delivered', address: 'P1@EXAMPLE.com' })).taken).toHaveLength(1);
	});

	it('what is said of a message on another channel than its own is not believed', async () => {
		await sending(1);
		await settle('unknown');
		expect(await receive({ status: 'delivered', channel: 'sms' })).toEqual({ taken: [], early: 0 });
		expect(await report()).toMatchObject({ sent: 0, unknown: 1 });
	});

	it('ids of another store name nothing here', () => {
		const about = { channel: 'email' as const, status: 'delivered' as const };
		expect(numberedBy('mine', { ...about, messageId: 'other-7', providerId: 'P' })).toBeUndefined();
		expect(numberedBy('mine', { ...about, messageId: 'mine-7x' })).toBeUndefined();
		expect(numberedBy('mine', { ...about, messageId: 'mine-7', detail: 'a\u0000b' })).toEqual({ ...about, message: 7, detail: 'ab' });
		expect(numberedBy('mine', { ...about, providerId: 'P' })).toEqual({ ...about, providerId: 'P' });
	});

	it('a late failure gives its place under the campaign\'s limit to whoever comes next', async () => {
		await sending(101, 'email', { perRun: 100 });
		expect(messages).toHaveLength(100);
		await settle('sent');
		await receive({ status: 'failed' });
		const next = await store.call('claimMessages', {
			node: await node(store, 'another sender'), channel: 'email', token: claimToken(), messages: refused.map((one) => claimFor(one)),
		});
		expect(next).toMatchObject([{ state: 'claimed', mine: true }]);
	});

	describe('opt-outs', () => {
		it.each<[ReceiptStatus, string, number]>([['bounced', 'bounced', 1], ['complained', 'spam', 0], ['unsubscribed', 'unsubscribed', 0]])('%s takes the person off the channel', async (status, type, failed) => {
			await sending(1);
			await settle('sent');
			await receive({ status, address: 'P1@Example.com', code: '550' });
			await receive({ status, address: 'p1@example.com' }, { status: 'unsubscribed' });
			const { profile, events: history } = await person();
			expect(profile.optedOut).toEqual({ email: true });
			expect(history.filter(({ name }) => name === 'Channel Unsubscribed')).toMatchObject([{ properties: { Type: type, Code: '550', 'Campaign type': 'email', Run: run } }]);
			expect(await report()).toMatchObject({ failed });
		});

		it('not when the message went to an address of before', async () => {
			await sending(1);
			await settle('sent');
			await store.call('ingest', { profiles: [{ id: 'p1', email: 'new@example.com' }] });
			await receive({ status: 'bounced', address: 'p1@example.com' });
			expect((await person()).profile.optedOut).toEqual({});
			expect(await report()).toMatchObject({ failed: 1, notSent: { invalid_recipient: 1 } });
		});

		it('not when the person has opted in since', async () => {
			await sending(1);
			await settle('sent');
			fixture().clock.advance(MINUTE);
			await store.call('ingest', { profiles: [{ id: 'p1', optedOut: { email: false } }] });
			await receive({ status: 'unsubscribed', at: START + 1 });
			expect((await person()).profile.optedOut).toEqual({ email: false });
			fixture().clock.advance(MINUTE);
			await receive({ status: 'complained' });
			expect((await person()).profile.optedOut).toEqual({ email: true });
		});

		it('of whom the person has become', async () => {
			await sending(2);
			await settle('sent');
			await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
			await receive({ status: 'unsubscribed' });
			expect((await person(1)).profile.optedOut).toEqual({ email: true });
		});

		it('of numbers, as people write them', async () => {
			await sending(1, 'sms');
			await settle('sent');
			await store.call('ingest', { profiles: [{ id: 'p1', phone: '(415) 555-1000' }] });
			await receive({ status: 'unsubscribed', channel: 'sms', address: '14155551000' });
			expect((await person()).profile.optedOut).toEqual({ sms: true });
		});
	});

	it('nobody comes back who was erased, and nothing of them stays', async () => {
		await sending(1);
		await settle('sent');
		await receive({ status: 'failed', detail: 'p1@example.com is full' });
		await store.call('erasePerson', { name: { id: 'p1' } });
		expect((await receive({ status: 'delivered' }, { status: 'unsubscribed' })).taken).toMatchObject([{ user: null }, { user: null }]);
		expect((await receive({ status: 'bounced', code: '550', detail: 'no such user p1@example.com' })).taken).toMatchObject([{ user: null }]);
		expect(await store.call('getPerson', { name: { id: 'p1' } })).toBeUndefined();
		expect(JSON.stringify(await store.ask('peopleOfRun', { run }))).not.toContain('p1@');
	});

	it('clicks on two links are two, on one link one', async () => {
		await sending(1);
		await settle('sent');
		const url = 'https://shop.example/a';
		await receive({ status: 'clicked', url }, { status: 'clicked', url: `${url}?b` }, { status: 'clicked', url });
		expect((await person()).events.filter(({ name }) => name === 'Notification Clicked').map(({ properties }) => properties.URL).sort()).toEqual([url, `${url}?b`]);
	});

	it('the report of the run and the person\'s story tell of it', async () => {
		await sending(2);
		await settle('sent', 0);
		await settle('sent', 1);
		fixture().clock.advance(MINUTE);
		await receive({ status: 'delivered' }, { status: 'clicked', url: 'https://a.example' }, { status: 'clicked', url: 'https://b.example' }, { status: 'bounced', index: 1, code: '5.1.1' });
		expect(await report()).toMatchObject({ receipts: { delivered: 1, clicked: 1, bounced: 1 } });
		const story = await store.ask('personStory', { name: { id: 'p2' }, run });
		expect(story.runs[0]).toMatchObject({ outcome: 'not_sent', reason: 'invalid_recipient' });
		expect(story.runs[0]?.steps.map(({ text }) => text)).toContain('The provider says: message (email) of "sender" bounced (5.1.1)');
	});

	it('two processes with the same receipts record them once', async () => {
		await sending(20);
		for (const index of messages.keys()) await settle('sent', index);
		const receipts = messages.map((message) => ({ channel: 'email' as const, status: 'unsubscribed' as const, message }));
		const other = await fixture().another();
		const both = await Promise.all([store, other, store, other].map(async (one) => await one.call('receiveReceipts', { receipts })));
		expect(both.reduce((sum, { taken }) => sum + taken.length, 0)).toBe(20);
		expect(await events(7)).toEqual(['Channel Unsubscribed', 'Notification Sent']);
	});

	it('a settle and its receipt at the same time lose neither', async () => {
		await sending(20);
		const other = await fixture().another();
		await Promise.all(messages.flatMap((message, index) => [
			settle('sent', index),
			other.call('receiveReceipts', { receipts: [{ channel: 'email', status: 'delivered', ...(index % 2 === 0 ? { message } : { providerId: `id-${index}` }) }] }),
		]));
		await store.call('applyEarlyReceipts', {});
		for (const index of messages.keys()) expect(await events(index)).toEqual(['Notification Delivered', 'Notification Sent']);
	});
});
