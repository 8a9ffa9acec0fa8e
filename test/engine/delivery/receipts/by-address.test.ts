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
