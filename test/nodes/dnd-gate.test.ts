import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, campaignItems, chain, idsOf, own, rowsOfStore } from '../support/campaign-workflow';
import { execute, publish, type Execution, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

/** Monday, 2 March 2026, 22:30 in UTC. */
const LATE = Date.UTC(2026, 2, 2, 22, 30);
const store = useNodeStore(() => LATE - Date.now());

const everyDay = (from: string, to: string): INodeParameters => ({ windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from, to }] } });
const night = everyDay('21:00', '09:00');

function gateWorkflow(parameters: INodeParameters, more: object = {}): TestWorkflow {
	return chain(own('Campaign', 'campaignTrigger'), own('DND', 'dndGate', parameters, more));
}

async function run(parameters: INodeParameters, items: IDataObject[], mode: WorkflowExecuteMode = 'trigger', more: object = {}): Promise<Execution> {
	return await execute({ workflow: gateWorkflow(parameters, more), nodes: CAMPAIGN_NODES, start: 'DND', items, mode });
}

const outputs = (result: Execution) => [0, 1].map((output) => idsOf(result.json('DND', output)));
const holdsAtGate = () => {
	const { hold = [], node = [] } = rowsOfStore();
	return hold.filter((row) => node.find((one) => one.node === row.node)?.name === 'DND');
};

async function releaseAll(): Promise<string> {
	const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'DND', type: 'n8n-nodes-campaigns.dndGate' });
	const { release } = await store().call('claimRelease', { node, limit: 500 });
	return release?.token as string;
}

function advanceTo(time: number): void {
	const clock = store().clock as { now: () => number };
	clock.now = () => time;
}

/** p1 has no zone: the account's counts, UTC. p2 is in Tokyo (07:30), p3 in New York (17:30). */
async function three(): Promise<IDataObject[]> {
	await store().call('ingest', { profiles: [{ id: 'p2', timezone: 'Asia/Tokyo' }, { id: 'p3', timezone: 'America/New_York' }] });
	return await campaignItems(store(), 3);
}

describe('a person', () => {
	test('in do-not-disturb hours of their zone is held until these end, others pass', async () => {
		const result = await run(night, await three());
		expect(result.error).toBeUndefined();
		expect(outputs(result)).toEqual([['p3'], []]);
		const due = holdsAtGate().filter(({ state }) => state === 0).map(({ due_at }) => new Date(due_at as number).toISOString());
		expect(due.sort()).toEqual(['2026-03-03T00:00:00.000Z', '2026-03-03T09:00:00.000Z']);
	});

	test('is judged by the account\'s clock when told to', async () => {
		expect(outputs(await run({ ...night, zone: 'account' }, await three()))).toEqual([[], []]);
		expect(holdsAtGate().map(({ due_at }) => due_at)).toEqual(Array(3).fill(Date.UTC(2026, 2, 3, 9)));
	});

	test('is dropped with the reason when told to, also when they come again', async () => {
		const items = await three();
		const result = await run({ ...night, inTheseHours: 'discard' }, items);
		expect(outputs(result)).toEqual([['p3'], ['p1', 'p2']]);
		expect(result.json('DND', 1)).toMatchObject([
			{ reason: 'dnd_discarded', reasonText: 'Do-not-disturb hours', detail: 'Local time in UTC' },
			{ reason: 'dnd_discarded', detail: 'Local time in Asia/Tokyo' },
		]);
		advanceTo(Date.UTC(2026, 2, 3, 12));
		expect((await run({ ...night, inTheseHours: 'discard' }, items)).json('DND', 1)).toEqual(result.json('DND', 1));
		expect(rowsOfStore().dropped).toHaveLength(2);
	});

	test('who was held, and dropped when they came out, does not leave a second time', async () => {
		const items = await campaignItems(store(), 1);
		await run(night, items);
		advanceTo(Date.UTC(2026, 2, 3, 9, 1));
		const token = await releaseAll();
		const released = await run({ ...everyDay('09:00', '12:00'), inTheseHours: 'discard' }, [{ campaignRelease: { token } }]);
		expect(outputs(released)).toEqual([[], ['p1']]);
		expect(outputs(await run(night, items))).toEqual([[], []]);
	});

	test('who comes again gets the decision of before', async () => {
		const items = await three();
		await run(night, items);
		advanceTo(Date.UTC(2026, 2, 3, 3));
		// In New York it is 22:00 by now; p1 and p2 wait and are not taken on twice.
		expect(outputs(await run(night, items))).toEqual([['p3'], []]);
		expect(holdsAtGate()).toHaveLength(3);
	});

	test('who was held comes out as the store knows them then, with what others put on the item', async () => {
		const [item] = await campaignItems(store(), 1);
		await run(night, [{ ...item, note: { kept: true }, event: { name: 'x' } }]);
		await store().call('ingest', { profiles: [{ id: 'p1', properties: { city: 'Lyon' } }] });
		advanceTo(Date.UTC(2026, 2, 3, 9, 1));
		const token = await releaseAll();
		const result = await run(night, [{ campaignRelease: { token } }]);
		expect(result.json('DND')).toMatchObject([{ note: { kept: true }, user: { id: 'p1', properties: { city: 'Lyon' } }, campaign: { visit: 2 } }]);
		await store().call('settleRelease', { token, end: 'success' });
		expect(outputs(await run(night, [{ campaignRelease: { token } }]))).toEqual([[], []]);
	});

	test('who is released into do-not-disturb hours again waits on', async () => {
		await run(night, await campaignItems(store(), 1));
		advanceTo(Date.UTC(2026, 2, 3, 9, 1));
		const token = await releaseAll();
		expect(outputs(await run(everyDay('09:00', '12:00'), [{ campaignRelease: { token } }]))).toEqual([[], []]);
		expect(holdsAtGate()).toMatchObject([{ state: 0, due_at: Date.UTC(2026, 2, 3, 12) }]);
	});
});

describe('dry', () => {
	test('a run by hand says what would become of each, and leaves the store as it is', async () => {
		const items = await three();
		const before = rowsOfStore();
		const held = await run(night, items, 'manual');
		expect(held.json('DND').map(({ preview }) => (preview as IDataObject).DND)).toEqual([
			'would be held until 2026-03-03T09:00:00.000Z', 'would be held until 2026-03-03T00:00:00.000Z', 'would pass',
		]);
		const dropped = await run({ ...night, inTheseHours: 'discard' }, items, 'manual');
		expect(outputs(dropped)).toEqual([['p3'], ['p1', 'p2']]);
		expect(dropped.json('DND', 1)[0]).toMatchObject({ preview: { DND: 'would be dropped: Do-not-disturb hours' } });
		expect(rowsOfStore()).toEqual(before);
	});

	test.each(['retry', 'integrated', 'cli'] as const)('mode %s is dry unless the mark is right', async (mode) => {
		const [item] = await campaignItems(store(), 1);
		for (const live of [undefined, 'forged']) {
			const result = await run(night, [{ ...item, campaign: { ...(item?.campaign as IDataObject), live } } as IDataObject], mode);
			expect(result.json('DND')).toMatchObject([{ preview: { DND: expect.stringContaining('would be held') } }]);
		}
		expect(holdsAtGate()).toEqual([]);
		expect(outputs(await run(night, [item as IDataObject], mode))).toEqual([[], []]);
		expect(holdsAtGate()).toHaveLength(1);
	});
});

describe('identity', () => {
	test('an item that lost its campaign data leaves as lost, and the node that lost them is named', async () => {
		const items = await three();
		const workflow = chain(own('Campaign', 'campaignTrigger'), own('Slowly', 'throttle', { people: 100 }), base('Calculate', 'code', { items: '[{ "a": 1 }, { "a": 2 }]' }), own('DND', 'dndGate', night));
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, start: 'Slowly', items, mode: 'trigger' });
		expect(result.json('DND', 1)).toMatchObject([{ a: 1, reason: 'entry_lost', detail: expect.stringContaining('"Calculate"') }, { a: 2 }]);
		expect(holdsAtGate()).toEqual([]);
	});

	test('one that kept only other fields is found, and gets its campaign data back', async () => {
		const items = await three();
		const set = base('Set', 'set', { assignments: { assignments: [{ name: 'offer', value: 'x' }] } });
		const workflow = chain(own('Campaign', 'campaignTrigger'), own('Slowly', 'throttle', { people: 100 }), set, own('DND', 'dndGate', night));
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, start: 'Slowly', items, mode: 'trigger' });
		expect(result.json('DND')).toMatchObject([{ offer: 'x', campaign: { visit: 1, name: 'Test campaign' } }]);
		expect(holdsAtGate().filter(({ state }) => state === 0)).toHaveLength(2);
	});

	test('one with the user of somebody else leaves as lost', async () => {
		const [first, second] = await three();
		const result = await run(night, [{ ...first, user: second?.user as IDataObject }]);
		expect(result.json('DND', 1)).toMatchObject([{ reason: 'entry_lost' }]);
		expect(holdsAtGate()).toEqual([]);
	});

	test('one that kept the user id of before a merge is still itself', async () => {
		const [first] = await campaignItems(store(), 1);
		await store().call('ingest', { profiles: [{ id: 'new' }], aliases: [{ from: 'p1', to: 'new' }] });
		expect((await run(everyDay('01:00', '02:00'), [first as IDataObject])).json('DND', 1)).toEqual([]);
	});

	test('a token that is none releases nobody', async () => {
		expect(outputs(await run(night, [{ campaignRelease: { token: 'x' } }]))).toEqual([[], []]);
	});

	test('items of no campaign are refused, not let through', async () => {
		const workflow = chain(base('Start', 'manualTrigger'), own('DND', 'dndGate', night));
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, items: [{ id: 'x' }], mode: 'webhook' });
		expect(result.error?.message).toContain('Item 0 is of no campaign');
	});
});

describe('an item that carries more than a hold keeps', () => {
	const big = { stuff: 'x'.repeat(17 * 1024) };

	test('fails and is named by its index', async () => {
		const [first, second] = await campaignItems(store(), 2);
		const result = await run(night, [first as IDataObject, { ...second, ...big }]);
		expect(result.error?.message).toContain('Item 1 carries more than 16 KB besides the person');
		expect((result.error as unknown as { context: IDataObject }).context.itemIndex).toBe(1);
		expect(holdsAtGate()).toEqual([]);
	});

	test('leaves alone when the node goes on after errors', async () => {
		const [first, second] = await campaignItems(store(), 2);
		const result = await run(night, [first as IDataObject, { ...second, ...big }], 'trigger', { onError: 'continueRegularOutput' });
		expect(result.error).toBeUndefined();
		expect(result.json('DND', 1)).toMatchObject([{ user: { id: 'p2' }, error: expect.stringContaining('16 KB') }]);
		expect(holdsAtGate()).toHaveLength(1);
	});
});

const wrong: Array<[string, INodeParameters, RegExp]> = [
	['hours that never end', everyDay('00:00', '00:00'), /never open/],
	['a time that is none', everyDay('9 pm', '08:00'), /Do-not-disturb window 1 has a time that is none/],
	['no weekday', { windows: { window: [{ days: [], from: '21:00', to: '09:00' }] } }, /has no weekday/],
];
test.each(wrong)('%s are refused at publish and when it runs', async (_what, parameters, why) => {
	const workflow = chain(base('Start', 'manualTrigger'), own('DND', 'dndGate', parameters));
	await expect(publish({ workflow, nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
	expect((await run(parameters, [{}])).error?.message).toMatch(why);
});
