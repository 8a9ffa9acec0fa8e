import { claimFor, CAMPAIGN_ID, node, release, addPeople, startRun } from '../../support/campaign';
import { describeStores } from '../../support/stores';
import type { RunReport } from '../../../engine/reports/run-report';
import { decide, everyState, send } from './situation';

const HOUR = 3_600_000;

function sumOf(report: RunReport): number {
	const notSent = Object.values(report.notSent).reduce((total, count) => total + count, 0);
	return report.sent + report.unknown + report.waiting + notSent + report.unaccounted;
}

describeStores('the report of a run', (fixture) => {
	const reportOf = async (run: number) => (await fixture().store.ask('runReport', { run })) as RunReport;

	it('gives everybody one outcome, and the numbers add up', async () => {
		const { store, clock } = fixture();
		const startedAt = clock.now();
		const { run } = await everyState(store, clock);
		const report = await reportOf(run);
		expect(report).toEqual({
			run, campaignId: CAMPAIGN_ID, campaignName: 'Test campaign', workflowId: 'workflow', runKey: 'now first', state: 'running',
			scheduledAt: startedAt, startedAt, finishedAt: null,
			qualified: 12, entered: 8, waiting: 6, heldNow: 2, sent: 1, unknown: 1,
			notSent: { invalid_recipient: 1, profile_not_reachable: 1, dnd_discarded: 1, left_workflow: 1 },
			failed: 1, receipts: {}, unaccounted: 0,
			conversions: 0, conversionEvents: 0, revenue: null, conversionRate: null, control: null, safetyCheck: null,
		});
		expect(sumOf(report)).toBe(12);
	});

	it('knows no run that does not exist', async () => {
		expect(await fixture().store.ask('runReport', { run: 77 })).toBeUndefined();
	});

	const precedence: Array<[string, Array<'sent' | 'unknown' | 'failed' | 'held' | 'dropped'>, Partial<RunReport>]> = [
		['a failed message, then one sent', ['failed', 'sent'], { sent: 1, failed: 0, notSent: {} }],
		['a message sent, then a failed one', ['sent', 'failed'], { sent: 1, failed: 0, notSent: {} }],
		['a message sent, then a drop', ['sent', 'dropped'], { sent: 1, notSent: {} }],
		['an unknown one, then one sent', ['unknown', 'sent'], { sent: 1, unknown: 0 }],
		['an unknown one, then a hold', ['unknown', 'held'], { unknown: 1, waiting: 0, heldNow: 1 }],
		['a message sent, then a hold', ['sent', 'held'], { sent: 1, waiting: 0, heldNow: 1 }],
		['a failed message, then a hold', ['failed', 'held'], { waiting: 1, failed: 0, notSent: {} }],
		['a failed message, then a drop', ['failed', 'dropped'], { failed: 0, notSent: { dnd_discarded: 1 } }],
		['a failed message', ['failed'], { failed: 1, notSent: { provider_rejected: 1 } }],
	];
	it.each(precedence)('counts %s', async (_name, events, expected) => {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 1));
		const released = await release(store, await node(store, 'trigger'));
		for (const [index, event] of events.entries()) {
			clock.advance(1_000);
			const people = (released?.people ?? []).map((one) => ({ ...one, visit: index }));
			if (event === 'held') await decide(store, 'gate', people, { kind: 'hold', until: clock.now() + HOUR });
			else if (event === 'dropped') await decide(store, 'gate', people, { kind: 'drop', reason: 'dnd_discarded' });
			else await send(store, `sender ${index}`, people, () => ({ state: event, reason: event === 'failed' ? 'provider_rejected' : null }));
		}
		await store.call('settleRelease', { token: released?.token as string, end: 'success' });
		const report = await reportOf(run);
		expect(report).toMatchObject(expected);
		expect(report.notSent).toEqual(expected.notSent ?? {});
		expect(sumOf(report)).toBe(1);
	});

	it('counts people whose execution still runs, and messages on their way, as waiting', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 3));
		const released = await release(store, await node(store, 'trigger'));
		await send(store, 'sms', (released?.people ?? []).slice(0, 1), () => 'being sent');
		expect(await reportOf(run)).toMatchObject({ qualified: 3, entered: 3, waiting: 3, heldNow: 0, sent: 0 });
	});

	it('accounts for people who were merged before they entered', async () => {
		const { store, clock } = fixture();
		const run = await startRun(store, await addPeople(store, 4), { blockSize: 4 });
		clock.advance(1_000);
		await store.call('ingest', { aliases: [{ from: 'p2', to: 'p3' }] });
		const released = await release(store, await node(store, 'trigger'));
		await send(store, 'sms', released?.people ?? [], () => ({ state: 'sent' }));
		await store.call('settleRelease', { token: released?.token as string, end: 'success' });
		const report = await reportOf(run);
		expect(report).toMatchObject({ qualified: 4, entered: 4, sent: 3, notSent: { merged_duplicate: 1 }, unaccounted: 0 });
		expect(sumOf(report)).toBe(4);
	});

	it('counts the items of a workflow without Campaign Trigger', async () => {
		const { store } = fixture();
		await addPeople(store, 1);
		const entries = await store.call('enterForeign', {
			workflowId: 'sheet', workflowName: 'Spreadsheet', items: [{ entryKey: 'row 1', userId: 'p1' }, { entryKey: 'row 2' }, { entryKey: 'row 3' }],
		});
		const sms = await node(store, 'sms');
		const run = entries[0]?.run as number;
		const messages = entries.slice(0, 2).map(({ entry, campaignId, person }) => ({ entry, visit: 0, key: '', run, campaignId, person, addressHash: String(entry) }));
		const claimed = await store.call('claimMessages', { node: sms, channel: 'sms', token: 't', messages });
		await store.call('settleMessages', {
			settlements: claimed.map(({ message }) => ({ message, token: 't', state: 'sent' as const, reason: null, detail: null, provider: null, providerId: null })),
		});
		const report = await reportOf(run);
		expect(report).toMatchObject({ campaignId: 'sheet/items', qualified: 3, entered: 3, sent: 2, notSent: { left_workflow: 1 } });
		expect(sumOf(report)).toBe(3);
	});

	it('lists the runs of a campaign and of a workflow, the latest first and scheduled ones last', async () => {
		const { store, clock } = fixture();
		const people = await addPeople(store, 2);
		const first = await startRun(store, people, { runKey: 'a' });
		clock.advance(HOUR);
		const second = await startRun(store, people, { runKey: 'b' });
		const published = await store.call('publishCampaign', {
			campaignId: CAMPAIGN_ID, workflowId: 'workflow', name: 'Test campaign', labels: [], byOperator: true,
			definition: { segment: { all: [] }, schedule: { kind: 'at', at: clock.now() + HOUR }, runKey: 'c', blockSize: 5, graceMs: 0, maxLatenessMs: HOUR },
		});
		const runs = await store.ask('runsOf', { campaignId: CAMPAIGN_ID });
		expect(runs.map(({ run, state, qualified }) => [run, state, qualified])).toEqual([
			[second, 'running', 2], [first, 'running', 2], [published.run?.run, 'scheduled', 0],
		]);
		expect(await store.ask('runsOf', { workflowId: 'workflow', limit: 1 })).toEqual(runs.slice(0, 1));
		expect(await store.ask('runsOf', { campaignId: 'nobody' })).toEqual([]);
		expect(await store.ask('listCampaigns', undefined)).toEqual([
			{
				id: CAMPAIGN_ID, name: 'Test campaign', workflowId: 'workflow', publishedAt: clock.now(),
				nextRunAt: clock.now() + HOUR, schedule: 'Once, at 2026-03-02 14:00 UTC',
			},
		]);
	});

	it('ends a refused second claim for the same message in one outcome', async () => {
		const { store } = fixture();
		const run = await startRun(store, await addPeople(store, 1));
		const released = await release(store, await node(store, 'trigger'));
		await send(store, 'sms', released?.people ?? [], () => ({ state: 'sent' }));
		const sms = await node(store, 'sms');
		await store.call('claimMessages', { node: sms, channel: 'sms', token: 'again', messages: (released?.people ?? []).map((one) => claimFor(one)) });
		expect(await reportOf(run)).toMatchObject({ sent: 1, entered: 1, qualified: 1 });
	});
});
