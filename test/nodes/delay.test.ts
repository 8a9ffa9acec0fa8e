import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, campaignItems, chain, idsOf, own, rowsOfStore } from '../support/campaign-workflow';
import { execute, publish, type Execution } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

/** Monday, 2 March 2026, 22:30 in UTC. */
const LATE = Date.UTC(2026, 2, 2, 22, 30);
const HOUR = 3_600_000;
const store = useNodeStore(() => LATE - Date.now());

const forHours = (amount: number): INodeParameters => ({ waitFor: 'time', amount, unit: 'hours' });
const untilNine: INodeParameters = { waitFor: 'timeOfDay', timeOfDay: '09:00', days: [1, 2, 3, 4, 5, 6, 7], zone: 'person' };
const untilCharged: INodeParameters = { waitFor: 'event', event: 'Charged', timeoutAmount: 2, timeoutUnit: 'hours' };

async function run(parameters: INodeParameters, items: IDataObject[], mode: 'trigger' | 'manual' = 'trigger'): Promise<Execution> {
	const workflow = chain(own('Campaign', 'campaignTrigger'), own('Later', 'delay', parameters));
	return await execute({ workflow, nodes: CAMPAIGN_NODES, start: 'Later', items, mode });
}

const outputs = (result: Execution, count = 2) => Array.from({ length: count }, (_, output) => idsOf(result.json('Later', output)).sort());
const waits = () => {
	const { hold = [], node = [] } = rowsOfStore();
	const here = node.find(({ name }) => name === 'Later')?.node;
	return hold.filter((row) => row.node === here && row.state === 0).map(({ due_at }) => new Date(due_at as number).toISOString()).sort();
};
const setTime = (time: number) => void ((store().clock as { now: () => number }).now = () => time);

async function releaseDue(): Promise<string> {
	const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Later', type: 'n8n-nodes-campaigns.delay' });
	const { release } = await store().call('claimRelease', { node, limit: 500 });
	return release?.token ?? 'nobody is due';
}
const come = async (parameters: INodeParameters) => await run(parameters, [{ campaignRelease: { token: await releaseDue() } }]);

describe('for a time', () => {
	test('everybody is held for it, and then goes on', async () => {
		setTime(LATE);
		const items = await campaignItems(store(), 2);
		expect(outputs(await run(forHours(3), items))).toEqual([[], []]);
		expect(waits()).toEqual(['2026-03-03T01:30:00.000Z', '2026-03-03T01:30:00.000Z']);
		setTime(LATE + 3 * HOUR);
		const result = await come(forHours(3));
		expect(outputs(result)).toEqual([['p1', 'p2'], []]);
		expect(result.json('Later')[0]).toMatchObject({ campaign: { visit: 2 } });
	});

	test('who comes by again in a loop waits again', async () => {
		setTime(LATE);
		let items = await campaignItems(store(), 1);
		for (let week = 1; week <= 3; week++) {
			expect(outputs(await run({ waitFor: 'time', amount: 1, unit: 'weeks' }, items))).toEqual([[], []]);
			setTime(LATE + week * 168 * HOUR);
			const token = await releaseDue();
			const result = await run({ waitFor: 'time', amount: 1, unit: 'weeks' }, [{ campaignRelease: { token } }]);
			items = result.json('Later');
			expect(items).toMatchObject([{ campaign: { visit: week + 1 } }]);
			await store().call('settleRelease', { token, end: 'success' });
		}
	});

	test('who waits less than it has become by now waits on', async () => {
		setTime(LATE);
		await run(forHours(1), await campaignItems(store(), 1));
		setTime(LATE + HOUR);
		expect(outputs(await come(forHours(2)))).toEqual([[], []]);
		expect(waits()).toEqual(['2026-03-03T00:30:00.000Z']);
	});

	test('by hand it is only said', async () => {
		setTime(LATE);
		const items = await campaignItems(store(), 1);
		const before = rowsOfStore();
		const result = await run(forHours(1), items, 'manual');
		expect(result.json('Later')).toMatchObject([{ preview: { Later: 'would be held until 2026-03-02T23:30:00.000Z' } }]);
		expect(rowsOfStore()).toEqual(before);
	});
});

describe('until a local time of day', () => {
	async function three(): Promise<IDataObject[]> {
		setTime(LATE);
		await store().call('ingest', { profiles: [{ id: 'p2', timezone: 'Asia/Tokyo' }, { id: 'p3', timezone: 'America/New_York' }] });
		return await campaignItems(store(), 3);
	}

	test('people wait for it on their own clocks', async () => {
		await run(untilNine, await three());
		expect(waits()).toEqual(['2026-03-03T00:00:00.000Z', '2026-03-03T09:00:00.000Z', '2026-03-03T14:00:00.000Z']);
	});

	test("or on the account's, on some days", async () => {
		await run({ ...untilNine, zone: 'account', days: [4] }, await three());
		expect(waits()).toEqual(Array(3).fill('2026-03-05T09:00:00.000Z'));
	});

	test('who has moved to a zone where it is yet to come waits on, and who is late goes on', async () => {
		await run(untilNine, (await three()).slice(0, 1));
		await store().call('ingest', { profiles: [{ id: 'p1', timezone: 'America/New_York' }] });
		setTime(Date.UTC(2026, 2, 3, 9));
		expect(outputs(await come(untilNine))).toEqual([[], []]);
		expect(waits()).toEqual(['2026-03-03T14:00:00.000Z']);
		setTime(Date.UTC(2026, 2, 3, 15));
		expect(outputs(await come(untilNine))).toEqual([['p1'], []]);
	});
});

describe('until an event', () => {
	const charged = async (user: string, ts: number) => await store().ingest({ events: [{ user, name: 'Charged', ts, properties: {} }] });

	test('who did it leaves by Happened, who did not by Timed Out at the end', async () => {
		setTime(LATE);
		await run(untilCharged, await campaignItems(store(), 3));
		setTime(LATE + HOUR);
		await charged('p2', LATE + HOUR - 1);
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Later', type: 'n8n-nodes-campaigns.delay' });
		const { holds } = await store().ask('awaitedHolds', { node, awaited: { event: 'Charged', where: [] }, timeoutMs: 2 * HOUR });
		await store().call('bringForward', { node, holds });
		const token = await releaseDue();
		expect(outputs(await run(untilCharged, [{ campaignRelease: { token } }]), 3)).toEqual([['p2'], [], []]);
		await store().call('settleRelease', { token, end: 'success' });

		// In the last minute, and one too late: nobody looked in between.
		setTime(LATE + 2 * HOUR + 60_000);
		await charged('p1', LATE + 2 * HOUR);
		await charged('p3', LATE + 2 * HOUR + 1);
		expect(outputs(await come(untilCharged), 3)).toEqual([['p1'], ['p3'], []]);
	});

	test('a repeated execution takes everybody the same way, though the event has arrived meanwhile', async () => {
		setTime(LATE);
		await run(untilCharged, await campaignItems(store(), 1));
		setTime(LATE + 2 * HOUR);
		const token = await releaseDue();
		expect(outputs(await run(untilCharged, [{ campaignRelease: { token } }]), 3)).toEqual([[], ['p1'], []]);
		await store().call('settleRelease', { token, end: 'failed' });
		await charged('p1', LATE + HOUR);
		setTime(LATE + 2 * HOUR + 60_000);
		expect(outputs(await come(untilCharged), 3)).toEqual([[], ['p1'], []]);
	});

	test('a published node notices the event by itself', async () => {
		const [item] = await campaignItems(store(), 1);
		const workflow = chain(own('Campaign', 'campaignTrigger', {}, { disabled: true }), own('Later', 'delay', untilCharged), base('Thanks', 'noOp'));
		await execute({ workflow, nodes: CAMPAIGN_NODES, start: 'Later', items: [item as IDataObject], mode: 'trigger' });
		expect(waits()).toHaveLength(1);
		const live = await publish({ workflow, nodes: CAMPAIGN_NODES });
		try {
			await charged('p1', store().clock.now());
			const done = await until('the event to be noticed', () => live.executions.find(({ order }) => order.includes('Thanks')));
			expect(idsOf(done.json('Later'))).toEqual(['p1']);
		} finally {
			await live.close();
		}
	}, 30_000);
});

describe('options', () => {
	const takeOut = { options: { takeOutConverted: true, takeOutLeft: true } };

	test('take out who has converted, and who left the segment', async () => {
		setTime(LATE);
		await store().call('registerGoal', { workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Charged', where: [], windowMs: HOUR } });
		await run({ ...forHours(1), ...takeOut }, await campaignItems(store(), 2));
		await store().ingest({ events: [{ user: 'p1', name: 'Charged', ts: LATE + 1, properties: {} }] });
		setTime(LATE + HOUR);
		const result = await come({ ...forHours(1), ...takeOut });
		expect(outputs(result)).toEqual([['p2'], ['p1']]);
		expect(result.json('Later', 1)).toMatchObject([{ reason: 'converted', reasonText: 'Already converted' }]);
	});

	test('are off unless they are chosen', async () => {
		setTime(LATE);
		await store().call('registerGoal', { workflowId: 'workflow', nodeId: 'goal', definition: { event: 'Charged', where: [], windowMs: HOUR } });
		await run(forHours(1), await campaignItems(store(), 1));
		await store().ingest({ events: [{ user: 'p1', name: 'Charged', ts: LATE + 1, properties: {} }] });
		setTime(LATE + HOUR);
		expect(outputs(await come(forHours(1)))).toEqual([['p1'], []]);
	});
});

const wrong: Array<[string, INodeParameters, RegExp]> = [
	['no time', forHours(0), /"Wait" is 0 hours/],
	['two years', { waitFor: 'time', amount: 105, unit: 'weeks' }, /"Wait" is 105 weeks/],
	['a time of day that is none', { ...untilNine, timeOfDay: '25:00' }, /"Time of Day" is 25:00/],
	['midnight at the end', { ...untilNine, timeOfDay: '24:00' }, /"Time of Day" is 24:00/],
	['no day', { ...untilNine, days: [] }, /"On These Days" is empty/],
	['an event that is blank', { ...untilCharged, event: ' ' }, /cannot be used/],
	['no time-out', { ...untilCharged, timeoutAmount: 0 }, /"At Most" is 0 hours/],
];
test.each(wrong)('%s is refused at publish and when it runs', async (_what, parameters, why) => {
	await expect(publish({ workflow: chain(base('Start', 'manualTrigger'), own('Later', 'delay', parameters)), nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
	expect((await run(parameters, [{}])).error?.message).toMatch(why);
});
