import { attemptGroup, type GroupResult } from '../../../engine/delivery/attempt';
import { deliver, type Delivered, type Delivery } from '../../../engine/delivery/deliver';
import type { RequestLedger } from '../../../engine/delivery/message-mark';
import { CLAIM_MS } from '../../../engine/delivery/states';
import type { Released } from '../../../engine/holds/release';
import type { Store } from '../../../engine/store/store';
import { addPeople, CAMPAIGN_ID, claimFor, node, release, startRun } from '../../support/campaign';
import { Notes, startNotes, type Note } from '../../support/batch-provider';
import { attemptOptions } from '../../support/exchange';
import { describeStores } from '../../support/stores';

const HOUR = 3_600_000;
const sent: GroupResult = { outcome: 'sent', provider: 'Twilio', kind: 'twilio', providerId: 'SM1', attempts: [] };
const down: GroupResult = { outcome: 'failed', reason: 'provider_unavailable', transient: true, attempts: [{ provider: 'Twilio', kind: 'twilio', outcome: 'refused', code: '429' }] };
const rejected: GroupResult = { outcome: 'failed', reason: 'provider_rejected', transient: false, attempts: [{ provider: 'Twilio', kind: 'twilio', outcome: 'refused', code: '400', detail: 'too long' }] };
const unknown: GroupResult = { outcome: 'unknown', provider: 'Twilio', kind: 'twilio', code: 'timeout', detail: 'no answer', attempts: [] };
const recipient: GroupResult = { outcome: 'recipient', provider: 'Twilio', kind: 'twilio', reason: 'unsubscribed', code: '21610', detail: 'STOP', attempts: [] };

function deliveryFor(one: Released, overrides: Partial<Delivery<string>> = {}): Delivery<string> {
	return {
		entry: one.entry, visit: one.visit + 1, key: '', run: one.run, campaignId: CAMPAIGN_ID, person: one.person, since: one.heldAt,
		address: { ok: true, address: `phone ${one.person}` },
		render: (id) => ({ ok: true, message: `hello ${one.person} (${id})` }),
		payload: null,
		...overrides,
	};
}

/** A sender that writes down what it was given. */
function sender(result: GroupResult | ((message: string) => GroupResult) = sent) {
	const messages: string[] = [];
	const send = async (message: string, { beforeRequest }: RequestLedger) => {
		await beforeRequest();
		messages.push(message);
		return typeof result === 'function' ? result(message) : result;
	};
	return { messages, send };
}

async function report(store: Store, run: number) {
	const figures = await store.ask('runReport', { run });
	if (!figures) throw new Error('no report');
	return figures;
}

describeStores('delivering', (fixture) => {
	let store: Store;
	let run: number;
	let sms: number;
	let people: Released[];
	let token: string;
	const options = () => ({ store, node: sms, channel: 'sms' as const, maxWaitMs: 24 * HOUR, canHold: true });

	async function prepare(count: number): Promise<void> {
		store = fixture().store;
		run = await startRun(store, await addPeople(store, count));
		sms = await node(store, 'sms');
		const first = await release(store, await node(store, 'trigger'));
		if (!first && count > 0) throw new Error('nobody was released');
		token = first?.token ?? '';
		people = (first?.people ?? []).sort((a, b) => a.person - b.person);
	}

	it('sends to everybody once, and records it in their history', async () => {
		await prepare(30);
		const { messages, send } = sender();
		const results = await deliver(people.map((one) => deliveryFor(one)), { ...options(), send });
		expect(results.every(({ state, provider }) => state === 'sent' && provider === 'Twilio')).toBe(true);
		expect(new Set(messages).size).toBe(30);
		const person = await store.call('getPerson', { name: { id: 'p1' } });
		expect(person?.events).toMatchObject([
			{ name: 'Notification Sent', properties: { 'Campaign id': CAMPAIGN_ID, 'Campaign name': 'Test campaign', 'Campaign type': 'sms', Labels: ['a', 'b'], Run: run } },
		]);
		expect(await report(store, run)).toMatchObject({ qualified: 30, sent: 30, unknown: 0, notSent: {} });
	});

	it('asks just before the request whether the message may leave: a cut-off ends it there, or has it wait', async () => {
		await prepare(3);
		const { clock } = fixture();
		const midnight = clock.now() + HOUR;
		const { messages, send } = sender();
		const slowly: typeof send = async (message, ledger) => {
			clock.advance(1);
			return await send(message, ledger);
		};
		// Each by itself, so that its own wait alone makes it late.
		let begun = 0;
		const rules: Array<Partial<Delivery<string>>> = [
			{ overruled: (now) => (now > begun ? { kind: 'drop', reason: 'cut_off', detail: 'Cut-off' } : undefined) },
			{ overruled: (now) => (now > begun ? { kind: 'hold', until: midnight } : undefined) },
			{ overruled: () => undefined },
		];
		const results: Delivered[] = [];
		for (const [index, one] of people.entries()) {
			begun = clock.now();
			results.push(...(await deliver([deliveryFor(one, rules[index])], { ...options(), send: slowly })));
		}
		await store.call('settleRelease', { token, end: 'success' });
		expect(results).toMatchObject([{ state: 'not_sent', reason: 'cut_off', detail: 'Cut-off' }, { state: 'held' }, { state: 'sent' }]);
		expect(messages).toHaveLength(1);
		expect(await store.call('claimRelease', { node: sms, limit: 10 })).toMatchObject({ nextDue: midnight });
		clock.set(midnight);
		const again = await release(store, sms);
		expect(again?.people).toMatchObject([{ person: people[1]?.person }]);
		const late = await deliver([deliveryFor(again?.people[0] as Released, { visit: again?.people[0]?.visit, ...rules[2] })], { ...options(), send });
		expect(late).toMatchObject([{ state: 'sent' }]);
		expect(await report(store, run)).toMatchObject({ sent: 2, notSent: { cut_off: 1 } });
	});

	it('does not hold a message where nothing can be released: it ends', async () => {
		await prepare(1);
		const { messages, send } = sender();
		const delivery = deliveryFor(people[0] as Released, { overruled: () => ({ kind: 'hold', until: fixture().clock.now() + HOUR }) });
		expect(await deliver([delivery], { ...options(), canHold: false, send })).toMatchObject([{ state: 'not_sent', reason: 'cut_off' }]);
		expect(messages).toEqual([]);
	});

	it('sends nothing on a second delivery, and tells the outcome of the first', async () => {
		await prepare(3);
		const outcomes = [sent, unknown, rejected];
		await deliver(people.map((one) => deliveryFor(one)), { ...options(), send: sender((message) => outcomes[people.findIndex(({ person }) => message.includes(` ${person} `))] as GroupResult).send });
		const again = sender();
		const results = await deliver(people.map((one) => deliveryFor(one)), { ...options(), send: again.send });
		expect(again.messages).toEqual([]);
		expect(results.map(({ state }) => state)).toEqual(['sent', 'unknown', 'failed']);
		expect(results[2]).toMatchObject({ reason: 'provider_rejected', detail: 'Twilio: 400 too long' });
	});

	it('sends once when two executions deliver the same people at the same time', async () => {
		await prepare(20);
		const [one, two] = [sender(), sender()];
		const batches = await Promise.all([one, two].map(async ({ send }) => await deliver(people.map((person) => deliveryFor(person)), { ...options(), send })));
		expect([...one.messages, ...two.messages]).toHaveLength(20);
		expect(batches.flat().filter(({ state }) => state === 'sent').length).toBeGreaterThanOrEqual(20);
	});

	it('gives each its reason, and costs nobody else theirs', async () => {
		await prepare(6);
		await store.call('ingest', { profiles: [{ id: 'p1', optedOut: { sms: true } }] });
		const [first, second, third, fourth, fifth, sixth] = people as [Released, Released, Released, Released, Released, Released];
		const results = await deliver(
			[
				deliveryFor(first),
				deliveryFor(second, { address: { ok: false, reason: 'invalid_recipient', detail: '"12" is not a phone number' } }),
				deliveryFor(third, { address: { ok: true, address: 'shared' } }),
				deliveryFor(fourth, { address: { ok: true, address: 'shared' } }),
				deliveryFor(fifth, { render: () => ({ ok: false, reason: 'personalization_failed', detail: 'Profile.name' }) }),
				deliveryFor(sixth),
			],
			{ ...options(), send: sender((message) => (message.includes(` ${sixth.person} `) ? recipient : sent)).send },
		);
		expect(results.map(({ reason, state }) => reason ?? state)).toEqual([
			'profile_not_reachable', 'invalid_recipient', 'sent', 'duplicate_address', 'personalization_failed', 'unsubscribed',
		]);
		await store.call('settleRelease', { token, end: 'success' });
		expect(await report(store, run)).toMatchObject({
			sent: 1,
			notSent: { profile_not_reachable: 1, invalid_recipient: 1, duplicate_address: 1, personalization_failed: 1, unsubscribed: 1 },
		});
	});

	it('refuses a person who opted out after being selected', async () => {
		await prepare(1);
		await store.call('ingest', { profiles: [{ id: 'p1', optedOut: { sms: true } }] });
		const { messages, send } = sender();
		expect(await deliver(people.map((one) => deliveryFor(one)), { ...options(), send })).toMatchObject([{ state: 'not_sent', reason: 'profile_not_reachable' }]);
		expect(messages).toEqual([]);
	});

	it('waits at the sender while no provider takes it, then sends under the same identity', async () => {
		await prepare(1);
		const [one] = people as [Released];
		const first = await deliver([deliveryFor(one, { payload: '{"note":1}' })], { ...options(), send: sender(down).send });
		expect(first).toMatchObject([{ state: 'held' }]);
		await store.call('settleRelease', { token, end: 'success' });
		expect(await report(store, run)).toMatchObject({ waiting: 1, notSent: {} });
		expect(await release(store, sms)).toBeUndefined();
		fixture().clock.advance(31_000);
		const again = await release(store, sms);
		expect(again?.people).toMatchObject([{ entry: one.entry, visit: 1 }]);
		expect(await store.call('messagesOfRelease', { node: sms, token: again?.token as string })).toMatchObject([{ key: '', payload: '{"note":1}' }]);
		const back = again?.people[0] as Released;
		const { messages, send } = sender();
		expect(await deliver([deliveryFor(one, { visit: back.visit, since: back.heldAt })], { ...options(), send })).toMatchObject([{ state: 'sent' }]);
		expect(messages).toHaveLength(1);
		await store.call('settleRelease', { token: again?.token as string, end: 'success' });
		expect(await report(store, run)).toMatchObject({ sent: 1, waiting: 0, notSent: {} });
	});

	it('waits for a provider as long as it says, however long it has waited for its turn in the channel before', async () => {
		await prepare(20);
		await store.call('saveSettings', { settings: { channels: { sms: { mostPer5Minutes: 1 } }, customControlGroups: [] } });
		const late = people.slice(-1);
		await store.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages: people.map((one) => claimFor(one)) });
		fixture().clock.advance(19 * 5 * 60_000);
		const again = async () => {
			const out = await release(store, sms);
			const waited = await store.call('messagesOfRelease', { node: sms, token: out?.token as string });
			const one = (out?.people ?? []).find(({ entry }) => entry === late[0]?.entry) as Released;
			const since = waited.find(({ hold }) => hold === one.hold)?.since as number;
			return await deliver([deliveryFor(one, { visit: one.visit, since })], { ...options(), maxWaitMs: HOUR, send: sender(down).send });
		};
		expect(await again()).toMatchObject([{ state: 'held' }]);
		fixture().clock.advance(30_000);
		expect(await again()).toMatchObject([{ state: 'held' }]);
		fixture().clock.advance(HOUR);
		expect(await again()).toMatchObject([{ state: 'failed', reason: 'provider_unavailable' }]);
	});

	it('waits to the next whole millisecond, whatever a provider counts in', async () => {
		await prepare(1);
		expect(await deliver([deliveryFor(people[0] as Released)], { ...options(), send: sender({ ...down, retryAfterMs: 61_000.4 }).send })).toMatchObject([{ state: 'held' }]);
		fixture().clock.advance(61_000);
		expect(await release(store, sms)).toBeUndefined();
		fixture().clock.advance(1);
		expect((await release(store, sms))?.people).toHaveLength(1);
	});

	it('does not send to somebody who opted out while the message waited', async () => {
		await prepare(1);
		const [one] = people as [Released];
		await deliver([deliveryFor(one)], { ...options(), send: sender(down).send });
		await store.call('ingest', { profiles: [{ id: 'p1', optedOut: { sms: true } }] });
		fixture().clock.advance(60_000);
		const { messages, send } = sender();
		expect(await deliver([deliveryFor(one)], { ...options(), send })).toMatchObject([{ state: 'not_sent', reason: 'profile_not_reachable' }]);
		expect(messages).toEqual([]);
	});

	it('keeps several messages of one entry apart while they wait', async () => {
		await prepare(1);
		const [one] = people as [Released];
		const keyed = ['a', 'b', 'c'].map((key) => deliveryFor(one, { key, payload: JSON.stringify({ key }), address: { ok: true, address: `phone ${key}` } }));
		await deliver(keyed.slice(0, 1), { ...options(), send: sender().send });
		await deliver(keyed, { ...options(), send: sender(down).send });
		await store.call('settleRelease', { token, end: 'success' });
		fixture().clock.advance(31_000);
		const back = await release(store, sms);
		expect(back?.people).toHaveLength(1);
		expect(await store.call('messagesOfRelease', { node: sms, token: back?.token as string })).toMatchObject([
			{ key: 'b', payload: '{"key":"b"}' },
			{ key: 'c', payload: '{"key":"c"}' },
		]);
	});

	it('sends once when the same message stands twice in one batch', async () => {
		await prepare(1);
		const [one] = people as [Released];
		const { messages, send } = sender();
		expect((await deliver([deliveryFor(one), deliveryFor(one)], { ...options(), send })).map(({ state }) => state)).toEqual(['sent', 'elsewhere']);
		expect(messages).toHaveLength(1);
	});

	it('ends a waiting message with its hold when the sender fails again and again', async () => {
		await prepare(1);
		const [one] = people as [Released];
		await deliver([deliveryFor(one)], { ...options(), send: sender(down).send });
		await store.call('settleRelease', { token, end: 'success' });
		for (let attempt = 1; attempt <= 5; attempt++) {
			fixture().clock.advance(5 * 60_000);
			const back = await release(store, sms);
			await store.call('settleRelease', { token: back?.token as string, end: 'failed' });
		}
		expect(await report(store, run)).toMatchObject({ waiting: 0, notSent: { execution_failed: 1 } });
		expect((await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toAnnounce).toHaveLength(1);
	});

	it('makes one entry of foreign items with one key, also when their person becomes known', async () => {
		await prepare(0);
		const ask = async (userId?: string) =>
			await store.call('enterForeign', { workflowId: 'w', workflowName: 'W', items: [{ entryKey: 'once 1', userId }, { entryKey: 'once 1', userId }, { entryKey: 'once 2' }] });
		const [first, second, third] = await ask('later');
		expect(second?.entry).toBe(first?.entry);
		expect(third?.entry).not.toBe(first?.entry);
		await store.call('ingest', { profiles: [{ id: 'later' }] });
		expect((await ask('later')).map(({ entry }) => entry)).toEqual([first?.entry, first?.entry, third?.entry]);
	});

	it('takes foreign items whose texts no store can hold, and keeps nobody else of the batch from being sent to', async () => {
		await prepare(1);
		const odd = ['p1\u0000', 'half \ud800', 'p1'];
		const items = odd.map((userId, index) => ({ entryKey: `item ${index} ${userId}`, userId }));
		const entries = await store.call('enterForeign', { workflowId: 'sheet', workflowName: 'Spreadsheet', items });
		expect(entries.map(({ person }) => person)).toEqual([0, 0, people[0]?.person]);
		const deliveries = entries.map((entry, index): Delivery<string> => ({
			...entry, visit: 0, key: '', since: 0, payload: null, render: () => ({ ok: true, message: 'hello' }),
			address: index === 2 ? { ok: true, address: '+1' } : { ok: false, reason: 'invalid_recipient', detail: `"${odd[index]}" is not a phone number` },
		}));
		expect((await deliver(deliveries, { ...options(), send: sender().send })).map(({ state }) => state)).toEqual(['not_sent', 'not_sent', 'sent']);
		const { people: told } = await store.ask('peopleOfRun', { run: entries[0]?.run as number });
		expect(told.map(({ detail }) => detail)).toContain('"p1" is not a phone number');
	});

	it('pauses a campaign whose providers refuse the credentials again and again, until it is published', async () => {
		await prepare(25);
		const refused: GroupResult = { outcome: 'failed', reason: 'provider_auth', transient: true, attempts: [{ provider: 'Twilio', kind: 'twilio', outcome: 'refused', refusal: 'auth', code: '20003' }] };
		const alternating = [...people.slice(0, 19).map(() => refused), sent, ...people.slice(0, 5).map(() => refused)];
		const one = async (index: number, result: GroupResult) => await deliver([deliveryFor(people[index] as Released)], { ...options(), send: sender(result).send });
		for (let index = 0; index < 24; index++) await one(index, alternating[index] as GroupResult);
		expect(await store.call('claimRelease', { node: sms, limit: 1 })).not.toHaveProperty('paused');
		for (let count = 0; count < 16; count++) {
			fixture().clock.advance(3_600_000);
			await one(count % 19, refused);
		}
		expect(await store.call('claimRelease', { node: sms, limit: 1 })).toMatchObject({ paused: expect.stringContaining('20003') });
		await store.call('resumeWorkflow', { workflowId: 'workflow' });
		expect(await store.call('claimRelease', { node: sms, limit: 1 })).toHaveProperty('release');
	});

	it('leaves no message under way where the pause for refused credentials cannot be written, and pauses with the next', async () => {
		await prepare(22);
		let isAway = true;
		const away: Store = Object.assign(Object.create(store) as Store, {
			call: async (...[name, input]: Parameters<Store['call']>) => {
				if (name === 'pauseCampaign' && isAway) {
					isAway = false;
					throw new Error('The store is away.');
				}
				return await store.call(name, input);
			},
		});
		const refused: GroupResult = { outcome: 'failed', reason: 'provider_auth', transient: true, attempts: [{ provider: 'Twilio', kind: 'twilio', outcome: 'refused', refusal: 'auth', code: '20003' }] };
		const send = async (some: Released[]) => await deliver(some.map((one) => deliveryFor(one)), { ...options(), store: away, send: sender(refused).send });
		expect((await send(people.slice(0, 21))).map(({ state }) => state)).toEqual(people.slice(0, 21).map(() => 'held'));
		await send(people.slice(21));
		expect((await report(store, run)).pausedReason).toMatch(/credentials/);
	});

	it('gives up waiting when time is up, or where nothing can wait', async () => {
		await prepare(2);
		const [one, two] = people as [Released, Released];
		fixture().clock.advance(24 * HOUR);
		const late = await deliver([deliveryFor(one)], { ...options(), send: sender(down).send });
		const sub = await deliver([deliveryFor(two, { since: fixture().clock.now() })], { ...options(), canHold: false, send: sender(down).send });
		expect([...late, ...sub]).toMatchObject([{ state: 'failed', reason: 'provider_unavailable' }, { state: 'failed', reason: 'provider_unavailable' }]);
	});

	it('takes over the claims of a dead process, and calls unknown only what it was sending', async () => {
		await prepare(3);
		const dying = await fixture().another();
		const messages = people.map((one) => claimFor(one));
		const claimed = await dying.call('claimMessages', { node: sms, channel: 'sms', token: 'dying', messages });
		const sending = claimed[0]?.message as number;
		expect(await dying.call('markSending', { messages: [{ message: sending, token: 'dying' }] })).toEqual({ go: [sending] });
		dying.departures?.begin(sending);
		// While it lives, its messages are its own.
		const waiting = sender();
		expect((await deliver(people.map((one) => deliveryFor(one)), { ...options(), send: waiting.send })).map(({ state }) => state)).toEqual(['elsewhere', 'elsewhere', 'elsewhere']);
		await dying.close();
		const { messages: sentNow, send } = sender();
		const results = await deliver(people.map((one) => deliveryFor(one)), { ...options(), send });
		expect(results.map(({ state }) => state).sort()).toEqual(['sent', 'sent', 'unknown']);
		expect(sentNow).toHaveLength(2);
	});

	it('does not call unknown what a dead process had been refused and not asked for again', async () => {
		await prepare(1);
		const dying = await fixture().another();
		const refused = new Promise<void>((resolve) => {
			const send = async (_message: string, { beforeRequest, afterRefusal }: RequestLedger): Promise<GroupResult> => {
				await beforeRequest();
				await afterRefusal();
				resolve();
				return await new Promise<never>(() => {});
			};
			void deliver(people.map((one) => deliveryFor(one)), { ...options(), store: dying, send });
		});
		await refused;
		await dying.close();
		const { messages, send } = sender();
		expect(await deliver(people.map((one) => deliveryFor(one)), { ...options(), send })).toMatchObject([{ state: 'sent' }]);
		expect(messages).toHaveLength(1);
	});

	it('of messages that were refused together, calls unknown only those a dead process was asking for again', async () => {
		await prepare(8);
		let asks = 0;
		let underWay: () => void;
		const halved = new Promise<void>((resolve) => (underWay = resolve));
		// All eight are refused, then both halves; of the next four requests the process does not live to hear.
		const server = await startNotes(() => {
			if (++asks <= 3) return { status: 400 };
			if (asks === 5) underWay();
			return undefined;
		});
		const dying = await fixture().another();
		const attempt = attemptOptions<Note>();
		const notes = Object.assign(new Notes(server.url, { timeoutMs: 60_000 }), { concurrency: 2 });
		const asNote = (one: Released): Delivery<Note> => ({ ...deliveryFor(one), render: () => ({ ok: true, message: { id: `${one.person}`, group: 'g' } }) });
		void deliver(people.map(asNote), { ...options(), store: dying, send: async (note, ledger) => await attemptGroup([notes], note, { ...attempt.options, ...ledger }) }).catch(() => undefined);
		await halved;
		// Until the other half, which may have been refused at the same moment, is taken back in the store.
		await new Promise((resolve) => setTimeout(resolve, 500));
		await dying.close();
		attempt.close();
		await server.close();
		const left = server.asked().slice(3).flat();
		expect(left).toHaveLength(4);
		const { messages, send } = sender();
		const results = await deliver(people.map((one) => deliveryFor(one)), { ...options(), send });
		expect(people.filter((_, index) => results[index]?.state === 'unknown').map(({ person }) => `${person}`).sort()).toEqual(left.sort());
		expect(messages).toHaveLength(4);
	});

	it('keeps a process that lost its claim from sending, and takes its late answer for what was sent', async () => {
		await prepare(2);
		const [one, two] = people as [Released, Released];
		const slow = await fixture().another();
		const [first] = await slow.call('claimMessages', { node: sms, channel: 'sms', token: 'slow', messages: [claimFor(one)] });
		fixture().clock.advance(CLAIM_MS + 1);
		const { messages, send } = sender();
		expect(await deliver([deliveryFor(one)], { ...options(), send })).toMatchObject([{ state: 'sent' }]);
		expect(await slow.call('markSending', { messages: [{ message: first?.message as number, token: 'slow' }] })).toEqual({ go: [] });
		expect(messages).toHaveLength(1);

		const [second] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'mine', messages: [claimFor(two)] });
		const message = second?.message as number;
		await store.call('markSending', { messages: [{ message, token: 'mine' }] });
		await store.call('settleMessages', { settlements: [{ message, token: 'mine', state: 'unknown', reason: 'unknown_outcome', detail: null, provider: null, providerId: null }] });
		await store.call('settleMessages', { settlements: [{ message, token: 'mine', state: 'sent', reason: null, detail: null, provider: 'Twilio', providerId: 'SM2' }] });
		expect(await report(store, run)).toMatchObject({ sent: 2, unknown: 0 });
	});

	it('believes its owner that nothing has left, though it was taken for unknown meanwhile', async () => {
		await prepare(2);
		const asUnknown = async (message: number) =>
			await store.call('settleMessages', { settlements: [{ message, token: 'mine', state: 'unknown', reason: 'unknown_outcome', detail: 'no news', provider: null, providerId: null }] });
		const claimed = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'mine', messages: people.map((one) => claimFor(one)) });
		const [first, second] = claimed.map(({ message }) => message) as [number, number];
		for (const message of [first, second]) {
			await store.call('markSending', { messages: [{ message, token: 'mine' }] });
			await asUnknown(message);
		}
		await store.call('settleRelease', { token, end: 'success' });
		expect((await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toAnnounce).toMatchObject([{ state: 'finished' }]);
		// Refused for a passing reason: one waits for the next provider, the other at the sender.
		await store.call('unmarkSending', { messages: [{ message: first, token: 'mine' }] });
		expect(await store.call('markSending', { messages: [{ message: first, token: 'mine' }] })).toEqual({ go: [first] });
		const [, two] = people as [Released, Released];
		const hold = { message: second, token: 'mine', entry: two.entry, visit: 1, run, until: fixture().clock.now() + 1, payload: null, detail: 'P: 503' };
		await store.call('holdMessages', { node: sms, holds: [hold] });
		expect(await report(store, run)).toMatchObject({ state: 'running', unknown: 0, waiting: 2 });
		// Not where an operator has decided.
		await asUnknown(first);
		await store.call('leaveUnknown', { messages: [first] });
		await store.call('unmarkSending', { messages: [{ message: first, token: 'mine' }] });
		expect(await report(store, run)).toMatchObject({ unknown: 1, waiting: 1 });
	});

	it('keeps what the item carried until its message is settled, whoever sends it', async () => {
		await prepare(1);
		const dying = await fixture().another();
		await new Promise<void>((claimed) => {
			const send = async () => {
				claimed();
				return await new Promise<never>(() => {});
			};
			void deliver(people.map((one) => deliveryFor(one, { payload: '{"note":1}' })), { ...options(), store: dying, send });
		});
		await dying.close();
		await store.call('settleRelease', { token, end: 'success' });
		await store.call('recoverMessages', { campaignId: CAMPAIGN_ID });
		const back = await release(store, sms);
		expect(await store.call('messagesOfRelease', { node: sms, token: back?.token as string })).toMatchObject([{ key: '', payload: '{"note":1}' }]);
	});

	it('brings messages nobody works on any more back to their sender, and the run to its end', async () => {
		await prepare(2);
		const dying = await fixture().another();
		const claimed = await dying.call('claimMessages', { node: sms, channel: 'sms', token: 'dying', messages: people.map((one) => claimFor(one)) });
		const sending = claimed[0]?.message as number;
		await dying.call('markSending', { messages: [{ message: sending, token: 'dying' }] });
		dying.departures?.begin(sending);
		await store.call('settleRelease', { token, end: 'success' });
		await dying.close();
		await store.call('recoverMessages', { campaignId: CAMPAIGN_ID });
		expect(await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toEqual({ toAnnounce: [] });
		const back = await release(store, sms);
		expect(back?.people).toHaveLength(1);
		const [one] = back?.people as [Released];
		await deliver([deliveryFor(one, { visit: one.visit })], { ...options(), send: sender().send });
		await store.call('settleRelease', { token: back?.token as string, end: 'success' });
		expect(await report(store, run)).toMatchObject({ sent: 1, unknown: 1, waiting: 0 });
		expect(await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toEqual({ toAnnounce: [{ run, state: 'finished' }] });
		await store.call('announced', { run });
		expect(await store.call('finishRuns', { campaignId: CAMPAIGN_ID })).toEqual({ toAnnounce: [] });
	});
});
