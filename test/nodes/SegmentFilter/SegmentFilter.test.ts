import { DatabaseSync } from 'node:sqlite';

import { NodeConnectionTypes, type IExecuteFunctions, type INodeParameters, type INodeType, type INodeTypeDescription } from 'n8n-workflow';

import type { Rule } from '../../../engine/segments';
import { SegmentFilter } from '../../../nodes/SegmentFilter/SegmentFilter.node';
import { campaignItem } from '../../../nodes/shared/items';
import { openRelease } from '../../../nodes/shared/releases';
import { node, startRun } from '../../support/campaign';
import { execute, type ExecuteOptions, type TestWorkflow } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

/** Stands where the Campaign Trigger would: hands on the people of a run. */
class CampaignTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Campaign Trigger', name: 'campaignTrigger', group: ['trigger'], version: 1, description: '', defaults: { name: '' },
		inputs: [], outputs: [NodeConnectionTypes.Main], properties: [],
	};

	async execute(this: IExecuteFunctions) {
		return [this.getInputData()];
	}
}

const main = (name: string) => ({ main: [[{ node: name, type: NodeConnectionTypes.Main, index: 0 }]] });

const store = useNodeStore();
let people: Record<string, number>;

beforeEach(async () => {
	await store().call('ingest', {
		profiles: [
			{ id: 'ann', email: 'ann@example.com', properties: { city: 'Lyon' } },
			{ id: 'bob', phone: '+14155550100', properties: { city: 'Pune' } },
			{ id: 'cyd', properties: { city: 'Lyon' } },
			{ anonymousId: 'device-1', properties: { city: 'Lyon' } },
		],
		events: [{ user: 'bob', name: 'Charged', properties: { amount: 20 } }],
	});
	const { ids } = await store().ask('whoIs', { entries: [], ids: ['ann', 'bob', 'cyd', 'device-1'] });
	people = Object.fromEntries(ids.map(({ id, person }) => [id, person]));
});

/** Everything the store's file holds. */
function rowsOfStore(): Record<string, unknown[]> {
	const database = new DatabaseSync(process.env.N8N_CAMPAIGNS_STORE as string, { readOnly: true });
	const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'process'").all() as Array<{ name: string }>;
	const rows = tables.map(({ name }) => [name, database.prepare(`SELECT * FROM ${name}`).all()] as const);
	database.close();
	return Object.fromEntries(rows);
}

const inLyon: Rule = { profile: 'city', is: 'equals', value: 'Lyon' };

function filterWorkflow(rule: Rule, parameters: INodeParameters = {}, first: TestWorkflow['nodes'][number] = { name: 'Start', type: 'n8n-nodes-base.manualTrigger' }): TestWorkflow {
	const filter = { segmentMode: 'json', segmentRule: JSON.stringify(rule), ...parameters };
	return {
		nodes: [first, { name: 'Filter', type: 'n8n-nodes-campaigns.segmentFilter', parameters: filter }],
		connections: { [first.name]: main('Filter') },
	};
}

async function run(workflow: TestWorkflow, options: Partial<ExecuteOptions> = {}) {
	return await execute({ workflow, nodes: [SegmentFilter, CampaignTrigger], ...options });
}

const user = (id: string, more: object = {}) => ({ user: { id }, ...more });

/** Items of a run as they leave the Campaign Trigger. */
async function campaignItems(...ids: string[]) {
	await startRun(store(), ids.map((id) => people[id] as number));
	const trigger = await node(store(), 'trigger');
	const { release } = await store().call('claimRelease', { node: trigger, limit: 500 });
	const opened = await openRelease(store(), trigger, release?.token ?? '');
	return opened.flatMap(({ released, profile }) => (profile ? [campaignItem(store(), profile, released, released.visit)] : []));
}

describe('items of no campaign', () => {
	test('are judged by their user id and keep everything they carry', async () => {
		const binary = { file: { data: 'eA==', mimeType: 'text/plain' } };
		const items = [{ json: user('bob', { row: 1 }) }, { json: user('ann', { row: 2 }), binary }, { json: user('device-1') }];
		const result = await run(filterWorkflow(inLyon), { items });
		expect(result.error).toBeUndefined();
		expect(result.items('Filter', 0)).toMatchObject([
			{ json: user('ann', { row: 2 }), binary, pairedItem: { item: 1 } },
			{ json: user('device-1'), pairedItem: { item: 2 } },
		]);
		expect(result.items('Filter', 1)).toMatchObject([{ json: user('bob', { row: 1 }), pairedItem: { item: 0 } }]);
		expect(result.hints('Filter')).toEqual([]);
	});

	test('of people the store does not know do not match, not even everyone, and a hint says so', async () => {
		const result = await run(filterWorkflow({ all: [] }), { items: [user('ann'), user('nobody'), { row: 3 }], mode: 'trigger' });
		expect(result.json('Filter', 0)).toEqual([user('ann')]);
		expect(result.json('Filter', 1)).toEqual([user('nobody'), { row: 3 }]);
		expect(result.hints('Filter')).toEqual(['2 of the items are of people the store does not know. They leave by "No match".']);
	});

	test('may have their user id elsewhere', async () => {
		const workflow = filterWorkflow(inLyon, { options: { userId: '={{ $json.customer }}' } });
		const result = await run(workflow, { items: [{ customer: 'cyd' }, { customer: 'bob' }] });
		expect(result.json('Filter', 0)).toEqual([{ customer: 'cyd' }]);
	});

	test('one person may come several times', async () => {
		const result = await run(filterWorkflow(inLyon), { items: [user('ann', { row: 1 }), user('ann', { row: 2 })] });
		expect(result.json('Filter', 0)).toHaveLength(2);
	});

	test('a person who was merged is the one they became', async () => {
		await store().call('ingest', { aliases: [{ from: 'bob', to: 'ann' }] });
		const result = await run(filterWorkflow(inLyon), { items: [user('bob')] });
		expect(result.json('Filter', 0)).toEqual([user('bob')]);
	});
});

describe('items of a campaign', () => {
	const trigger = { name: 'Trigger', type: 'n8n-nodes-campaigns.campaignTrigger' };

	test('are judged by their entry, whatever they say, and pass on unchanged', async () => {
		const items = (await campaignItems('ann', 'bob')).map(({ campaign, user: person }) => ({ campaign, was: (person as { id: string }).id }));
		const result = await run(filterWorkflow(inLyon, {}, trigger), { items, mode: 'trigger' });
		expect(result.json('Filter', 0)).toEqual(items.filter(({ was }) => was === 'ann'));
		expect(result.json('Filter', 1)).toEqual(items.filter(({ was }) => was === 'bob'));
	});

	test('that lost their campaign data are found through paired items', async () => {
		const items = await campaignItems('ann', 'bob');
		const workflow = filterWorkflow(inLyon, {}, trigger);
		workflow.nodes.push({ name: 'Set', type: 'n8n-nodes-base.set', parameters: { assignments: { assignments: [{ name: 'offer', value: 'x' }] } } });
		workflow.connections = { Trigger: main('Set'), Set: main('Filter') };
		const result = await run(workflow, { items, mode: 'trigger' });
		expect(result.json('Filter', 0)).toEqual([{ offer: 'x' }]);
		expect(result.json('Filter', 1)).toEqual([{ offer: 'x' }]);
	});

	test('of another store are refused', async () => {
		const [item] = await campaignItems('ann');
		const items = [{ ...item, campaign: { ...(item?.campaign as object), store: 'another' } }];
		const result = await run(filterWorkflow(inLyon, {}, trigger), { items, mode: 'trigger' });
		expect(result.error?.message).toContain('another campaign store');
	});

	test('a run by hand leaves the store as it is', async () => {
		const items = await campaignItems('ann', 'bob');
		const workflow = filterWorkflow(inLyon, {}, trigger);
		const before = rowsOfStore();
		expect((await run(workflow, { items, mode: 'manual' })).json('Filter', 0)).toHaveLength(1);
		expect((await run(filterWorkflow(inLyon, { operation: 'preview' }))).json('Filter', 0)).toHaveLength(1);
		expect(rowsOfStore()).toEqual(before);
	});
});

describe('preview', () => {
	const preview = (rule: Rule) => filterWorkflow(rule, { operation: 'preview' });

	test('shows the segment in words, its rule, its reach and people of it', async () => {
		const result = await run(preview(inLyon));
		expect(result.error).toBeUndefined();
		expect(result.json('Filter', 0)).toEqual([
			{
				segment: 'City is Lyon',
				qualified: 3,
				reachable: { sms: 0, email: 1, push: 0, webhook: 3 },
				warnings: [],
				// What is not known of somebody takes no room.
				people: [
					{ id: 'ann', email: 'ann@example.com', properties: { city: 'Lyon' } },
					{ id: 'cyd', properties: { city: 'Lyon' } },
					{ id: 'device-1', properties: { city: 'Lyon' } },
				],
				rule: inLyon,
				ruleText: JSON.stringify(inLyon, null, 2),
			},
		]);
		expect(result.hints('Filter')).toEqual(['City is Lyon: 3 people now. Reachable: 0 by SMS, 1 by email, 0 by push, 3 by webhook.']);
	});

	test('its rule is what the JSON mode takes, as an object and as a text', async () => {
		const group = { conditions: { condition: [{ type: 'did', event: 'Charged', when: { window: {} } }, { type: 'profile', property: 'city', value: 'Pune' }] } };
		const built = await run(filterWorkflow(inLyon, { operation: 'preview', segmentMode: 'builder', segmentGroups: { group: [group] } as INodeParameters }));
		const { rule, ruleText } = built.json('Filter', 0)[0] as unknown as { rule: Rule; ruleText: string };
		for (const segmentRule of [JSON.stringify(rule), ruleText]) {
			expect((await run(filterWorkflow(inLyon, { operation: 'preview', segmentRule }))).json('Filter', 0)).toEqual(built.json('Filter', 0));
			expect((await run(filterWorkflow(inLyon, { segmentRule }), { items: [user('bob'), user('ann')] })).json('Filter', 0)).toEqual([user('bob')]);
		}
	});

	test('calls saved segments by their names, whatever the rule calls them', async () => {
		const { id } = await store().call('saveSegment', { name: 'In Lyon', rule: inLyon });
		const group = { combine: 'any', conditions: { condition: [{ type: 'inSegment', segment: { __rl: true, mode: 'list', value: id, cachedResultName: 'In Lyon' } }, { type: 'notInSegment', segment: { __rl: true, mode: 'name', value: 'in lyon' } }] } };
		const built = await run(filterWorkflow(inLyon, { operation: 'preview', segmentMode: 'builder', segmentGroups: { group: [group] } as INodeParameters }));
		expect(built.json('Filter', 0)[0]).toMatchObject({
			segment: 'Is in the segment "In Lyon" or not (is in the segment "In Lyon")',
			qualified: 4,
			rule: { any: [{ segment: id }, { not: { segment: 'in lyon' } }] },
		});
	});

	test('warns of unknown names in the words of the form', async () => {
		const group = { conditions: { condition: [{ type: 'didNot', event: 'Chargd' }, { type: 'did', event: 'chargd' }] } };
		const built = await run(filterWorkflow(inLyon, { operation: 'preview', segmentMode: 'builder', segmentGroups: { group: [group] } as INodeParameters }));
		expect(built.json('Filter', 0)[0]?.warnings).toEqual(['no event is called "Chargd" so far; did you mean "Charged"?', 'no event is called "chargd" so far; did you mean "Charged"?']);
	});

	test('shows ten people at most and warns of unknown names', async () => {
		await store().call('ingest', { profiles: Array.from({ length: 20 }, (_, index) => ({ id: `p${index}` })) });
		const result = await run(preview({ event: 'Chargd', did: false }));
		const [shown] = result.json('Filter', 0);
		expect(shown?.people).toHaveLength(10);
		expect(shown?.qualified).toBe(24);
		expect(result.hints('Filter')[1]).toContain('did you mean "Charged"?');
		expect(shown?.warnings).toEqual(['event: no event is called "Chargd" so far; did you mean "Charged"?']);
	});

	test('refuses the people of a running campaign, who would be lost', async () => {
		const items = await campaignItems('ann');
		const result = await run(preview(inLyon), { items, mode: 'trigger' });
		expect(result.error?.message).toContain('A preview passes nobody on');
		expect((await run(preview(inLyon), { items, mode: 'manual' })).error).toBeUndefined();
	});
});

test('a rule that cannot be used fails the node with every place named', async () => {
	const result = await run(filterWorkflow({ any: [{ profile: '', is: 'equals', value: 'x' }, { event: '', did: true }] }), { items: [user('ann')] });
	expect(result.error?.message).toContain('any[0].profile');
	expect(result.error?.message).toContain('any[1].event');
});

test('a run by hand warns of unknown names', async () => {
	const result = await run(filterWorkflow({ profile: 'citty', is: 'exists' }), { items: [user('ann')] });
	expect(result.hints('Filter')).toEqual(['profile: no property of people is called "citty" so far; did you mean "city"?']);
});
