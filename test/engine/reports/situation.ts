import type { MessageClaim } from '../../../engine/delivery/claim';
import type { Settlement } from '../../../engine/delivery/settle';
import type { Decision } from '../../../engine/holds/gate';
import type { Released } from '../../../engine/holds/release';
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
): Promise<void> {
	const number = await node(store, sender);
	const token = `token ${sender} ${released[0]?.entry}`;
	const claimed = await store.call('claimMessages', {
		node: number, channel: 'sms', token, messages: released.map((one) => claimFor(one, overrides)),
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

export interface Situation {
	run: number;
	/** p1..p12 by number. */
	people: number[];
	/** When the two blocks were released, and every message was settled. */
	sentAt: number;
}

/**
 * A run of twelve people in blocks of four, in one of every state: p1 sent, p2 failed, p3 not reachable, p4 unknown,
 * p5 held, p6 dropped, p7 left the workflow, p8 waits for a provider, p9 to p12 wait to enter. p1 to p8 enter together,
 * whatever order the run draws.
 */
export async function everyState(store: Store, clock: ManualClock): Promise<Situation> {
	const people = await addPeople(store, 12);
	const [p1, p2, p3, p4, p5, p6, p7, p8] = people as [number, number, number, number, number, number, number, number];
	const first = await startRun(store, people.slice(0, 8), { blockSize: 8 });
	await store.call('publishCampaign', {
		campaignId: 'workflow:trigger', workflowId: 'workflow', name: 'Test campaign', labels: [], byOperator: false,
		definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'now first', blockSize: 8, graceMs: 0, maxLatenessMs: HOUR },
	});
	clock.advance(MINUTE);
	const trigger = await node(store, 'trigger');
	const { token, people: released } = (await release(store, trigger)) as { token: string; people: Released[] };
	const of = (...numbers: number[]) => released.filter(({ person }) => numbers.includes(person));
	clock.advance(1_000);
	await send(store, 'sms', of(p3), () => ({ state: 'sent' }), { refuse: { reason: 'profile_not_reachable', detail: 'No phone' }, addressHash: null });
	await send(store, 'sms', of(p1, p2, p4, p8), ({ person }) => {
		if (person === p1) return { state: 'sent' };
		if (person === p2) return { state: 'failed', reason: 'invalid_recipient', detail: '21211: not a number' };
		if (person === p4) return { state: 'unknown', reason: 'unknown_outcome', detail: 'time-out' };
		return 'being sent';
	});
	const sms = await node(store, 'sms');
	const [waiting] = of(p8) as [Released];
	const [open] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'look', messages: [claimFor(waiting)] });
	await store.call('holdMessages', {
		node: sms,
		holds: [{
			message: open?.message as number, token: `token sms ${of(p1, p2, p4, p8)[0]?.entry}`, entry: waiting.entry, visit: 1, run: first,
			until: clock.now() + HOUR, payload: null, detail: 'Provider A: 503',
		}],
	});
	await decide(store, 'quiet hours', of(p5), { kind: 'hold', until: clock.now() + HOUR });
	await decide(store, 'quiet hours', of(p6), { kind: 'drop', reason: 'dnd_discarded', detail: 'Local time in Europe/Paris' });
	await decide(store, 'quiet hours', of(p7), { kind: 'pass' });
	await store.call('settleRelease', { token, end: 'success' });
	return { run: first, people, sentAt: clock.now() };
}
