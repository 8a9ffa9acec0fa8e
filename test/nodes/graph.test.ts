import type { INodeParameters } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, EVERYBODY_NOW, NEVER_DND, own, rowsOfStore, workflowOf, type Line } from '../support/campaign-workflow';
import { execute, publish, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

useNodeStore();

const credentials = { campaignsWebhookApi: {} };
const trigger = (name = 'Campaign', more: object = {}) => own(name, 'campaignTrigger', EVERYBODY_NOW, more);
const gates: Array<[string, string, INodeParameters]> = [['DND Gate', 'dndGate', NEVER_DND], ['Throttle', 'throttle', {}]];

function inLoop(node: ReturnType<typeof own>, first = trigger()): TestWorkflow {
	return workflowOf([first, base('Loop', 'splitInBatches'), node], [[first.name, 'Loop'], ['Loop', node.name, 1], [node.name, 'Loop']]);
}

describe('inside Loop Over Items', () => {
	test.each(gates)('%s refuses to run', async (name, type, parameters) => {
		for (const mode of ['manual', 'trigger'] as const) {
			const result = await execute({ workflow: inLoop(own(name, type, parameters)), nodes: CAMPAIGN_NODES, start: name, mode });
			expect(result.error?.message).toContain(`"${name}" stands inside the loop of "Loop"`);
		}
	});

	test.each([...gates, ['Hook', 'webhookSender', { url: 'https://example.com' }] as [string, string, INodeParameters]])('a campaign with a %s is not published', async (name, type, parameters) => {
		await expect(publish({ workflow: inLoop(own(name, type, parameters)), nodes: CAMPAIGN_NODES, credentials })).rejects.toThrow(/stands inside the loop of "Loop"/);
		expect(rowsOfStore().campaign).toEqual([]);
	});

	test.each(gates)('%s refuses to be published without a campaign, too', async (name, type, parameters) => {
		await expect(publish({ workflow: inLoop(own(name, type, parameters), base('Start', 'manualTrigger')), nodes: CAMPAIGN_NODES })).rejects.toThrow(/stands inside the loop/);
	});

	test('a connection made after publishing is refused in the next execution of the trigger', async () => {
		const result = await execute({ workflow: inLoop(own('Throttle', 'throttle')), nodes: CAMPAIGN_NODES, mode: 'trigger', items: [{ campaignRelease: { token: 'x' } }] });
		expect(result.error?.message).toContain('stands inside the loop');
	});
});

test('a gate beside a loop is none in it', async () => {
	const workflow = workflowOf([base('Start', 'manualTrigger'), base('Loop', 'splitInBatches'), own('Throttle', 'throttle')], [['Start', 'Loop'], ['Loop', 'Throttle', 0]]);
	expect((await execute({ workflow, nodes: CAMPAIGN_NODES, start: 'Throttle' })).error).toBeUndefined();
});

describe('in a sub-workflow', () => {
	const called = base('Called', 'executeWorkflowTrigger');
	test.each(gates)('%s is refused at publish and when it runs', async (name, type, parameters) => {
		const workflow = workflowOf([called, own(name, type, parameters)], [['Called', name]]);
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES })).rejects.toThrow(`"${name}" stands in a sub-workflow`);
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, mode: 'integrated' });
		expect(result.error?.message).toContain(`"${name}" stands in a sub-workflow`);
	});

	test('a Campaign Trigger is refused', async () => {
		await expect(publish({ workflow: workflowOf([called, trigger()], []), nodes: CAMPAIGN_NODES })).rejects.toThrow(/cannot stand in a workflow that is called by others/);
	});

	test('a sender works', async () => {
		const workflow = workflowOf([called, own('Hook', 'webhookSender', { url: 'https://example.com' })], [['Called', 'Hook']]);
		const live = await publish({ workflow, nodes: CAMPAIGN_NODES, credentials });
		await live.close();
		expect((await execute({ workflow, nodes: CAMPAIGN_NODES, credentials, mode: 'integrated' })).error).toBeUndefined();
	});
});

describe('two Campaign Triggers', () => {
	test('are refused at publish and when one releases', async () => {
		const workflow = workflowOf([trigger('Spring'), trigger('Summer')], []);
		const why = 'This workflow has 2 Campaign Triggers: "Spring", "Summer". A campaign has one.';
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, mode: 'trigger', items: [{ campaignRelease: { token: 'x' } }] });
		expect(result.error?.message).toBe(why);
	});

	test('one of them disabled are one', async () => {
		const live = await publish({ workflow: workflowOf([trigger('Spring'), trigger('Summer', { disabled: true })], []), nodes: CAMPAIGN_NODES });
		await live.close();
		expect(rowsOfStore().campaign).toHaveLength(1);
	});
});

describe('a gate before a Merge', () => {
	const lines: Line[] = [['Start', 'Throttle'], ['Throttle', 'Join'], ['Start', 'Join']];
	const workflow = workflowOf([base('Start', 'manualTrigger'), own('Throttle', 'throttle'), base('Join', 'merge')], lines);

	test('is warned of in a run by hand', async () => {
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, items: [{ user: { id: 'p1' } }] });
		expect(result.hints('Throttle')).toEqual(['"Join" comes after this gate. People who are held get there later than the others, on their own: it cannot bring them together.']);
	});

	test('is not when there is none', async () => {
		const alone = workflowOf(workflow.nodes.slice(0, 2), [['Start', 'Throttle']]);
		expect((await execute({ workflow: alone, nodes: CAMPAIGN_NODES, items: [{ user: { id: 'p1' } }] })).hints('Throttle')).toEqual([]);
	});
});
