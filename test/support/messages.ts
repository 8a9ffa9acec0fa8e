import { EVERYBODY_GETS_IT } from '../../engine/campaigns/who-gets-it';
import { addressHash } from '../../engine/delivery/address-hash';
import { claimToken } from '../../engine/delivery/claim';
import type { Released } from '../../engine/holds/release';
import type { Channel } from '../../engine/people/records';
import type { Store } from '../../engine/store/store';
import { claimFor, node, release, startRun } from './campaign';

/** Messages that are marked as being sent, by their numbers, and who was refused one. */
export interface BeingSent {
	run: number;
	token: string;
	messages: number[];
	refused: Released[];
}

/** Starts a run for p1..pN, each with an email and a phone, and marks their messages as being sent. */
export async function messagesBeingSent(store: Store, count: number, channel: Channel, limits?: { perRun: number }): Promise<BeingSent> {
	const profiles = Array.from({ length: count }, (_, index) => ({ id: `p${index + 1}`, email: `p${index + 1}@example.com`, phone: `+1415555${1000 + index}` }));
	await store.call('ingest', { profiles });
	const { people } = await store.ask('find', { rule: { all: [] } });
	const run = await startRun(store, [...people], limits ? { who: { ...EVERYBODY_GETS_IT, limits } } : {});
	const out = await release(store, await node(store, 'trigger'));
	const released = (out?.people ?? []).sort((a, b) => a.person - b.person);
	const token = claimToken();
	const addressOf = (index: number) => (channel === 'email' ? `p${index + 1}@example.com` : `+1415555${1000 + index}`);
	const claims = released.map((one, index) => claimFor(one, { addressHash: addressHash(addressOf(index)) }));
	const claimed = await store.call('claimMessages', { node: await node(store, 'sender'), channel, token, messages: claims });
	const messages = claimed.filter(({ mine }) => mine).map(({ message }) => message);
	await store.call('settleRelease', { token: out?.token ?? '', end: 'success' });
	await store.call('markSending', { messages: messages.map((message) => ({ message, token })) });
	for (const message of messages) store.departures?.begin(message);
	return { run, token, messages, refused: released.filter(({ entry }) => !claimed.some((one) => one.mine && one.entry === entry)) };
}
