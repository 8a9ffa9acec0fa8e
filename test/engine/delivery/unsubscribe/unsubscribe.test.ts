import { claimToken } from '../../../../engine/delivery/claim';
import { readUnsubscribeLink, unsubscribeLink, unsubscribeToken, type UnsubscribeLink } from '../../../../engine/delivery/unsubscribe/link';
import { unsubscribeBy } from '../../../../engine/delivery/unsubscribe/unsubscribe';
import type { Store } from '../../../../engine/store/store';
import { addPeople, claimFor, node, release, startRun } from '../../../support/campaign';
import { describeStores } from '../../../support/stores';

const ADDRESS = 'https://n8n.example.com/webhook/receipts/unsubscribe';
const SECRET = { secret: 'a'.repeat(64) };
const LINK: UnsubscribeLink = { message: 1234, person: 56, channel: 'email' };

describe('the token of an unsubscribe link', () => {
	const read = (token: string, secret = SECRET) => readUnsubscribeLink(secret, new URLSearchParams({ t: token }));
	const token = unsubscribeToken(SECRET, LINK);

	it('says whose it is', () => {
		expect(read(token)).toEqual(LINK);
		const url = unsubscribeLink({ ...SECRET, fingerprint: 'f' }, ADDRESS, 'f-1234', 56, 'email');
		expect(url).toBe(`${ADDRESS}?t=${token}`);
		expect(url).not.toMatch(/[<>,\s]/);
	});

	it.each(['test-1234', 'preview', 'another-1234', 'f-', 'f-x'])('is of nobody when the message is %s', (messageId) => {
		const url = new URL(unsubscribeLink({ ...SECRET, fingerprint: 'f' }, ADDRESS, messageId, 56, 'email'));
		expect(readUnsubscribeLink(SECRET, url.searchParams)).toEqual({ message: 0, person: 0, channel: 'email' });
	});

	it.each([
		['another message', token.replace('ya.', 'yb.')],
		['another person', token.replace('.1k.', '.1l.')],
		['another channel', token.replace('email', 'sms')],
		['another signature', token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
		['more behind it', `${token}A`],
		['less', token.slice(0, -1)],
		['no signature', 'ya.1k.email.'],
		['nothing', ''],
		['a signature of as many other characters', `ya.1k.email.${'é'.repeat(43)}`],
	])('is refused with %s', (_what, forged) => {
		expect(forged).not.toBe(token);
		expect(read(forged)).toBeUndefined();
	});

	it('is of one store', () => {
		expect(read(token, { secret: 'b'.repeat(64) })).toBeUndefined();
	});
});

describeStores('unsubscribing by a link', (fixture) => {
	let store: Store;
	let links: UnsubscribeLink[];
	let token: string;

	async function sending(count = 1): Promise<void> {
		store = fixture().store;
		await startRun(store, await addPeople(store, count));
		const out = await release(store, await node(store, 'trigger'));
		token = claimToken();
		const people = (out?.people ?? []).sort((a, b) => a.person - b.person);
		const claimed = await store.call('claimMessages', { node: await node(store, 'sender'), channel: 'email', token, messages: people.map((one) => claimFor(one)) });
		links = claimed.map(({ message }, index) => ({ message, person: people[index]?.person as number, channel: 'email' }));
		await store.call('markSending', { messages: links.map(({ message }) => ({ message, token })) });
	}
	const settle = async () =>
		await store.call('settleMessages', { settlements: links.map(({ message }) => ({ message, token, state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: null })) });
	const link = (index = 0) => links[index] as UnsubscribeLink;
	const person = async (id = 'p1') => await store.call('getPerson', { name: { id } });
	const unsubscribed = async (id?: string) => (await person(id))?.events.filter(({ name }) => name === 'Channel Unsubscribed');

	it('opts out of the channel once, with the event', async () => {
		await sending(2);
		await settle();
		expect(await unsubscribeBy(store, link())).toMatchObject([{ status: 'unsubscribed', user: 'p1', channel: 'email', campaign: { name: 'Test campaign' } }]);
		expect(await unsubscribeBy(store, link())).toEqual([]);
		expect((await person())?.profile.optedOut).toEqual({ email: true });
		expect(await unsubscribed()).toMatchObject([
			{ properties: { Type: 'unsubscribed', 'Campaign id': 'workflow:trigger', 'Campaign name': 'Test campaign', 'Campaign type': 'email', Labels: ['a', 'b'], Run: expect.any(Number) } },
		]);
		expect((await person('p2'))?.profile.optedOut).toEqual({});
	});

	it('opts out again whoever has opted in since, by the same link', async () => {
		await sending();
		await settle();
		await unsubscribeBy(store, link());
		fixture().clock.advance(1_000);
		await store.call('ingest', { profiles: [{ id: 'p1', optedOut: { email: false } }] });
		fixture().clock.advance(1_000);
		await unsubscribeBy(store, link());
		expect((await person())?.profile.optedOut).toEqual({ email: true });
		expect(await unsubscribed()).toHaveLength(2);
	});

	it('works before its message is settled, and then there is still one event', async () => {
		await sending();
		await unsubscribeBy(store, link());
		expect((await person())?.profile.optedOut).toEqual({ email: true });
		await settle();
		await store.call('applyEarlyReceipts', {});
		expect(await unsubscribed()).toHaveLength(1);
	});

	it('works without the message', async () => {
		await sending();
		expect(await unsubscribeBy(store, { ...link(), message: 999_999 })).toEqual([]);
		expect((await person())?.profile.optedOut).toEqual({ email: true });
	});

	it('never opts out whose message has the number by now', async () => {
		await sending(2);
		await settle();
		await unsubscribeBy(store, { ...link(0), message: link(1).message });
		expect((await person('p2'))?.profile.optedOut).toEqual({});
		expect((await person('p1'))?.profile.optedOut).toEqual({ email: true });
	});

	it('follows the person who was merged into another one', async () => {
		await sending();
		await settle();
		await store.call('ingest', { profiles: [{ id: 'survivor' }], aliases: [{ from: 'p1', to: 'survivor' }] });
		expect((await person('survivor'))?.profile.person).not.toBe(link().person);
		await unsubscribeBy(store, link());
		expect((await person('survivor'))?.profile.optedOut).toEqual({ email: true });
		expect(await unsubscribed('survivor')).toHaveLength(1);
	});

	it('does nothing for whoever was erased, and for a test', async () => {
		await sending(2);
		await settle();
		await store.call('erasePerson', { name: { id: 'p1' } });
		expect(await unsubscribeBy(store, link())).toMatchObject([{ user: null }]);
		expect(await unsubscribeBy(store, { message: 0, person: 0, channel: 'email' })).toEqual([]);
		expect(await person()).toBeUndefined();
		expect((await person('p2'))?.profile.optedOut).toEqual({});
	});
});
