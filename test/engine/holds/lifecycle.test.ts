import { batchSize } from '../../../engine/holds/claim';
import { LEASE_MS } from '../../../engine/holds/states';
import type { Decision } from '../../../engine/holds/gate';
import type { Store } from '../../../engine/store/store';
import { describeStores } from '../../support/stores';
import { addPeople, claimFor, node, release, startRun } from '../../support/campaign';

const HOUR = 3_600_000;

describeStores('people on hold', (fixture, kind) => {
	it('releases everybody of a run once, in blocks', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 25);
		await startRun(store, people, { blockSize: 10 });
		const trigger = await node(store, 'trigger');
		const sizes: number[] = [];
		const seen: number[] = [];
		for (let next = await release(store, trigger); next; next = await release(store, trigger)) {
			sizes.push(next.people.length);
			seen.push(...next.people.map(({ person }) => person));
		}
		expect(sizes).toEqual([10, 10, 5]);
		expect(seen.sort((a, b) => a - b)).toEqual(people);
	});

	it('starts a run once, and a run key fires once', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 3);
		const run = await startRun(store, people);
		const trigger = await node(store, 'trigger');
		expect(await store.call('startRun', { run, node: trigger, people: Uint32Array.from(people) })).toEqual({ started: false });
		expect(await startRun(store, people)).toBe(run);
		expect((await release(store, trigger))?.people).toHaveLength(3);
		expect(await release(store, trigger)).toBeUndefined();
	});

	it('does not start a run when n8n merely comes up again', async () => {
		const { store } = fixture();
		const published = await store.call('publishCampaign', {
			campaignId: 'w:t', workflowId: 'w', name: 'n', labels: [], byOperator: false,
			definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'k', blockSize: 1, graceMs: 0, maxLatenessMs: 1 },
		});
		expect(published).toMatchObject({ created: false, run: undefined });
		expect(await store.call('dueRuns', { campaignId: 'w:t' })).toMatchObject({ due: [] });
	});

	it('counts a run overdue by more than the maximum lateness as missed', async () => {
		const { store, clock } = fixture();
		await store.call('publishCampaign', {
			campaignId: 'w:t', workflowId: 'w', name: 'n', labels: [], byOperator: true,
			definition: { segment: { all: [] }, schedule: { kind: 'at', at: clock.now() + HOUR }, runKey: 'k', blockSize: 1, graceMs: 0, maxLatenessMs: HOUR },
		});
		expect(await store.call('dueRuns', { campaignId: 'w:t' })).toEqual({ due: [], missed: [], nextAt: clock.now() + HOUR });
		clock.advance(2 * HOUR);
		expect((await store.call('dueRuns', { campaignId: 'w:t' })).due).toHaveLength(1);
		clock.advance(1);
		expect(await store.call('dueRuns', { campaignId: 'w:t' })).toMatchObject({ due: [], missed: [1] });
	});

	it('hands a claimed release to nobody else until its lease is void, then under a new token', async () => {
		const { store, clock } = fixture();
		await startRun(store, await addPeople(store, 4));
		const trigger = await node(store, 'trigger');
		const first = await release(store, trigger);
		expect(await release(store, trigger)).toBeUndefined();
		clock.advance(LEASE_MS - 1);
		await store.call('renewLeases', { releases: [{ token: first?.token as string, forMs: LEASE_MS, patienceMs: LEASE_MS }] });
		clock.advance(LEASE_MS - 1);
		expect(await release(store, trigger)).toBeUndefined();
		clock.advance(2);
		const second = await release(store, trigger);
		expect(second?.people).toHaveLength(4);
		expect(second?.token).not.toBe(first?.token);
		// The late first execution releases nobody, and its end changes nothing.
		expect(await store.call('openRelease', { token: first?.token as string, node: trigger })).toEqual([]);
		await store.call('settleRelease', { token: first?.token as string, end: 'success' });
		expect(await store.call('openRelease', { token: second?.token as string, node: trigger })).toHaveLength(4);
	});

	it('opens no release with a forged token, or at another node', async () => {
		const { store } = fixture();
		await startRun(store, await addPeople(store, 1));
		const first = await release(store, await node(store, 'trigger'));
		expect(await store.call('openRelease', { token: 'forged', node: await node(store, 'trigger') })).toEqual([]);
		expect(await store.call('openRelease', { token: first?.token as string, node: await node(store, 'other') })).toEqual([]);
	});

	it('takes over at once from a process that is gone, and from none that lives', async () => {
		const { store, another } = fixture();
		const other = await another();
		await startRun(store, await addPeople(store, 2));
		const trigger = await node(store, 'trigger');
		expect((await release(other, trigger))?.people).toHaveLength(2);
		expect(await release(store, trigger)).toBeUndefined();
		await other.close();
		expect((await release(store, trigger))?.people).toHaveLength(2);
	});

	it('takes nobody for having left in an execution that came after its process was gone', async () => {
		const { store, another } = fixture();
		const other = await another();
		const run = await startRun(store, await addPeople(store, 2));
		const trigger = await node(store, 'trigger');
		const { token } = (await release(other, trigger)) as { token: string };
		await other.close();
		expect(await store.call('openRelease', { token, node: trigger })).toEqual([]);
		await store.call('settleRelease', { token, end: 'success' });
		expect(await store.ask('runReport', { run })).toMatchObject({ notSent: {}, waiting: 2 });
		expect((await release(store, trigger))?.people).toHaveLength(2);
	});

	it('accounts for people who leave the workflow, not for those who go on', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 3));
		const [trigger, gate, sender] = [await node(store, 'trigger'), await node(store, 'gate'), await node(store, 'sender')];
		const first = await release(store, trigger);
		const [held, sent, gone] = first?.people ?? [];
		if (!first || !held || !sent || !gone) throw new Error('three people were to be released');
		await store.call('recordDecisions', {
			node: gate,
			arrivals: [
				{ entry: held.entry, visit: 1, run, decision: { kind: 'hold', until: Number.MAX_SAFE_INTEGER } },
				{ entry: gone.entry, visit: 1, run, decision: { kind: 'pass' } },
			],
		});
		await store.call('claimMessages', { node: sender, channel: 'sms', token: 't', messages: [claimFor(sent)] });
		await store.call('settleRelease', { token: first.token, end: 'success' });
		const { notSent, waiting } = (await store.ask('runReport', { run })) as { notSent: Record<string, number>; waiting: number };
		expect(notSent).toEqual({ left_workflow: 1 });
		expect(waiting).toBe(2);
	});

	it('repeats a failed execution in smaller and smaller batches, and gives up on one entry alone', async () => {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 64));
		const trigger = await node(store, 'trigger');
		const sizes: number[][] = [[], [], [], [], []];
		for (let guard = 0; guard < 500; guard++) {
			const next = await release(store, trigger, 64);
			if (!next) {
				const { nextDue } = await store.call('claimRelease', { node: trigger, limit: 64 });
				if (nextDue === undefined) break;
				clock.set(nextDue);
				continue;
			}
			sizes[next.attempt - 1]?.push(next.people.length);
			// One poisonous person fails every batch they are in.
			const poisoned = next.people.some(({ entry }) => entry === 7);
			await store.call('settleRelease', { token: next.token, end: poisoned ? 'failed' : 'success' });
		}
		expect(sizes.map((batch) => Math.max(...batch))).toEqual([64, 32, 8, 1, 1]);
		const report = (await store.ask('runReport', { run })) as { notSent: Record<string, number> };
		expect(report.notSent).toEqual({ execution_failed: 1, left_workflow: 63 });
	});

	it('lets the last attempt be everybody\'s own, whatever the batch', () => {
		for (const limit of [1, 500, 5000]) expect(batchSize(limit, 4)).toBe(1);
	});

	it('pauses the campaign when an execution was stopped by hand, until it is published again', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 2);
		await startRun(store, people);
		const trigger = await node(store, 'trigger');
		const first = await release(store, trigger);
		await store.call('settleRelease', { token: first?.token as string, end: 'canceled' });
		expect(await store.call('claimRelease', { node: trigger, limit: 9 })).toEqual({ paused: 'An execution was stopped by hand' });
		await store.call('resumeWorkflow', { workflowId: 'workflow' });
		expect((await release(store, trigger))?.people).toHaveLength(2);
	});

	it('gives a second delivery the decision of the first', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 1));
		const gate = await node(store, 'gate');
		const entry = (await release(store, await node(store, 'trigger')))?.people[0]?.entry as number;
		const arrivals = [{ entry, visit: 1, run, decision: { kind: 'pass' as const } }];
		expect(await store.call('recordDecisions', { node: gate, arrivals })).toEqual({ decided: [{ entry, visit: 1 }] });
		const later = [{ entry, visit: 1, run, decision: { kind: 'drop' as const, reason: 'dnd_discarded' as const } }];
		expect(await store.call('recordDecisions', { node: gate, arrivals: later })).toEqual({ decided: [] });
		expect(await store.call('lookUpArrivals', { node: gate, arrivals: [{ entry, visit: 1 }] })).toMatchObject([{ recorded: 4 }]);
		const report = (await store.ask('runReport', { run })) as { notSent: Record<string, number> };
		expect(report.notSent).toEqual({});
	});

	it('enters merged people once and accounts for the others, and for the erased', async () => {
		const { store } = fixture();
		const people = await addPeople(store, 4);
		const run = await startRun(store, people);
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }] });
		await store.call('erasePerson', { name: { id: 'p3' } });
		const first = await release(store, await node(store, 'trigger'));
		expect(first?.people.map(({ person }) => person).sort()).toEqual([people[1], people[3]]);
		await store.call('settleRelease', { token: first?.token as string, end: 'success' });
		const report = (await store.ask('runReport', { run })) as { notSent: Record<string, number>; qualified: number };
		expect(report).toMatchObject({ qualified: 4, notSent: { merged_duplicate: 1, erased: 1, left_workflow: 2 } });
	});

	it('accounts for people merged across blocks', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 6), { blockSize: 1 });
		await store.call('ingest', { aliases: [{ from: 'p1', to: 'p2' }, { from: 'p3', to: 'p2' }] });
		const trigger = await node(store, 'trigger');
		for (let next = await store.call('claimRelease', { node: trigger, limit: 1 }); next.release; next = await store.call('claimRelease', { node: trigger, limit: 1 })) {
			await store.call('settleRelease', { token: next.release.token, end: 'success' });
		}
		expect(await store.ask('runReport', { run })).toMatchObject({ qualified: 6, unaccounted: 0, notSent: { merged_duplicate: 2, left_workflow: 4 } });
	});

	it('lets one of two executions decide about an entry that both of them have', async () => {
		const { store, another } = fixture();
		const run = await startRun(store, await addPeople(store, 40));
		const gate = await node(store, 'gate');
		const entries = ((await release(store, await node(store, 'trigger')))?.people ?? []).map(({ entry }) => entry);
		const decide = async (by: Store, decision: Decision) =>
			await by.call('recordDecisions', { node: gate, arrivals: entries.map((entry) => ({ entry, visit: 1, run, decision })) });
		const [passed, held, dropped] = await Promise.all([
			decide(store, { kind: 'pass' }),
			decide(await another(), { kind: 'hold', until: Number.MAX_SAFE_INTEGER }),
			decide(await another(), { kind: 'drop', reason: 'dnd_discarded' }),
		]);
		const all = [passed, held, dropped].flatMap(({ decided }) => decided.map(({ entry }) => entry));
		expect(all.sort((a, b) => a - b)).toEqual(entries.sort((a, b) => a - b));
		const report = await store.ask('runReport', { run });
		expect(report?.notSent).toEqual(dropped.decided.length > 0 ? { dnd_discarded: dropped.decided.length } : {});
	});

	if (kind === 'postgres') {
		it('never gives one entry to two claimers', async () => {
			const { store, another } = fixture();
			const others = [store, await another(), await another(), await another()];
			await startRun(store, await addPeople(store, 400), { blockSize: 10 });
			const trigger = await node(store, 'trigger');
			const taken = await Promise.all(
				others.map(async (one) => {
					const mine: number[] = [];
					for (let next = await release(one, trigger, 10); next; next = await release(one, trigger, 10)) {
						mine.push(...next.people.map(({ entry }) => entry));
					}
					return mine;
				}),
			);
			const all = taken.flat();
			expect(all).toHaveLength(400);
			expect(new Set(all).size).toBe(400);
		});
	}
});
