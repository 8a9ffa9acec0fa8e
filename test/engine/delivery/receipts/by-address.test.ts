import type { ReceiptStatus } from '../../../../engine/channels/receipts/receipt';
import { RETURNED_WITHIN_MS } from '../../../../engine/delivery/receipts/by-address';
import { numberedBy } from '../../../../engine/delivery/receipts/inbox';
import type { Store } from '../../../../engine/store/store';
import { messagesBeingSent, type BeingSent } from '../../../support/messages';
import { describeStores, START } from '../../../support/stores';

const MINUTE = 60_000;

describeStores('receipts that name an address alone', (fixture) => {
	let store: Store;
	let sending: BeingSent;

	beforeEach(async () => {
		store = fixture().store;
		sending = await messagesBeingSent(store, 2, 'email');
	});
	/** `by`: smtp, whose id is ours, or another provider. */
	const settle = async (by: 'smtp' | 'other', index: number, state: 'sent' | 'unknown' = 'sent') => {
		const { messages, token } = sending;
		const message = messages[index] as number;
		const providerId = by === 'smtp' ? `${store.fingerprint}-${message}@shop.example` : `other-${message}`;
		await store.call('settleMessages', { settlements: [{ message, token, state, reason: state === 'unknown' ? 'unknown_outcome' : null, detail: null, provider: 'P', providerId }] });
	};
	const receive = async (status: ReceiptStatus, address: string, at?: number) => {
		const receipt = numberedBy(store.fingerprint, { channel: 'email', status, address, ...(at !== undefined && { at }) });
		const { taken, early } = await store.call('receiveReceipts', { receipts: receipt ? [receipt] : [] });
		expect(early).toBe(0);
		return taken;
	};
	const optedOut = async (index: number) => (await store.call('getPerson', { name: { id: `p${index + 1}` } }))?.profile.optedOut;

	it('are of the last email to it, however the address is written', async () => {
		await settle('smtp', 0);
		await settle('smtp', 1);
		fixture().clock.advance(MINUTE);
		expect(await receive('bounced', 'P2@example.com')).toMatchObject([{ message: sending.messages[1], user: 'p2', reason: 'invalid_recipient' }]);
		expect(await optedOut(1)).toEqual({ email: true });
		expect(await optedOut(0)).toEqual({});
		expect(await receive('bounced', 'nobody@example.com')).toEqual([]);
	});

	it('are of an email of which nobody knows whether it arrived', async () => {
		await settle('smtp', 1, 'unknown');
		expect(await receive('failed', 'p2@example.com')).toMatchObject([{ message: sending.messages[1] }]);
	});

	it('are not of an email by another provider', async () => {
		await settle('other', 1);
		expect(await receive('bounced', 'p2@example.com')).toEqual([]);
		expect(await optedOut(1)).toEqual({});
	});

	it.each<[ReceiptStatus, boolean]>([['bounced', false], ['failed', false], ['complained', true], ['unsubscribed', true]])('a week later %s is taken: %s', async (status, isTaken) => {
		await settle('smtp', 1);
		fixture().clock.advance(RETURNED_WITHIN_MS);
		expect(await receive(status, 'p2@example.com', START + RETURNED_WITHIN_MS + 1)).toHaveLength(1);
		fixture().clock.advance(MINUTE);
		expect((await receive(status, 'p2@example.com')).length > 0).toBe(false);
		await settle('smtp', 0);
		expect((await receive(status, 'p1@example.com')).length > 0).toBe(isTaken);
	});

	it('are of what had left when it happened', async () => {
		await settle('smtp', 1);
		fixture().clock.advance(MINUTE);
		expect(await receive('bounced', 'p2@example.com', START - MINUTE)).toEqual([]);
		expect(await receive('bounced', 'p2@example.com', START + 1)).toHaveLength(1);
	});

	it('are not of an email to the address that the person had before', async () => {
		await settle('smtp', 1);
		await store.call('ingest', { profiles: [{ id: 'p2', email: 'new@example.com' }] });
		expect(await receive('bounced', 'new@example.com')).toEqual([]);
	});

	it('are found again for a person who was merged', async () => {
		await settle('smtp', 1);
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		expect(await receive('unsubscribed', 'p2@example.com')).toHaveLength(1);
	});
});

describeStores('texts that name a number alone', (fixture) => {
	const sid = (nth: number) => `SM${String(nth).padStart(32, '0')}`;
	let store: Store;
	let sending: BeingSent;

	/** `phone`: how p1 wrote it. */
	const sent = async (phone = '+14155551000', providerId = sid(1)) => {
		store = fixture().store;
		sending = await messagesBeingSent(store, 2, 'sms');
		await store.call('ingest', { profiles: [{ id: 'p1', phone }] });
		const { messages, token } = sending;
		const settlements = messages.map((message, index) => ({ message, token, state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: index === 0 ? providerId : sid(9) }));
		await store.call('settleMessages', { settlements });
		fixture().clock.advance(MINUTE);
	};
	const text = async (status: ReceiptStatus, occurrence: string, address = '+14155551000') => {
		const receipt = numberedBy(store.fingerprint, { channel: 'sms', status, address, occurrence });
		const { taken, early } = await store.call('receiveReceipts', { receipts: receipt ? [receipt] : [] });
		expect(early).toBe(0);
		return taken.map(({ message }) => message);
	};
	const optedOut = async (id = 'p1') => (await store.call('getPerson', { name: { id } }))?.profile.optedOut.sms ?? false;

	it.each(['+14155551000', '14155551000', '+1 (415) 555-1000', '001 415 555 1000', '4155551000', '415.555.1000'])('are of the last message to it, written as %s', async (phone) => {
		await sent(phone);
		expect(await text('unsubscribed', 'a')).toEqual([sending.messages[0]]);
		expect([await optedOut(), await optedOut('p2')]).toEqual([true, false]);
	});

	it('stop, start and stop, each once and however old the message is', async () => {
		await sent();
		const said = [];
		for (const [status, occurrence] of [['unsubscribed', 'a'], ['resubscribed', 'b'], ['resubscribed', 'b'], ['unsubscribed', 'a'], ['unsubscribed', 'c'], ['unsubscribed', 'c']] as const) {
			fixture().clock.advance(RETURNED_WITHIN_MS);
			said.push([(await text(status, occurrence)).length, await optedOut()]);
		}
		expect(said).toEqual([[1, true], [1, false], [0, false], [0, false], [1, true], [0, true]]);
	});

	it.each([['of another provider', '+14155551000', 'id-1'], ['to a number of before', '+14155557777', sid(1)]])('are not of a message %s, and opt out all the same', async (_name, phone, providerId) => {
		await sent(phone, providerId);
		expect(await text('unsubscribed', 'a', '+14155551234')).toEqual([]);
		expect(await optedOut()).toBe(false);
		expect(await text('unsubscribed', 'a', phone)).toEqual([]);
		expect([await optedOut(), await optedOut('p2')]).toEqual([true, false]);
	});

	it.each(['sending', 'unknown'] as const)('opt out whoever has only a message that is %s', async (state) => {
		store = fixture().store;
		const { messages, token } = await messagesBeingSent(store, 2, 'sms');
		const settlements = messages.map((message) => ({ message, token, state: 'unknown' as const, reason: 'unknown_outcome' as const, detail: null, provider: 'P', providerId: null }));
		if (state === 'unknown') await store.call('settleMessages', { settlements });
		expect(await text('unsubscribed', 'a')).toEqual([]);
		expect([await optedOut(), await optedOut('p2')]).toEqual([true, false]);
	});

	it.each([['of another provider', 'id-1'], ['of Twilio', sid(1)]])('START takes back what STOP has said, whether or not a message is known: %s', async (_name, providerId) => {
		store = fixture().store;
		const { messages, token } = await messagesBeingSent(store, 2, 'sms');
		await store.call('ingest', { profiles: [{ id: 'p3', phone: '+1 415 555-1000' }, { id: 'p4', phone: '+14155551000', optedOut: { sms: true } }] });
		const all = async () => await Promise.all(['p1', 'p2', 'p3', 'p4'].map(optedOut));
		const said = [];
		for (const [status, occurrence] of [['unsubscribed', 'a'], ['resubscribed', 'b'], ['unsubscribed', 'c'], ['unsubscribed', 'd']] as const) {
			fixture().clock.advance(MINUTE);
			said.push([(await text(status, occurrence)).length, ...(await all())]);
		}
		expect(said).toEqual([[0, true, false, true, true], [0, false, false, false, true], [0, true, false, true, true], [0, true, false, true, true]]);
		const settlements = messages.map((message, index) => ({ message, token, state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: index === 0 ? providerId : sid(9) }));
		await store.call('settleMessages', { settlements });
		fixture().clock.advance(MINUTE);
		expect((await text('resubscribed', 'e')).length).toBe(providerId === sid(1) ? 1 : 0);
		expect(await all()).toEqual([false, false, false, true]);
	});

	it('START without a message takes back what STOP has said of one', async () => {
		await sent();
		await text('unsubscribed', 'a');
		await store.call('ingest', { profiles: [{ id: 'p1', phone: '+14155557777' }] });
		fixture().clock.advance(MINUTE);
		// The message went to another number.
		expect(await text('resubscribed', 'b', '+14155557777')).toEqual([]);
		expect(await optedOut()).toBe(false);
	});

	it('START without a message takes nothing back that a profile has said since', async () => {
		store = fixture().store;
		await messagesBeingSent(store, 2, 'sms');
		await text('unsubscribed', 'a');
		fixture().clock.advance(MINUTE);
		await store.call('ingest', { profiles: [{ id: 'p1', optedOut: { sms: true } }] });
		fixture().clock.advance(MINUTE);
		await text('resubscribed', 'b');
		expect(await optedOut()).toBe(true);
	});

	it('START without a message takes back what STOP has said of whom the person was', async () => {
		store = fixture().store;
		await messagesBeingSent(store, 2, 'sms');
		await text('unsubscribed', 'a');
		await store.call('ingest', { profiles: [{ id: 'p9' }], aliases: [{ from: 'p1', to: 'p9' }] });
		expect(await optedOut('p9')).toBe(true);
		fixture().clock.advance(MINUTE);
		await text('resubscribed', 'b');
		expect(await optedOut('p9')).toBe(false);
	});

	it.each(['4155551000', '04155551000', '14155551000', '+1 415 555 1000'])('of a message that is known, by a provider that writes the number as %s', async (address) => {
		await sent();
		await store.call('receiveReceipts', { receipts: [{ channel: 'sms', status: 'unsubscribed', message: sending.messages[0] as number, address }] });
		expect([await optedOut(), await optedOut('p2')]).toEqual([true, false]);
	});

	it('are of everybody who has the number, and the event of whom the message is of', async () => {
		await sent();
		await store.call('ingest', { profiles: [{ id: 'p2', phone: '001 415 555 1000' }, { id: 'p3', phone: '+1 415 555-1000' }, { id: 'p4', phone: '4155551000' }] });
		const all = async () => await Promise.all(['p1', 'p2', 'p3', 'p4'].map(optedOut));
		const events = async (id: string) => (await store.call('getPerson', { name: { id } }))?.events.map(({ name }) => name).filter((name) => name.startsWith('Channel')).sort();
		const said = [];
		for (const [status, occurrence] of [['unsubscribed', 'a'], ['resubscribed', 'b'], ['unsubscribed', 'a'], ['unsubscribed', 'c']] as const) {
			fixture().clock.advance(MINUTE);
			said.push([(await text(status, occurrence)).length, ...(await all())]);
		}
		// p4's may be a number of another country.
		expect(said).toEqual([[1, true, true, true, false], [1, false, false, false, false], [0, false, false, false, false], [1, true, true, true, false]]);
		expect([await events('p1'), await events('p2')]).toEqual([['Channel Subscribed', 'Channel Unsubscribed', 'Channel Unsubscribed'], []]);
	});

	it('START takes back nothing that a profile says', async () => {
		await sent();
		await store.call('ingest', { profiles: [{ id: 'p3', phone: '+14155551000', optedOut: { sms: true } }] });
		fixture().clock.advance(MINUTE);
		await text('unsubscribed', 'a');
		fixture().clock.advance(MINUTE);
		await text('resubscribed', 'b');
		expect([await optedOut(), await optedOut('p3')]).toEqual([false, true]);
	});
});
