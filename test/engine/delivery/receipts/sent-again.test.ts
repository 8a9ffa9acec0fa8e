import type { Receipt, ReceiptStatus } from '../../../../engine/channels/receipts/receipt';
import { claimToken } from '../../../../engine/delivery/claim';
import { numberedBy } from '../../../../engine/delivery/receipts/inbox';
import type { Settlement } from '../../../../engine/delivery/settle';
import type { Store } from '../../../../engine/store/store';
import { claimFor, node, release } from '../../../support/campaign';
import { messagesBeingSent } from '../../../support/messages';
import { describeStores, START } from '../../../support/stores';

const MINUTE = 60_000;

type Said = Partial<Receipt> & { status: ReceiptStatus };

/** The first attempt leaves at START, the second ten minutes later. */
const FIRST: Said = { status: 'failed', at: START + 1_000, code: 'first' };
const SECOND: Said = { status: 'failed', at: START + 11 * MINUTE, code: 'second' };

describeStores('receipts of a message that is sent again', (fixture) => {
	let store: Store;
	let run: number;
	let message: number;
	let token: string;
	let releaseToken: string | undefined;

	beforeEach(async () => {
		store = fixture().store;
		releaseToken = undefined;
		const sending = await messagesBeingSent(store, 1, 'email');
		({ run, token } = sending);
		message = sending.messages[0] as number;
	});
	const settle = async (state: Settlement['state'], providerId: string | null = null) => {
		await store.call('settleMessages', {
			settlements: [{ message, token, state, reason: state === 'unknown' ? 'unknown_outcome' : null, detail: null, provider: 'P', providerId }],
		});
		if (releaseToken !== undefined) await store.call('settleRelease', { token: releaseToken, end: 'success' });
	};
	const receive = async (...said: Said[]) =>
		await store.call('receiveReceipts', {
			receipts: said.flatMap((one) => numberedBy(store.fingerprint, { channel: 'email', messageId: `${store.fingerprint}-${message}`, ...one }) ?? []),
		});
	/** The operator has it sent again; nothing has left yet. */
	const wait = async () => {
		await settle('unknown');
		await store.call('sendUnknownAgain', { messages: [message] });
	};
	const claim = async () => {
		fixture().clock.set(START + 10 * MINUTE);
		const out = await release(store, await node(store, 'sender'));
		releaseToken = out?.token;
		token = claimToken();
		const claims = (out?.people ?? []).map((one) => claimFor(one, { visit: one.visit }));
		const claimed = await store.call('claimMessages', { node: await node(store, 'sender'), channel: 'email', token, messages: claims });
		expect(claimed).toMatchObject([{ message, mine: true }]);
	};
	const mark = async () => expect(await store.call('markSending', { messages: [{ message, token }] })).toEqual({ go: [message] });
	const sendAgain = async (providerId: string | null = null) => {
		await wait();
		await claim();
		await mark();
		await settle('sent', providerId);
		fixture().clock.set(START + 20 * MINUTE);
	};
	const report = async () => {
		const found = await store.ask('runReport', { run });
		return { sent: found?.sent, failed: found?.failed, receipts: found?.receipts };
	};
	const events = async () => (await store.call('getPerson', { name: { id: 'p1' } }))?.events.map(({ name }) => name).sort();

	const failed = { sent: 0, failed: 1, receipts: { failed: 1 } };
	const sent = { sent: 1, failed: 0, receipts: {} };

	it.each([
		[[FIRST]], [[FIRST, FIRST]],
	])('the failure of the first says nothing of the second: %#', async (said) => {
		await sendAgain();
		for (const one of said) expect((await receive(one)).taken).toEqual([]);
		expect(await report()).toEqual(sent);
		expect(await events()).toEqual(['Notification Sent']);
	});

	it.each([
		[[FIRST, SECOND]], [[SECOND, FIRST]], [[FIRST, SECOND, FIRST, SECOND]], [[SECOND, SECOND, FIRST, FIRST]],
	])('the failure of the second counts, once, whenever that of the first comes: %#', async (said) => {
		await sendAgain();
		const taken = [];
		for (const one of said) taken.push(...(await receive(one)).taken);
		expect(taken).toMatchObject([{ status: 'failed', code: 'second' }]);
		expect(await report()).toEqual(failed);
		expect(await events()).toEqual(['Notification Failed', 'Notification Sent']);
		expect((await receive(FIRST, SECOND)).taken).toEqual([]);
	});

	it('both in one request', async () => {
		await sendAgain();
		expect((await receive(SECOND, FIRST)).taken).toHaveLength(1);
		expect(await report()).toEqual(failed);
	});

	it('the failure of the first comes while it waits', async () => {
		await wait();
		expect((await receive({ status: 'failed', code: 'first' })).taken).toEqual([]);
		expect(await events()).toEqual([]);
		await claim();
		await mark();
		await settle('sent');
		expect(await report()).toEqual(sent);
		fixture().clock.set(START + 20 * MINUTE);
		await receive(FIRST, SECOND);
		expect(await report()).toEqual(failed);
		expect(await events()).toEqual(['Notification Failed', 'Notification Sent']);
	});

	it.each([[[FIRST, SECOND]], [[SECOND, FIRST]]])('both come before the second is settled: %#', async (said) => {
		await wait();
		await claim();
		await mark();
		for (const one of said) expect(await receive(one)).toEqual({ taken: [], early: 1 });
		expect((await receive(...said)).early).toBe(2);
		await settle('sent');
		fixture().clock.set(START + 20 * MINUTE);
		await store.call('applyEarlyReceipts', {});
		expect(await report()).toEqual(failed);
		expect(await events()).toEqual(['Notification Failed', 'Notification Sent']);
	});

	it('one without a time that comes before the second leaves is of the first', async () => {
		await wait();
		await claim();
		await receive({ status: 'failed' });
		fixture().clock.advance(MINUTE);
		await mark();
		await settle('sent');
		await store.call('applyEarlyReceipts', {});
		expect(await report()).toEqual(sent);
		await receive({ status: 'failed' });
		expect(await report()).toEqual(failed);
	});

	it('without times, by the ids of the provider', async () => {
		await sendAgain('SM2');
		await receive({ status: 'failed', providerId: 'SM1' });
		expect(await report()).toEqual(sent);
		await receive({ status: 'failed', providerId: 'SM2' });
		expect(await report()).toEqual(failed);
	});

	it('without times, by the ids of the provider, before the second is settled', async () => {
		await wait();
		await claim();
		await mark();
		await receive({ status: 'failed', providerId: 'SM1' }, { status: 'delivered', providerId: 'SM2' });
		await settle('sent', 'SM2');
		await store.call('applyEarlyReceipts', {});
		expect(await report()).toEqual({ sent: 1, failed: 0, receipts: { delivered: 1 } });
	});

	it('an id of the provider is believed rather than a clock', async () => {
		await sendAgain('SM2');
		await receive({ ...FIRST, providerId: 'SM2' });
		expect(await report()).toEqual(failed);
	});

	it('an id of the first is of the first, however late its failure was found out', async () => {
		await sendAgain('SM2');
		expect((await receive({ ...SECOND, providerId: 'SM1' })).taken).toEqual([]);
		expect(await report()).toEqual(sent);
		await receive({ ...SECOND, providerId: 'SM2' });
		expect(await report()).toEqual(failed);
	});

	it.each<[string, Said, boolean]>([
		['of the second by its time', { ...SECOND, providerId: 'part-2', mayBeOfPart: true }, true],
		['of the second, without a time', { status: 'failed', providerId: 'part-2', mayBeOfPart: true }, true],
		['of the first by its time', { ...FIRST, providerId: 'part-2', mayBeOfPart: true }, false],
		['of the second by its id', { ...FIRST, providerId: 'part-1', mayBeOfPart: true }, true],
	])('an id that may be of another part says nothing: %s', async (_name, said, hasFailed) => {
		await sendAgain('part-1');
		await receive(said);
		expect(await report()).toEqual(hasFailed ? failed : sent);
	});

	it.each([['part-1', true], ['part-2', true], ['SM1', false]])('of ids of all parts of the second, %s: %s', async (providerId, hasFailed) => {
		await sendAgain('part-1 part-2');
		await receive({ status: 'failed', providerId });
		expect(await report()).toEqual(hasFailed ? failed : sent);
	});

	it('of an id of a part that has settled an unknown one nothing follows for other parts', async () => {
		await wait();
		await claim();
		await mark();
		await settle('unknown');
		fixture().clock.set(START + 20 * MINUTE);
		await receive({ status: 'sent', providerId: 'part-1', mayBeOfPart: true });
		expect(await report()).toMatchObject({ sent: 1, failed: 0 });
		await receive({ status: 'failed', providerId: 'part-2' });
		expect(await report()).toMatchObject({ sent: 0, failed: 1 });
	});

	it('a clock that is a little slow makes no second failure the first', async () => {
		await sendAgain();
		await receive({ status: 'failed', at: START + 10 * MINUTE - 5_000 });
		expect(await report()).toEqual(failed);
	});

	it('a bounce of the first opts out, and does not fail the second, which went to another address', async () => {
		await wait();
		await receive({ status: 'bounced', at: START + 1_000, address: 'p1@example.com' });
		await store.call('ingest', { profiles: [{ id: 'p1', email: 'new@example.com', optedOut: { email: false } }] });
		await claim();
		await mark();
		await settle('sent');
		await receive({ status: 'delivered' });
		expect(await report()).toEqual({ sent: 1, failed: 0, receipts: { delivered: 1 } });
		expect(await events()).toEqual(['Channel Unsubscribed', 'Notification Delivered', 'Notification Sent']);
	});

	it('a person who got the first has got the message, though the second failed', async () => {
		await sendAgain();
		await receive(SECOND, { status: 'delivered', at: START + 1_000 });
		expect(await report()).toMatchObject({ sent: 1, failed: 0 });
	});

	it('one that another provider took is not failed by what the first says of it', async () => {
		await store.call('unmarkSending', { messages: [{ message, token }] });
		await mark();
		await settle('sent', 'B');
		await receive({ status: 'failed', providerId: 'A' });
		expect(await report()).toEqual(sent);
	});

	it('the story says which failure was of an earlier attempt', async () => {
		await sendAgain();
		await receive(FIRST, SECOND);
		const story = await store.ask('personStory', { name: { id: 'p1' }, run });
		const texts = story.runs[0]?.steps.map(({ text }) => text) ?? [];
		expect(texts).toContain('The provider says: message (email) of "sender" failed, at an earlier attempt (first)');
		expect(texts).toContain('The provider says: message (email) of "sender" failed (second)');
	});
});
