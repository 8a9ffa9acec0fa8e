import { keepHouse } from '../../../engine/store/keep-house';
import { describeStores, START } from '../../support/stores';

const MINUTE = 60_000;

describeStores('what a store forgets while it is open', (fixture) => {
	/** Whether a signature is still remembered: another content for it is not believed. */
	const isRemembered = async (signature: string) => !(await fixture().store.call('useSignatures', { signed: [{ signature, content: 'other', expiresAt: START + 9 * MINUTE }] }))[0];

	it('is forgotten by itself, again and again, until it is closed', async () => {
		const { store, clock } = fixture();
		let times = 0;
		const house = keepHouse(async () => (times++, await store.call('forgetOld', {})), { firstMs: 5, everyMs: 5 });
		while (times < 3) await new Promise((resolve) => setTimeout(resolve, 5));
		await house.close();
		const asked = times;
		await new Promise((resolve) => setTimeout(resolve, 50));
		expect(times).toBe(asked);
		await store.call('useSignatures', { signed: [{ signature: 'a', content: 'c', expiresAt: START + MINUTE }] });
		expect(await isRemembered('a')).toBe(true);
		clock.advance(2 * MINUTE);
		await store.call('forgetOld', {});
		expect(await isRemembered('a')).toBe(false);
	});

	it('goes on when the store is away for a time', async () => {
		const { store } = fixture();
		let times = 0;
		const house = keepHouse(async () => {
			if (++times < 3) throw new Error('away');
			await store.call('forgetOld', {});
		}, { firstMs: 1, everyMs: 1 });
		while (times < 4) await new Promise((resolve) => setTimeout(resolve, 5));
		await house.close();
	});
});
