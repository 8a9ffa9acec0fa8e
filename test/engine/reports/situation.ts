import type { MessageClaim } from '../../../engine/delivery/claim';
import type { Settlement } from '../../../engine/delivery/settle';
import type { Decision } from '../../../engine/holds/gate';
import type { Released } from '../../../engine/holds/release';
import type { Channel } from '../../../engine/people/records';
import type { ManualClock } from '../../../engine/clock';
import type { Store } from '../../../engine/store/store';
import { addPeople, claimFor, node, release, startRun } from '../../support/campaign';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type End = Pick<Settlement, 'state'> & Partial<Settlement>;

/** Sends one message to everybody released, with these ends; `refuse` is known before the claim. */
export async function send(
	store: Store,
	sender: string,
	released: Released[],
	end: (released: Released) => End | 'being sent',
	overrides: Partial<MessageClaim> = {},
	channel: Channel = 'sms',
): Promise<void> {
	const number = await node(store, sender);
	const token = `token ${sender} ${released[0]?.entry}`;
	const claimed = await store.call('claimMessages', {
		node: number, channel, token, messages: released.map((one) => claimFor(one, overrides)),
	});
	const mine = claimed.filter((message) => message.mine);
	await store.call('markSending', { messages: mine.map(({ message }) => ({ message, token })) });
	const settlements = mine.flatMap(({ message, entry }): Settlement[] => {
		const ended = end(released.find((one) => one.entry === entry) as Released);
		if (ended === 'being sent') return [];
		return [{ message, token, reason: null, detail: null, provider: 'Provider A', providerId: ended.state === 'sent' ? `id-${entry}` : null, ...ended }];
	});
	if (settlements.length > 0) await store.call('settleMessages', { settlements });
}

/** Everybody released comes to a gate, which decides. */
export async function decide(store: Store, gate: string, released: Released[], decision: Decision): Promise<void> {
	await store.call('recordDecisions', {
		node: await node(store, gate),
		arrivals: released.map(({ entry, visit, run }) => ({ entry, visit: visit + 1, run, decision })),
	});
}

const ROLES = ['sent', 'failed', 'notReachable', 'unknown', 'held', 'dropped', 'left', 'waitsForProvider'] as const;
export type Role = (typeof ROLES)[number];

export interface Situation {
	run: number;
	/** User ids of those who have entered. */
	ids: Record<Role, string>;
	/** User ids of those who have not. */
	waiting: string[];
	/** When everything happened but the selection, which was a minute before. */
	sentAt: number;
}

/** A run of twelve people: eight have entered, one in each state; four wait in their block. */
export async function everyState(store: Store, clock: ManualClock): Promise<Situation> {
	const people = await addPeople(store, 12);
	const run = await startRun(store, people, { blockSize: 8 });
	clock.advance(MINUTE);
	const { token, people: released } = (await release(store, await node(store, 'trigger'))) as { token: string; people: Released[] };
	const one = (role: Role) => released[ROLES.indexOf(role)] as Released;
	const noPhone = { reason: 'profile_not_reachable', detail: 'No phone' } as const;

	await send(store, 'sms', [one('sent')], () => ({ state: 'sent' }));
	await send(store, 'sms', [one('failed')], () => ({ state: 'failed', reason: 'invalid_recipient', detail: '21211: not a number' }));
	await send(store, 'sms', [one('notReachable')], () => 'being sent', { refuse: noPhone, addressHash: null });
	await send(store, 'sms', [one('unknown')], () => ({ state: 'unknown', reason: 'unknown_outcome', detail: 'time-out' }));
	await hold(store, 'sms', one('waitsForProvider'), clock.now() + HOUR);
	await decide(store, 'quiet hours', [one('held')], { kind: 'hold', until: clock.now() + HOUR });
	await decide(store, 'quiet hours', [one('dropped')], { kind: 'drop', reason: 'dnd_discarded', detail: 'Local time in Europe/Paris' });
	await decide(store, 'quiet hours', [one('left')], { kind: 'pass' });
	await store.call('settleRelease', { token, end: 'success' });

	const idOf = (person: number) => `p${people.indexOf(person) + 1}`;
	const entered = released.map(({ person }) => idOf(person));
	return {
		run,
		ids: Object.fromEntries(ROLES.map((role) => [role, idOf(one(role).person)])) as Record<Role, string>,
		waiting: people.map(idOf).filter((id) => !entered.includes(id)),
		sentAt: clock.now(),
	};
}

async function hold(store: Store, sender: string, released: Released, until: number): Promise<void> {
	const number = await node(store, sender);
	const { entry, visit, run } = released;
	const [claimed] = await store.call('claimMessages', { node: number, channel: 'sms', token: 'held', messages: [claimFor(released)] });
	await store.call('holdMessages', {
		node: number,
		holds: [{ message: claimed?.message as number, token: 'held', entry, visit: visit + 1, run, until, payload: null, detail: 'Provider A: 503', refusedSince: until }],
	});
}
