import { addressHash } from '../../../engine/delivery/address-hash';
import { claimToken } from '../../../engine/delivery/claim';
import type { Store } from '../../../engine/store/store';
import { claimFor, node, release } from '../../support/campaign';
import { messagesBeingSent } from '../../support/messages';
import { describeStores, START } from '../../support/stores';

const MINUTE = 60_000;

describeStores('a message that is sent again, to another address', (fixture) => {
	let store: Store;
	let messages: number[];

	/** Both wait to be sent again, and are claimed with these addresses, one after the other. */
	const claimAgain = async (...addresses: string[]) => {
		store = fixture().store;
		const sending = await messagesBeingSent(store, addresses.length, 'email');
		({ messages } = sending);
		const settlements = messages.map((message) => ({ message, token: sending.token, state: 'unknown' as const, reason: 'unknown_outcome' as const, detail: null, provider: 'P', providerId: null }));
		await store.call('settleMessages', { settlements });
		await store.call('sendUnknownAgain', { messages });
		fixture().clock.set(START + 10 * MINUTE);
		const out = await release(store, await node(store, 'sender'));
		const people = [...(out?.people ?? [])].sort((a, b) => a.person - b.person);
		const token = claimToken();
		const claimed = [];
		for (const [index, address] of addresses.entries()) {
			const one = people[index] as (typeof people)[number];
			claimed.push(...(await store.call('claimMessages', { node: await node(store, 'sender'), channel: 'email', token, messages: [claimFor(one, { visit: one.visit, addressHash: addressHash(address) })] })));
		}
		return { token, claimed: claimed.map(({ mine, state, reason }) => ({ mine, state, reason })) };
	};

	it('keeps others from that one, and nobody from the one before', async () => {
		const { claimed } = await claimAgain('new@example.com', 'p1@example.com', 'new@example.com');
		expect(claimed).toEqual([{ mine: true, state: 'claimed', reason: null }, { mine: true, state: 'claimed', reason: null }, { mine: false, state: 'not_sent', reason: 'duplicate_address' }]);
	});

	it('is found by that one when it is reported on', async () => {
		const { token } = await claimAgain('new@example.com');
		const message = messages[0] as number;
		await store.call('ingest', { profiles: [{ id: 'p1', email: 'new@example.com' }] });
		await store.call('markSending', { messages: [{ message, token }] });
		await store.call('settleMessages', { settlements: [{ message, token, state: 'sent', reason: null, detail: null, provider: 'P', providerId: `${store.fingerprint}-${message}@shop.example` }] });
		fixture().clock.advance(MINUTE);
		const { taken } = await store.call('receiveReceipts', { receipts: [{ channel: 'email', status: 'bounced', address: 'new@example.com' }] });
		expect(taken).toMatchObject([{ message, status: 'bounced' }]);
		expect((await store.call('getPerson', { name: { id: 'p1' } }))?.profile.optedOut).toEqual({ email: true });
	});
});
