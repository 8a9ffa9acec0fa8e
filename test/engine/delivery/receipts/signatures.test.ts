import type { SignedFor } from '../../../../engine/channels/receipts/receipt';
import { ReceiptInbox } from '../../../../engine/delivery/receipts/inbox';
import { describeStores, START } from '../../../support/stores';

const MINUTE = 60_000;

describeStores('signatures of receipts that do not cover what they say', (fixture) => {
	const signed = (signature: string, content: string, expiresAt = START + MINUTE): SignedFor => ({ signature, content, expiresAt });

	it('stand for the first content that came with them', async () => {
		const use = async (...all: SignedFor[]) => await fixture().store.call('useSignatures', { signed: all });
		expect(await use(signed('a', '1'), signed('b', '1'))).toEqual([true, true]);
		expect(await use(signed('a', '2'), signed('a', '1'), signed('c', '2'), signed('c', '3'))).toEqual([false, true, true, false]);
		expect(await use()).toEqual([]);
	});

	it('are forgotten when they are too old to be believed', async () => {
		const { store, clock } = fixture();
		await store.call('useSignatures', { signed: [signed('a', '1'), signed('b', '1', START + 3 * MINUTE)] });
		clock.advance(2 * MINUTE);
		expect(await store.call('useSignatures', { signed: [signed('a', '2'), signed('b', '2')] })).toEqual([true, false]);
	});

	it('in two processes at once one content is admitted', async () => {
		const { store } = fixture();
		const other = await fixture().another();
		const admitted = await Promise.all(Array.from({ length: 40 }, async (_, index) => {
			const content = String(index % 2);
			return (await ReceiptInbox.of(index % 2 === 0 ? store : other).admits(signed(`s${Math.floor(index / 2)}`, content))) ? content : undefined;
		}));
		for (let pair = 0; pair < 20; pair++) expect(admitted.slice(pair * 2, pair * 2 + 2).filter((one) => one !== undefined)).toHaveLength(1);
	});
});
