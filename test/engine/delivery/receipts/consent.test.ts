import type { Receipt, ReceiptStatus } from '../../../../engine/channels/receipts/receipt';
import { numberedBy } from '../../../../engine/delivery/receipts/inbox';
import { unsubscribeBy } from '../../../../engine/delivery/unsubscribe/unsubscribe';
import type { Store } from '../../../../engine/store/store';
import { messagesBeingSent } from '../../../support/messages';
import { describeStores, START } from '../../../support/stores';

const MINUTE = 60_000;

type Said = Partial<Receipt> & { status: ReceiptStatus };

const OUT: Said = { status: 'unsubscribed', at: START + MINUTE };
const IN: Said = { status: 'resubscribed', at: START + 2 * MINUTE };
const OUT_AGAIN: Said = { status: 'unsubscribed', at: START + 3 * MINUTE };

describeStores('receipts of a person who subscribes again', (fixture) => {
	let store: Store;
	let run: number;
	let messages: number[];

	beforeEach(async () => {
		store = fixture().store;
		const sending = await messagesBeingSent(store, 2, 'email');
		({ run, messages } = sending);
		const settlements = messages.map((message) => ({ message, token: sending.token, state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: null }));
		await store.call('settleMessages', { settlements });
		fixture().clock.set(START + 10 * MINUTE);
	});
	const receive = async (...said: Said[]) => {
		const receipts = said.flatMap((one) => numberedBy(store.fingerprint, { channel: 'email', messageId: `${store.fingerprint}-${messages[0]}`, ...one }) ?? []);
		return (await store.call('receiveReceipts', { receipts })).taken.map(({ status }) => status);
	};
	const state = async (profile: Record<string, unknown>) => await store.call('ingest', { profiles: [{ id: 'p1', ...profile }] });
	const person = async (id = 'p1') => {
		const found = await store.call('getPerson', { name: { id } });
		if (!found) throw new Error('nobody');
		return found;
	};
	const isOut = async (id = 'p1') => (await person(id)).profile.optedOut.email ?? false;
	const events = async (name: string) => (await person()).events.filter((event) => event.name === name);

	it('takes the opt-out back, once, with an event, and the report says both', async () => {
		expect(await receive(OUT)).toEqual(['unsubscribed']);
		expect(await isOut()).toBe(true);
		expect(await receive(IN)).toEqual(['resubscribed']);
		expect(await isOut()).toBe(false);
		expect(await receive(IN, OUT)).toEqual([]);
		expect(await isOut()).toBe(false);
		expect(await events('Channel Unsubscribed')).toMatchObject([{ ts: OUT.at }]);
		expect(await events('Channel Subscribed')).toMatchObject([{ ts: IN.at, properties: { 'Campaign type': 'email', Run: run } }]);
		expect(await store.ask('runReport', { run })).toMatchObject({ sent: 2, failed: 0, receipts: { unsubscribed: 1, resubscribed: 1 } });
	});

	it.each<[Said[], boolean]>([
		[[IN, OUT], false],
		[[OUT, IN, OUT_AGAIN], true],
		[[OUT, OUT_AGAIN, IN], true],
		[[OUT_AGAIN, IN, OUT], true],
		[[OUT_AGAIN, OUT, IN], true],
		[[IN, OUT_AGAIN, OUT], true],
		[[IN, OUT, OUT_AGAIN], true],
		[[{ ...OUT, status: 'complained' }, IN], false],
		[[OUT, { ...IN, at: OUT.at }], true],
	])('the latest holds, whatever comes first: %j', async (said, expected) => {
		for (const one of said) await receive(one);
		expect(await isOut()).toBe(expected);
		await receive(...said);
		expect(await isOut()).toBe(expected);
	});

	it('all in one request', async () => {
		await receive(OUT_AGAIN, IN, OUT);
		expect(await isOut()).toBe(true);
		expect(await receive({ status: 'resubscribed', at: START + 4 * MINUTE }, { status: 'resubscribed', at: START + 4 * MINUTE })).toEqual(['resubscribed']);
		expect(await isOut()).toBe(false);
	});

	it.each<[Said[], boolean[], number]>([
		[[{ status: 'unsubscribed' }, { status: 'resubscribed' }, { status: 'unsubscribed' }], [true, false, true], 2],
		[[{ status: 'unsubscribed' }, { status: 'resubscribed' }, { status: 'complained' }], [true, false, true], 2],
		[[{ status: 'unsubscribed' }, { status: 'unsubscribed' }, { status: 'resubscribed' }], [true, true, false], 1],
		[[{ status: 'unsubscribed' }, { status: 'resubscribed' }, { status: 'unsubscribed' }, { status: 'unsubscribed' }], [true, false, true, true], 2],
	])('without times, as it comes: %j', async (said, expected, times) => {
		const found = [];
		for (const one of said) {
			fixture().clock.advance(MINUTE);
			await receive(one);
			found.push(await isOut());
		}
		expect(found).toEqual(expected);
		expect(await events('Channel Unsubscribed')).toHaveLength(times);
	});

	it('without times, all in one request, and while other messages were spoken of', async () => {
		await receive({ status: 'unsubscribed' });
		fixture().clock.advance(MINUTE);
		await receive({ status: 'resubscribed' }, { status: 'unsubscribed' });
		expect(await isOut()).toBe(true);
		fixture().clock.advance(MINUTE);
		await store.call('ingest', { aliases: [{ from: 'p2', to: 'p1' }] });
		await store.call('receiveReceipts', { receipts: [{ channel: 'email', status: 'resubscribed', message: messages[1] as number }] });
		expect(await isOut()).toBe(false);
		fixture().clock.advance(MINUTE);
		await receive({ status: 'unsubscribed' });
		expect(await isOut()).toBe(true);
	});

	it('without times, of a link first: what the provider reports is new', async () => {
		const { people } = await store.ask('find', { rule: { all: [] } });
		await unsubscribeBy(store, { message: messages[0] as number, person: Math.min(...people), channel: 'email' });
		await state({ optedOut: { email: false }, ts: START + 11 * MINUTE });
		fixture().clock.advance(5 * MINUTE);
		expect(await receive({ status: 'unsubscribed' })).toEqual(['unsubscribed']);
		expect(await isOut()).toBe(true);
	});

	it('who says the same once more starts nothing', async () => {
		expect(await receive(OUT)).toEqual(['unsubscribed']);
		expect(await receive(OUT_AGAIN)).toEqual([]);
	});

	it('not what a profile or an import says', async () => {
		await state({ optedOut: { email: true }, ts: START });
		await receive(OUT, IN);
		expect(await isOut()).toBe(true);
		expect(await events('Channel Subscribed')).toEqual([]);
	});

	it('not what a profile has said since', async () => {
		await receive(OUT);
		await state({ optedOut: { email: true } });
		await receive({ status: 'resubscribed', at: START + 20 * MINUTE });
		expect(await isOut()).toBe(true);
	});

	it('not what a link of our own has done', async () => {
		fixture().clock.set(START + MINUTE / 2);
		const { people } = await store.ask('find', { rule: { all: [] } });
		const link = { message: messages[0] as number, person: Math.min(...people), channel: 'email' as const };
		expect(await unsubscribeBy(store, link)).toMatchObject([{ status: 'unsubscribed' }]);
		expect(await unsubscribeBy(store, link)).toEqual([]);
		fixture().clock.set(START + 10 * MINUTE);
		await receive(IN);
		await receive(OUT, { ...IN, at: START + 5 * MINUTE });
		expect(await isOut()).toBe(true);
	});

	it.each([30, 50])('not what a link of our own has done to whoever was out by a report already: subscribed again at %s', async (minute) => {
		await receive(OUT);
		fixture().clock.set(START + 40 * MINUTE);
		const { people } = await store.ask('find', { rule: { all: [] } });
		await unsubscribeBy(store, { message: messages[0] as number, person: Math.min(...people), channel: 'email' });
		fixture().clock.set(START + 60 * MINUTE);
		await receive({ status: 'resubscribed', at: START + minute * MINUTE });
		expect(await isOut()).toBe(true);
		expect(await events('Channel Unsubscribed')).toHaveLength(1);
	});

	it('after a bounce that a profile has put right, as before it', async () => {
		const found = [];
		for (const said of [OUT, IN, { status: 'bounced' as const, at: START + 3 * MINUTE }, undefined, { ...OUT, at: START + 5 * MINUTE }, { ...IN, at: START + 6 * MINUTE }]) {
			if (said) await receive(said);
			else await state({ email: 'new@example.com', optedOut: { email: false }, ts: START + 4 * MINUTE });
			found.push(await isOut());
		}
		expect(found).toEqual([true, false, true, false, true, false]);
	});

	it.each<[Said[]]>([
		[[OUT, { status: 'bounced', at: OUT.at as number }, IN]],
		[[{ status: 'bounced', at: START + 1_000 }, IN]],
		[[OUT, { status: 'bounced', at: START + 90_000 }, IN]],
	])('not after a bounce: %j', async (said) => {
		for (const one of said) await receive(one);
		expect(await isOut()).toBe(true);
	});

	it.each<[Said[]]>([
		[[{ status: 'bounced', at: START + 1_000 }, IN]],
		[[IN, { status: 'bounced', at: START + 1_000 }]],
		[[OUT, { status: 'bounced', at: START + 90_000 }, IN]],
		[[OUT, IN, { status: 'bounced', at: START + 90_000 }]],
		[[IN, { status: 'bounced', at: START + 90_000 }, OUT]],
	])('not what bounced before, whatever comes first: %j', async (said) => {
		for (const one of said) await receive(one);
		expect(await isOut()).toBe(true);
		await receive({ ...IN, at: START + 9 * MINUTE });
		expect(await isOut()).toBe(true);
	});

	it.each(['profile', 'bounce'])('what a profile has said since a bounce holds, first heard of: %s', async (first) => {
		const said = async (which: string) => await (which === 'profile' ? state({ optedOut: { email: false }, ts: START + 5 * MINUTE }) : receive({ status: 'bounced', at: START + MINUTE }));
		await said(first);
		await said(first === 'profile' ? 'bounce' : 'profile');
		expect(await isOut()).toBe(false);
	});

	it('not of another channel, nor of an address that the person had before', async () => {
		await state({ optedOut: { sms: true } });
		await receive({ ...OUT, address: 'p1@example.com' });
		await receive({ ...IN, channel: 'sms' });
		expect((await person()).profile.optedOut).toEqual({ sms: true, email: true });
		await state({ email: 'new@example.com' });
		await receive({ ...IN, address: 'p1@example.com' });
		expect((await person()).profile.optedOut).toEqual({ sms: true, email: true });
	});

	describe('bounced', () => {
		const BOUNCED: Said = { status: 'bounced', at: START + MINUTE };
		const LATER = { ts: START + 20 * MINUTE };

		it('is whoever has that address, until they have another', async () => {
			await receive(BOUNCED);
			await state({ email: 'P1@Example.com ', properties: { city: 'Lyon' }, ...LATER });
			expect(await isOut()).toBe(true);
			await state({ email: 'new@example.com', ...LATER });
			expect(await isOut()).toBe(false);
			await receive({ ...BOUNCED, at: START + 2 * MINUTE }, BOUNCED);
			expect(await isOut()).toBe(false);
		});

		it('nobody is who has another one by now, though it names none', async () => {
			await state({ email: 'new@example.com' });
			expect(await receive(BOUNCED)).toEqual(['bounced']);
			expect(await isOut()).toBe(false);
		});

		it('again, and another address ends it still', async () => {
			await receive(BOUNCED);
			await store.call('receiveReceipts', { receipts: [{ channel: 'email', status: 'bounced', at: START + 5 * MINUTE, message: messages[0] as number }] });
			await state({ email: 'new@example.com', ...LATER });
			expect(await isOut()).toBe(false);
		});

		it.each<[string, () => Promise<unknown>]>([
			['before', async () => await receive(OUT, { ...BOUNCED, at: START + 5 * MINUTE })],
			['before, and heard of later', async () => await receive({ ...BOUNCED, at: START + 5 * MINUTE }).then(async () => await receive(OUT))],
			['since, by a profile', async () => await receive(BOUNCED).then(async () => await state({ optedOut: { email: true }, ts: START + 5 * MINUTE }))],
			['by the same profile', async () => await receive(BOUNCED).then(async () => await state({ email: 'new@example.com', optedOut: { email: true }, ...LATER }))],
		])('another address does not bring back whoever has said so themselves: %s', async (_name, said) => {
			await said();
			await state({ email: 'newer@example.com', ...LATER });
			expect(await isOut()).toBe(true);
		});

		it.each<[string, string | undefined, boolean]>([['another address', 'p2@example.com', false], ['the same', 'p1@example.com', true], ['none', undefined, true]])('merged with somebody who has %s', async (_name, email, expected) => {
			await store.call('ingest', { profiles: [{ id: 'p9', ...(email !== undefined && { email }), ts: START + 5 * MINUTE }] });
			await receive({ ...BOUNCED, at: START + 8 * MINUTE });
			await store.call('ingest', { aliases: [{ from: 'p1', to: 'p9' }] });
			expect(await isOut('p9')).toBe(expected);
			await store.call('ingest', { profiles: [{ id: 'p9', email: 'newer@example.com', ...LATER }] });
			expect(await isOut('p9')).toBe(false);
		});
	});

	it('of whom the person has become', async () => {
		await receive(OUT);
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		expect(await isOut('p2')).toBe(true);
		const message = messages[1] as number;
		await store.call('receiveReceipts', { receipts: [{ channel: 'email', status: 'resubscribed', at: IN.at, message }] });
		expect(await isOut('p2')).toBe(false);
	});
});
