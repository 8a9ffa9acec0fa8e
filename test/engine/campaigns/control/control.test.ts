import { Conductor } from '../../../../engine/campaigns/conductor';
import { endNode, endRun } from '../../../../engine/campaigns/control/end-run';
import type { Store } from '../../../../engine/store/store';
import { everyState } from '../../reports/situation';
import { addPeople, CAMPAIGN_ID, node, release, startRun } from '../../../support/campaign';
import { describeStores } from '../../../support/stores';

const HOUR = 3_600_000;

/** Publishes the campaign as it is, with these nodes in its workflow. */
async function publish(store: Store, more: { runKey?: string; schedule?: { kind: 'now' } | { kind: 'items' }; nodes?: string[]; graceMs?: number; version?: string } = {}) {
	const { runKey = 'now first', schedule = { kind: 'now' }, nodes, graceMs = 0, version } = more;
	return await store.call('publishCampaign', {
		campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Test campaign', labels: [], byOperator: true, nodes, workflowVersion: version,
		definition: { segment: { all: [] }, schedule, runKey, blockSize: 8, graceMs, maxLatenessMs: 24 * HOUR },
	});
}

const conduct = async (store: Store, announced: string[] = []) => {
	const conductor = new Conductor({
		store, campaignId: CAMPAIGN_ID, node: await node(store, 'trigger'),
		announce: async (run, state) => {
			announced.push(`${run} ${state}`);
			return true;
		},
	});
	await conductor.beat();
	await new Promise((resolve) => setTimeout(resolve, 50));
	return announced;
};
const report = async (store: Store, run: number) => {
	const found = await store.ask('runReport', { run });
	if (!found) throw new Error(`there is no run ${run}`);
	const { qualified, waiting, sent, unknown, notSent, unaccounted, state } = found;
	return { qualified, waiting, sent, unknown, notSent, unaccounted, state };
};

describeStores('pausing and resuming', (fixture) => {
	it('releases nobody in between, and loses nobody', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 3));
		const trigger = await node(store, 'trigger');
		expect(await store.call('pauseByOperator', { campaignId: CAMPAIGN_ID, reason: 'A mistake' })).toEqual({ pausedReason: 'A mistake', changed: true });
		expect(await store.call('pauseByOperator', { campaignId: CAMPAIGN_ID, reason: 'Another' })).toEqual({ pausedReason: 'A mistake', changed: false });
		expect(await release(store, trigger)).toBeUndefined();
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({ state: 'paused', pausedReason: 'A mistake' });
		clock.advance(HOUR);
		expect(await store.call('resumeCampaign', { campaignId: CAMPAIGN_ID })).toEqual({ pausedReason: 'A mistake', due: 3, tooLate: 0 });
		expect(await store.call('resumeCampaign', { campaignId: CAMPAIGN_ID })).toMatchObject({ pausedReason: undefined });
		expect((await release(store, trigger))?.people).toHaveLength(3);
	});

	it('says who has become too late', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 3));
		await store.call('pauseByOperator', { campaignId: CAMPAIGN_ID, reason: 'A mistake' });
		clock.advance(25 * HOUR);
		expect(await store.call('resumeCampaign', { campaignId: CAMPAIGN_ID })).toEqual({ pausedReason: 'A mistake', due: 0, tooLate: 3 });
	});

	it('asks for a campaign that there is', async () => {
		const { store } = fixture();
		for (const name of ['pauseByOperator', 'resumeCampaign', 'stopRuns', 'startNewRun'] as const) {
			await expect(store.call(name, { campaignId: 'none', reason: '' } as never)).rejects.toMatchObject({ code: 'campaign_unknown' });
		}
		await expect(store.ask('campaignStatus', { campaignId: 'none' })).rejects.toMatchObject({ code: 'campaign_unknown' });
	});
});

describeStores('stopping', (fixture) => {
	it('ends whoever waits, wherever they wait, and sees to its end what is being sent', async () => {
		const { store, clock } = fixture();
		const { run } = await everyState(store, clock);
		const before = await report(store, run);
		expect(before.waiting).toBe(6);
		const sending = await store.call('claimMessages', {
			node: await node(store, 'sms'), channel: 'sms', token: 'now',
			messages: [{ entry: 8, visit: 5, key: '', run, campaignId: CAMPAIGN_ID, person: 1, addressHash: 'x' }],
		});
		await store.call('markSending', { messages: [{ message: sending[0]?.message as number, token: 'now' }] });

		expect(await store.call('stopRuns', { campaignId: CAMPAIGN_ID })).toEqual({ runs: [{ run, was: 'running' }] });
		const ended = await endRun(store, run);
		expect(ended).toBe(6);
		const message = sending[0]?.message as number;
		const settlement = { message, token: 'now', state: 'sent' as const, reason: null, detail: null, provider: 'P', providerId: '1' };
		await store.call('settleMessages', { settlements: [settlement] });
		const after = await report(store, run);
		expect(after).toMatchObject({ state: 'stopped', waiting: 0, unaccounted: 0, qualified: 12 });
		expect(after.notSent.campaign_stopped).toBeGreaterThanOrEqual(5);
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({ state: 'stopped' });
		expect(await conduct(store)).toEqual([`${run} stopped`]);
	});

	it('is finished by the trigger where the operator was cut short, and announced then', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 25), { blockSize: 4 });
		await store.call('stopRuns', { run });
		await store.call('endStopped', { run });
		expect((await report(store, run)).waiting).toBe(21);
		const announced = await conduct(store);
		expect(await report(store, run)).toMatchObject({ waiting: 0, notSent: { campaign_stopped: 25 }, unaccounted: 0 });
		expect(await conduct(store, announced)).toEqual([`${run} stopped`]);
	});

	it('lets nobody go on who is out in an execution', async () => {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 2));
		const trigger = await node(store, 'trigger');
		const out = await release(store, trigger);
		await store.call('stopRuns', { run });
		expect(await endRun(store, run)).toBe(0);
		const claimed = await store.call('claimMessages', {
			node: await node(store, 'sms'), channel: 'sms', token: 't',
			messages: (out?.people ?? []).map(({ entry, visit, campaignId, person }) => ({ entry, visit: visit + 1, key: '', run, campaignId, person, addressHash: `${person}` })),
		});
		expect(claimed.map(({ mine, reason }) => [mine, reason])).toEqual([[false, 'campaign_stopped'], [false, 'campaign_stopped']]);
		// One whose process died comes back to be ended.
		clock.advance(31_000);
		expect(await endRun(store, run)).toBe(2);
		expect(await report(store, run)).toMatchObject({ waiting: 0, notSent: { campaign_stopped: 2 } });
	});

	it('keeps scheduled runs from starting, and refuses to end people of a run that goes on', async () => {
		const { store, clock } = fixture();
		const { run } = await publish(store, { graceMs: HOUR });
		await expect(store.call('endStopped', { run: run?.run as number })).rejects.toMatchObject({ code: 'run_not_stopped' });
		expect(await store.call('stopRuns', { campaignId: CAMPAIGN_ID })).toEqual({ runs: [{ run: run?.run, was: 'scheduled' }] });
		clock.advance(2 * HOUR);
		expect((await store.call('dueRuns', { campaignId: CAMPAIGN_ID })).due).toEqual([]);
		// Published again under the same name it stays stopped.
		await publish(store);
		expect((await store.call('dueRuns', { campaignId: CAMPAIGN_ID })).due).toEqual([]);
		await expect(store.call('stopRuns', { run: 99 })).rejects.toMatchObject({ code: 'run_unknown' });
	});

	it('recovers what a dead process was sending of a stopped run', async () => {
		const { store, another } = fixture();
		const run = await startRun(store, await addPeople(store, 2));
		const other = await another();
		const out = await release(other, await node(store, 'trigger'));
		const sms = await node(store, 'sms');
		const messages = (out?.people ?? []).map(({ entry, visit, campaignId, person }) => ({ entry, visit: visit + 1, key: '', run, campaignId, person, addressHash: `${person}` }));
		const claimed = await other.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages });
		await other.call('markSending', { messages: [{ message: claimed[0]?.message as number, token: 't' }] });
		other.departures?.begin(claimed[0]?.message as number);
		await other.call('settleRelease', { token: out?.token as string, end: 'success' });
		await store.call('stopRuns', { run });
		await other.close();
		await conduct(store);
		expect(await conduct(store)).toEqual([`${run} stopped`]);
		expect(await report(store, run)).toMatchObject({ waiting: 0, unknown: 1, notSent: { campaign_stopped: 1 } });
	});
});

describeStores('a new run', (fixture) => {
	it('of a completed campaign goes to whoever is in the segment then, and survives that it is published', async () => {
		const { store, clock } = fixture();
		await addPeople(store, 2);
		await publish(store);
		await conduct(store);
		await expect(store.call('startNewRun', { campaignId: CAMPAIGN_ID })).rejects.toMatchObject({ code: 'run_not_over' });
		await store.call('stopRuns', { campaignId: CAMPAIGN_ID });
		const { run, state } = await store.call('startNewRun', { campaignId: CAMPAIGN_ID });
		expect(state).toBe('scheduled');
		await expect(store.call('startNewRun', { campaignId: CAMPAIGN_ID })).rejects.toMatchObject({ code: 'run_not_over' });
		await publish(store);
		await addPeople(store, 5);
		clock.advance(1);
		await conduct(store);
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({
			state: 'running', runs: [{ run, state: 'running', qualified: 5 }, { state: 'stopped' }],
		});
	});

	it('is not for a campaign with a schedule of its own', async () => {
		const { store } = fixture();
		await publish(store, { schedule: { kind: 'items' }, runKey: 'items' });
		await expect(store.call('startNewRun', { campaignId: CAMPAIGN_ID })).rejects.toMatchObject({ code: 'not_send_now' });
	});

	it('asked for twice at once is one', async () => {
		const { store, another } = fixture();
		await publish(store);
		await store.call('stopRuns', { campaignId: CAMPAIGN_ID });
		const stores = [store, await another(), await another()];
		const results = await Promise.allSettled(stores.map(async (one) => await one.call('startNewRun', { campaignId: CAMPAIGN_ID })));
		expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
	});
});

describeStores('unknown messages', (fixture) => {
	async function oneUnknown(payload: string | null = '{"order":7}') {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 1));
		const out = await release(store, await node(store, 'trigger'));
		const sms = await node(store, 'sms');
		const [person] = out?.people ?? [];
		if (!person) throw new Error('nobody was released');
		const claim = { entry: person.entry, visit: 1, key: '', run, campaignId: CAMPAIGN_ID, person: person.person, addressHash: 'x', payload };
		const [claimed] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages: [claim] });
		const message = claimed?.message as number;
		await store.call('markSending', { messages: [{ message, token: 't' }] });
		await store.call('settleMessages', { settlements: [{ message, token: 't', state: 'unknown', reason: 'unknown_outcome', detail: 'time-out', provider: 'P', providerId: null }] });
		await store.call('settleRelease', { token: out?.token as string, end: 'success' });
		await conduct(store);
		return { run, sms, message, claim };
	}
	const list = async () => await fixture().store.ask('unknownMessages', { campaignId: CAMPAIGN_ID });

	it('are listed with what their item carried', async () => {
		const { run, message } = await oneUnknown();
		expect(await list()).toEqual([
			{ message, id: 'p1', run, node: 'sms', channel: 'sms', provider: 'P', detail: 'time-out', sentAt: fixture().clock.now(), payload: '{"order":7}' },
		]);
		expect(await fixture().store.ask('unknownMessages', { campaignId: CAMPAIGN_ID, run: run + 1 })).toEqual([]);
		expect(await fixture().store.ask('unknownMessages', { campaignId: CAMPAIGN_ID, after: message })).toEqual([]);
	});

	it('are left as they are once, and keep nothing then', async () => {
		const { store } = fixture();
		const { run, message } = await oneUnknown();
		expect(await store.call('leaveUnknown', { messages: [message] })).toEqual({ left: [message] });
		expect(await store.call('leaveUnknown', { messages: [message] })).toEqual({ left: [] });
		expect(await store.call('sendUnknownAgain', { messages: [message] })).toEqual({ waiting: [] });
		expect(await list()).toEqual([]);
		expect(await report(store, run)).toMatchObject({ unknown: 1, state: 'finished' });
	});

	it('are sent again by their sender, once, in a run that runs until then', async () => {
		const { store, clock } = fixture();
		const { run, sms, message, claim } = await oneUnknown();
		expect((await report(store, run)).state).toBe('finished');
		clock.advance(48 * HOUR);
		expect(await store.call('sendUnknownAgain', { messages: [message] })).toEqual({ waiting: [message] });
		expect(await store.call('sendUnknownAgain', { messages: [message] })).toEqual({ waiting: [] });
		expect(await report(store, run)).toMatchObject({ state: 'running', waiting: 1, unknown: 0 });
		const out = await release(store, sms);
		expect(await store.call('messagesOfRelease', { token: out?.token as string, node: sms })).toMatchObject([{ key: '', payload: '{"order":7}' }]);
		const [again] = await store.call('claimMessages', { node: sms, channel: 'sms', token: 'again', messages: [claim] });
		expect(again).toMatchObject({ message, mine: true, state: 'claimed' });
		await store.call('markSending', { messages: [{ message, token: 'again' }] });
		await store.call('settleMessages', { settlements: [{ message, token: 'again', state: 'sent', reason: null, detail: null, provider: 'P', providerId: '1' }] });
		await store.call('settleRelease', { token: out?.token as string, end: 'success' });
		expect(await conduct(store)).toEqual([`${run} finished`]);
		expect(await report(store, run)).toMatchObject({ state: 'finished', sent: 1, unknown: 0 });
		expect(await list()).toEqual([]);
	});

	it('of a person who was erased keep nothing, and go nowhere', async () => {
		const { store } = fixture();
		const { message, claim, sms } = await oneUnknown();
		await store.call('erasePerson', { name: { id: 'p1' } });
		expect(await list()).toMatchObject([{ message, id: null, payload: null, detail: null }]);
		await store.call('sendUnknownAgain', { messages: [message] });
		await release(store, sms);
		expect(await store.call('claimMessages', { node: sms, channel: 'sms', token: 'again', messages: [claim] })).toMatchObject([{ mine: false, reason: 'erased' }]);
	});
});

describeStores('removed nodes', (fixture) => {
	async function heldAtGate() {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 3));
		const gate = await node(store, 'gate');
		const out = await release(store, await node(store, 'trigger'));
		const arrivals = (out?.people ?? []).map(({ entry }) => ({ entry, visit: 1, run, decision: { kind: 'hold' as const, until: clock.now() + HOUR } }));
		await store.call('recordDecisions', { node: gate, arrivals });
		await store.call('settleRelease', { token: out?.token as string, end: 'success' });
		return { run, gate };
	}

	it('are told of when the workflow is published without them, until they are back', async () => {
		const { store, clock } = fixture();
		const { gate } = await heldAtGate();
		expect((await publish(store, { nodes: ['trigger', 'gate'] })).removed).toEqual([]);
		const removed = [{ node: gate, name: 'gate', type: 'test', removedAt: clock.now(), waiting: 3 }];
		expect((await publish(store, { nodes: ['trigger'] })).removed).toEqual(removed);
		clock.advance(5);
		expect((await publish(store, { nodes: ['trigger'] })).removed).toEqual(removed);
		expect(await store.ask('removedNodes', { campaignId: CAMPAIGN_ID })).toEqual(removed);
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({ removedNodes: removed });
		expect((await publish(store, { nodes: ['trigger', 'gate'] })).removed).toEqual([]);
	});

	it.each(['left_workflow', 'workflow_deleted'] as const)('give their people up as %s, and only while they are removed', async (reason) => {
		const { store } = fixture();
		const { run, gate } = await heldAtGate();
		await expect(endNode(store, gate, reason)).rejects.toMatchObject({ code: 'node_not_removed' });
		await publish(store, { nodes: ['trigger'] });
		expect(await endNode(store, gate, reason)).toBe(3);
		expect(await endNode(store, gate, reason)).toBe(0);
		await conduct(store);
		expect(await report(store, run)).toMatchObject({ state: 'finished', waiting: 0, notSent: { [reason]: 3 } });
		expect(await store.ask('removedNodes', { campaignId: CAMPAIGN_ID })).toEqual([]);
	});

	it('lose nobody when their workflow is published changed', async () => {
		const { store, clock } = fixture();
		const { run, gate } = await heldAtGate();
		await publish(store, { nodes: ['trigger'], version: 'b' });
		await publish(store, { nodes: ['trigger', 'gate'], version: 'c' });
		clock.advance(2 * HOUR);
		expect((await release(store, gate))?.people).toHaveLength(3);
		expect(await store.ask('campaignStatus', { campaignId: CAMPAIGN_ID })).toMatchObject({ workflowVersion: 'c', runs: [{ run, workflowVersion: null }] });
	});
});

describeStores('people handed in by items', (fixture) => {
	const hand = async (ids: string[], key = '', store = fixture().store) => {
		const people = ids.map((userId) => ({ userId, key, payload: `{"for":"${userId}"}` }));
		return await store.call('handIn', { campaignId: CAMPAIGN_ID, people });
	};
	const open = async () => (await publish(fixture().store, { schedule: { kind: 'items' }, runKey: 'items' })).run?.run as number;

	it('come in once per run, with what their items carry', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 3);
		const trigger = await node(store, 'trigger');
		const run = await open();
		expect(await hand(['p1', 'p2', 'nobody', 'p1'])).toEqual({ run, outcomes: ['added', 'added', 'unknown', 're_entry'] });
		// Such ids nobody can have; whoever is handed in with them comes in all the same.
		expect(await hand(['p1', 'p\0', 'p\ud83d'])).toEqual({ run, outcomes: ['re_entry', 'unknown', 'unknown'] });
		expect(await hand(['p2', 'p3'])).toEqual({ run, outcomes: ['re_entry', 'added'] });
		const out = await release(store, trigger);
		expect(out?.people.map(({ person, payload, visit }) => [person, payload, visit]).sort()).toEqual([
			[people[0], '{"for":"p1"}', 0], [people[1], '{"for":"p2"}', 0], [people[2], '{"for":"p3"}', 0],
		]);
		await store.call('settleRelease', { token: out?.token as string, end: 'success' });
		// The run stays open, and through a publication of another form of the workflow.
		expect(await conduct(store)).toEqual([]);
		expect(await open()).toBe(run);
		expect(await report(store, run)).toMatchObject({ state: 'running', qualified: 3, unaccounted: 0 });
	});

	it('come in again under another key, and under each key once', async () => {
		const { store } = fixture();
		await addPeople(store, 1);
		await node(store, 'trigger');
		await open();
		expect((await hand(['p1'], 'a')).outcomes).toEqual(['added']);
		expect((await hand(['p1'], 'a')).outcomes).toEqual(['re_entry']);
		expect((await hand(['p1'], 'b')).outcomes).toEqual(['added']);
	});

	it('come in once when several processes hand them in at the same time', async () => {
		const { store, another } = fixture();
		await addPeople(store, 20);
		await node(store, 'trigger');
		await open();
		const ids = Array.from({ length: 20 }, (_, index) => `p${index + 1}`);
		const stores = [store, await another(), await another()];
		const all = await Promise.all(stores.flatMap((one) => [ids, [...ids].reverse()].map(async (some) => (await hand(some, '', one)).outcomes)));
		expect(all.flat().filter((outcome) => outcome === 'added')).toHaveLength(20);
		const out = await release(store, await node(store, 'trigger'));
		expect(new Set(out?.people.map(({ person }) => person)).size).toBe(20);
		expect(out?.people).toHaveLength(20);
	});

	it('are whom they were merged into, and nobody once erased', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 3);
		const trigger = await node(store, 'trigger');
		await open();
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		await store.call('erasePerson', { name: { id: 'p3' } });
		expect((await hand(['p1', 'p2', 'p3'])).outcomes).toEqual(['added', 're_entry', 'unknown']);
		expect((await release(store, trigger))?.people).toMatchObject([{ person: people[1] }]);
	});

	it('are refused by a campaign that was stopped, and taken by the next run of it', async () => {
		const { store } = fixture();
		await addPeople(store, 2);
		await node(store, 'trigger');
		const run = await open();
		await hand(['p1']);
		await store.call('stopRuns', { campaignId: CAMPAIGN_ID });
		expect(await endRun(store, run)).toBe(1);
		await expect(hand(['p2'])).rejects.toMatchObject({ code: 'campaign_not_open', message: expect.stringContaining('it was stopped') });
		const next = await open();
		expect(next).not.toBe(run);
		expect((await hand(['p1'])).outcomes).toEqual(['added']);
	});

	it('are refused by a campaign of another kind, whose open run finishes when it changes', async () => {
		const { store } = fixture();
		await addPeople(store, 1);
		await node(store, 'trigger');
		const run = await open();
		await publish(store, { graceMs: HOUR });
		await expect(hand(['p1'])).rejects.toMatchObject({ code: 'campaign_not_open' });
		expect(await conduct(store)).toEqual([`${run} finished`]);
	});
});

describeStores('a run whose saved segment was deleted', (fixture) => {
	it('still knows whom it selected, and the report still answers', async () => {
		const { store } = fixture();
		await addPeople(store, 2);
		await store.call('saveSegment', { name: 'VIP', rule: { profile: 'phone', is: 'exists' } });
		const run = await startRun(store, [1], { segment: { segment: 'VIP' } });
		await store.call('deleteSegment', { reference: 'VIP', evenIfUsed: true });
		expect(await store.call('segmentsOfRuns', { runs: [run] })).toEqual([{ run, segment: { profile: 'phone', is: 'exists' } }]);
		const story = await store.ask('personStory', { name: { id: 'p2' }, run });
		expect(story.runs[0]?.summary).toMatch(/^Was not selected when the run started at .* satisfies the rule/);
	});

	it('says so in the report where what it names is gone', async () => {
		const { store } = fixture();
		await addPeople(store, 2);
		const { id: list } = await store.call('createList', { name: 'Guests' });
		const run = await startRun(store, [1], { segment: { list } });
		await store.call('deleteList', { reference: list, evenIfUsed: true });
		const story = await store.ask('personStory', { name: { id: 'p2' }, run });
		expect(story.runs[0]?.summary).toMatch(/Why cannot be said any more: .*there is no custom list/);
	});
});
