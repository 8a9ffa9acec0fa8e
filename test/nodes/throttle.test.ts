import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, campaignItems, chain, idsOf, own, rowsOfStore } from '../support/campaign-workflow';
import { execute, publish, type Execution } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

const store = useNodeStore();
const rate = { people: 2, interval: 1, unit: 'hours' };

async function run(parameters: INodeParameters, items: IDataObject[], mode: WorkflowExecuteMode = 'trigger'): Promise<Execution> {
	const workflow = chain(own('Campaign', 'campaignTrigger'), own('Slowly', 'throttle', parameters));
	return await execute({ workflow, nodes: CAMPAIGN_NODES, start: 'Slowly', items, mode });
}

const outputs = (result: Execution) => [0, 1].map((output) => idsOf(result.json('Slowly', output)));

function dueTimes(): number[] {
	const { hold = [], node = [], run: runs = [] } = rowsOfStore();
	const here = node.find(({ name }) => name === 'Slowly')?.node;
	const start = runs[0]?.started_at as number;
	return hold.filter((row) => row.node === here && row.state === 0).map(({ due_at }) => ((due_at as number) - start) / 3_600_000).sort();
}

test('so many pass in an interval of the run, the others wait for theirs', async () => {
	const items = await campaignItems(store(), 5);
	expect(outputs(await run(rate, items.slice(0, 3)))).toEqual([['p1', 'p2'], []]);
	expect(outputs(await run(rate, items.slice(3)))).toEqual([[], []]);
	expect(dueTimes()).toEqual([1, 1, 2]);
});

test('whoever comes again has the place of before, and takes none away', async () => {
	const items = await campaignItems(store(), 4);
	await run(rate, items.slice(0, 3));
	expect(outputs(await run(rate, items.slice(0, 3)))).toEqual([['p1', 'p2'], []]);
	await run(rate, items.slice(3));
	expect(dueTimes()).toEqual([1, 1]);
});

test('who was released into their interval passes', async () => {
	const items = await campaignItems(store(), 3);
	await run(rate, items);
	const clock = store().clock as { now: () => number };
	const real = clock.now.bind(clock);
	clock.now = () => real() + 3_600_000;
	const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Slowly', type: 'n8n-nodes-campaigns.throttle' });
	const { release } = await store().call('claimRelease', { node, limit: 500 });
	expect(outputs(await run(rate, [{ campaignRelease: { token: release?.token as string } }]))).toEqual([['p3'], []]);
});

test('a run by hand lets everybody pass, takes no place and leaves the store as it is', async () => {
	const items = await campaignItems(store(), 5);
	const before = rowsOfStore();
	const result = await run(rate, items, 'manual');
	expect(outputs(result)).toEqual([['p1', 'p2', 'p3', 'p4', 'p5'], []]);
	expect(result.json('Slowly')[4]).toMatchObject({ preview: { Slowly: 'would pass' } });
	expect(rowsOfStore()).toEqual(before);
});

const wrong: Array<[string, INodeParameters, RegExp]> = [
	['0 people', { people: 0 }, /"People per Interval" is 0/],
	['half a person', { people: 0.5 }, /"People per Interval" is 0.5/],
	['no interval', { people: 1, interval: 0 }, /"Interval" has to be at least one second/],
];
test.each(wrong)('%s is refused at publish and when it runs', async (_what, parameters, why) => {
	await expect(publish({ workflow: chain(base('Start', 'manualTrigger'), own('Slowly', 'throttle', parameters)), nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
	expect((await run(parameters, [{}])).error?.message).toMatch(why);
});
