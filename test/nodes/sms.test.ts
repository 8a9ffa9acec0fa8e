import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import { readFileSync } from 'node:fs';

import {
	base, CAMPAIGN_NODES, campaignItems, GENERIC_KEY, idsOf, own, rowsOfStore, startSmsProviders, TWILIO_TOKEN, workflowOf,
	type Line, type SmsProviders,
} from '../support/campaign-workflow';
import { execute, publish, type Execution, type TestWorkflow } from '../support/n8n-core';
import { closedPort } from '../support/loopback';
import { useNodeStore } from '../support/node-store';

const store = useNodeStore();
let providers: SmsProviders;
beforeEach(async () => {
	providers = await startSmsProviders();
});
afterEach(async () => {
	await providers.close();
});

type Node = TestWorkflow['nodes'][number];

/** Nodes in a row that end at "SMS", which has both providers. */
function ending(before: Node[], parameters: INodeParameters = {}): TestWorkflow {
	const nodes = [...before, own('SMS', 'sms', { message: 'Hi {{ Profile.id }}', ...parameters })];
	const row = nodes.slice(1).map(({ name }, index): Line => [(nodes[index] as Node).name, name]);
	return workflowOf([...nodes, ...providers.nodes], [...row, ...providers.lines()]);
}

/** Stands for a Campaign Trigger in the graph; executions start after it. */
const trigger = own('Campaign', 'campaignTrigger');
const inCampaign = (parameters?: INodeParameters, between: Node[] = []) => ending([trigger, ...between], parameters);
const start = base('Start', 'manualTrigger');
const foreign = (parameters?: INodeParameters) => ending([start], parameters);

async function run(workflow: TestWorkflow, items: IDataObject[], mode: WorkflowExecuteMode = 'trigger', more: object = {}): Promise<Execution> {
	return await execute({ workflow, nodes: CAMPAIGN_NODES, credentials: providers.credentials, items, mode, start: 'SMS', ...more });
}

const outputs = (result: Execution) => [0, 1, 2].map((output) => idsOf(result.json('SMS', output)));
const messages = () => rowsOfStore().message ?? [];

describe('people of a campaign', () => {
	test('are sent to once; whoever comes again leaves as before and is not sent to', async () => {
		const items = await campaignItems(store(), 3);
		const first = await run(inCampaign(), items);
		expect(first.error).toBeUndefined();
		expect(outputs(first)).toEqual([['p1', 'p2', 'p3'], [], []]);
		expect(first.json('SMS')[0]).toMatchObject({ campaign: { name: 'Test campaign' }, delivery: { provider: 'Twilio', messageId: expect.any(String) } });
		const again = await run(inCampaign(), items);
		expect(again.json('SMS')).toEqual(first.json('SMS'));
		expect(providers.sent.map(({ to }) => to).sort()).toEqual(['+14155551000', '+14155551001', '+14155551002']);
	});

	test('who were not sent to leave so again', async () => {
		await store().call('ingest', { profiles: [{ id: 'p1', optedOut: { sms: true } }] });
		const items = await campaignItems(store(), 2);
		for (const _ of [1, 2]) {
			const result = await run(inCampaign(), items);
			expect(outputs(result)).toEqual([['p2'], ['p1'], []]);
			expect(result.json('SMS', 1)).toMatchObject([{ reason: 'profile_not_reachable', detail: 'Opted out of sms' }]);
		}
		expect(providers.sent).toHaveLength(1);
	});

	test('a second item of one entry is a duplicate', async () => {
		const [item] = await campaignItems(store(), 1);
		const result = await run(inCampaign(), [{ ...item, line: 1 }, { ...item, line: 2 }]);
		expect(result.json('SMS').map(({ line }) => line)).toEqual([1]);
		expect(providers.sent).toHaveLength(1);
	});

	test('several items of one entry are sent, one per message key', async () => {
		const [item] = await campaignItems(store(), 1);
		const workflow = inCampaign({ message: 'Line', options: { messageKey: '={{ $json.line }}' } });
		const result = await run(workflow, [1, 2, 2, 3].map((line) => ({ ...item, line })));
		expect(result.json('SMS').map(({ line }) => line)).toEqual([1, 2, 3]);
		expect(providers.sent).toHaveLength(3);
	});

	test('may be told what nodes between have put on the item, which is no template', async () => {
		const items = (await campaignItems(store(), 2)).map((item, index) => ({ ...item, offer: { text: index === 0 ? 'now {{ Profile.id }}' : undefined } }));
		const result = await run(inCampaign({ message: '{{ Profile.id }}: {{ Item.offer.text }}' }), items);
		expect(providers.sent.map(({ body }) => body)).toEqual(['p1: now {{ Profile.id }}']);
		expect(result.json('SMS', 1)).toMatchObject([{ reason: 'personalization_failed', detail: expect.stringContaining('Item.offer.text') }]);
	});

	test('get a text that looks like an expression as Liquid, each with their own values', async () => {
		const result = await run(inCampaign({ message: '={{ Profile.id }}, 2 + 2 = 4' }), await campaignItems(store(), 2));
		expect(result.error).toBeUndefined();
		expect(providers.sent.map(({ body }) => body).sort()).toEqual(['p1, 2 + 2 = 4', 'p2, 2 + 2 = 4']);
	});

	test('that lost their campaign data are found through paired items', async () => {
		const items = await campaignItems(store(), 2);
		const set = base('Set', 'set', { assignments: { assignments: [{ name: 'offer', value: 'x' }] } });
		const gate = own('Slowly', 'throttle', { people: 100 });
		const result = await run(inCampaign({}, [gate, set]), items, 'trigger', { start: 'Slowly' });
		expect(result.json('SMS', 1)).toEqual([]);
		expect(result.json('SMS', 0)).toMatchObject([{ offer: 'x', campaign: { visit: 1 } }, { offer: 'x' }]);
		expect(providers.sent.map(({ body }) => body).sort()).toEqual(['Hi p1', 'Hi p2']);
	});

	test('that cannot be found leave as lost, and the node that lost them is named', async () => {
		const items = await campaignItems(store(), 2);
		const gate = own('Slowly', 'throttle', { people: 100 });
		const code = base('Calculate', 'code', { items: '[{ "a": 1 }, { "a": 2 }, { "a": 3 }]' });
		const result = await run(inCampaign({}, [gate, code, base('Nothing', 'noOp')]), items, 'trigger', { start: 'Slowly' });
		expect(result.json('SMS', 1)).toHaveLength(3);
		expect(result.json('SMS', 1)[0]).toMatchObject({ a: 1, reason: 'entry_lost', detail: expect.stringContaining('"Calculate" passed the item on without its campaign data') });
		expect(providers.requests()).toEqual([]);
	});

	test('with the user of somebody else are sent to neither', async () => {
		const [first, second] = await campaignItems(store(), 2);
		const result = await run(inCampaign(), [{ ...first, user: second?.user }, second as IDataObject]);
		expect(result.json('SMS', 1)).toMatchObject([{ reason: 'entry_lost', detail: 'The campaign data of the item is not that of its person' }]);
		expect(providers.sent.map(({ body }) => body)).toEqual(['Hi p2']);
	});

	test('forged campaign data send nothing, also from a webhook', async () => {
		const [item] = await campaignItems(store(), 1);
		const forged = { ...item, campaign: { ...(item?.campaign as IDataObject), visit: 7, live: 'a'.repeat(22) } };
		for (const workflow of [inCampaign(), foreign()]) {
			for (const mode of ['trigger', 'webhook'] as const) {
				const result = await run(workflow, [forged], mode);
				expect(result.json('SMS', 1)).toMatchObject([{ reason: 'entry_lost' }]);
			}
		}
		expect(providers.requests()).toEqual([]);
	});

	test('of another store are refused', async () => {
		const [item] = await campaignItems(store(), 1);
		const result = await run(inCampaign(), [{ ...item, campaign: { ...(item?.campaign as IDataObject), store: 'another' } }]);
		expect(result.error?.message).toContain('another campaign store');
	});

	test('a token that is none releases nobody', async () => {
		const result = await run(inCampaign(), [{ campaignRelease: { token: 'x' } }]);
		expect(result.error).toBeUndefined();
		expect(outputs(result)).toEqual([[], [], []]);
	});
});

describe('dry', () => {
	test('a run by hand shows the messages, sends nothing and leaves the store as it is', async () => {
		const items = await campaignItems(store(), 2);
		const before = rowsOfStore();
		const [one, two] = items as [IDataObject, IDataObject];
		const mixed = [one, { ...two, user: { ...(two.user as IDataObject), optedOut: { sms: true } } }, { ...two, user: { id: 'x', phone: '12' } }];
		const result = await run(inCampaign({ options: { sendInManualRuns: false } }), mixed, 'manual');
		expect(result.json('SMS').map(({ preview }) => (preview as IDataObject).sms)).toEqual([
			{ wouldSend: { to: '+14155551000', body: 'Hi p1', parts: 1, encoding: 'GSM-7', charactersLeft: 155 } },
			{ wouldNotSend: 'Profile not reachable (no address, or opted out)', detail: 'Opted out of sms' },
			{ wouldNotSend: 'Invalid recipient', detail: '"12" has no country code: write it as +<country code><number>, or set a default country' },
		]);
		expect(rowsOfStore()).toEqual(before);
		expect(providers.requests()).toEqual([]);
	});

	test('a run by hand shows parts, what makes them Unicode, and what they cost', async () => {
		const message = `{% if Profile.id == 'p1' %}It’s ${'a'.repeat(70)}{% else %}Hi{% endif %}`;
		const items = await campaignItems(store(), 3);
		const result = await run(inCampaign({ message, options: { pricePerPart: 0.0079, currency: 'USD' } }), items, 'manual');
		expect(result.json('SMS').map(({ preview }) => ((preview as IDataObject).sms as IDataObject).wouldSend)).toMatchObject([
			{ parts: 2, encoding: 'UCS-2', charactersLeft: 59, unicodeBecauseOf: ['’'], cost: 0.0158, currency: 'USD' },
			{ parts: 1, encoding: 'GSM-7', charactersLeft: 158, cost: 0.0079 },
			{ parts: 1 },
		]);
		expect(result.hints('SMS')).toEqual(['3 messages of this sample: 4 parts (0.0316 USD) in all, at most 2 per message (0.0158 USD). 1 of them in Unicode, with 70 characters to a part instead of 160, because of ’']);
		const free = await run(inCampaign({ message: 'Hi', options: { pricePerPart: -1 } }), items.slice(0, 1), 'manual');
		expect(free.hints('SMS')).toEqual(['1 message of this sample: 1 part in all, at most 1 per message.']);
	});

	test.each(['retry', 'integrated', 'cli'] as const)('mode %s is dry unless the mark is right', async (mode) => {
		const [item] = await campaignItems(store(), 1);
		const { live: _live, ...unmarked } = item?.campaign as IDataObject;
		for (const campaign of [unmarked, { ...unmarked, live: 'forged' }, { ...unmarked, live: 'b'.repeat(22) }]) {
			const result = await run(inCampaign(), [{ ...item, campaign: campaign as IDataObject }], mode);
			expect(result.json('SMS')).toMatchObject([{ preview: { sms: { wouldSend: { body: 'Hi p1' } } } }]);
		}
		expect(providers.requests()).toEqual([]);
		expect(messages()).toEqual([]);
		await run(inCampaign(), [item as IDataObject], mode);
		expect(providers.sent).toHaveLength(1);
	});

	test('people of a campaign are not sent to by hand, whatever the option says', async () => {
		const items = await campaignItems(store(), 1);
		for (const workflow of [inCampaign({ options: { sendInManualRuns: true } }), foreign({ options: { sendInManualRuns: true } })]) {
			const result = await run(workflow, items, 'manual');
			expect(result.json('SMS')).toMatchObject([{ preview: {} }]);
		}
		expect(providers.requests()).toEqual([]);
	});
});

describe('items of no campaign', () => {
	const rows = [{ id: 'a', phone: '+14155550101' }, { id: 'b', phone: '+14155550102' }];

	test('are sent to once, and not again when the execution is repeated', async () => {
		const first = await run(foreign(), rows, 'webhook', { establishedAt: 1_000 });
		expect(first.error).toBeUndefined();
		expect(first.json('SMS')).toMatchObject(rows);
		const repeated = await run(foreign(), rows, 'webhook', { establishedAt: 1_000 });
		expect(repeated.json('SMS')).toEqual(first.json('SMS'));
		expect(providers.sent.map(({ body }) => body).sort()).toEqual(['Hi a', 'Hi b']);
		await run(foreign(), rows, 'webhook', { establishedAt: 2_000 });
		expect(providers.sent).toHaveLength(4);
	});

	test('are dry in other modes', async () => {
		for (const mode of ['manual', 'retry', 'integrated', 'cli'] as const) {
			const result = await run(foreign(), rows, mode);
			expect(result.json('SMS')).toMatchObject([{ preview: { sms: { wouldSend: { to: '+14155550101', body: 'Hi a' } } } }, {}]);
		}
		expect(providers.requests()).toEqual([]);
	});

	test('are sent for real by hand when told to', async () => {
		const result = await run(foreign({ options: { sendInManualRuns: true } }), rows, 'manual');
		expect(result.json('SMS')).toMatchObject([{ delivery: { provider: 'Twilio' } }, {}]);
		expect(providers.sent).toHaveLength(2);
	});

	describe('with Deduplicate By', () => {
		const once = () => foreign({ options: { deduplicateBy: '={{ $json.order }}' } });

		test('the same value is sent to once ever, in one execution and in many', async () => {
			const orders = [{ ...rows[0], order: 1 }, { ...rows[0], order: 1 }, { ...rows[0], order: 2 }];
			const first = await run(once(), orders, 'webhook', { establishedAt: 1 });
			expect(first.json('SMS').map(({ order }) => order)).toEqual([1, 2]);
			await run(once(), orders, 'webhook', { establishedAt: 2 });
			expect(providers.sent).toHaveLength(2);
		});

		test('an item without a value is sent to once per execution', async () => {
			await run(once(), rows, 'webhook', { establishedAt: 1 });
			await run(once(), rows, 'webhook', { establishedAt: 2 });
			expect(providers.sent).toHaveLength(4);
		});

		test('somebody whom the store comes to know, or merges, stays the same', async () => {
			await run(once(), [{ ...rows[0], order: 1 }], 'webhook', { establishedAt: 1 });
			await store().call('ingest', { profiles: [{ id: 'a' }, { id: 'c' }] });
			await run(once(), [{ ...rows[0], order: 1 }, { ...rows[0], order: 2 }], 'webhook', { establishedAt: 2 });
			expect(providers.sent).toHaveLength(2);
			await store().call('ingest', { aliases: [{ from: 'a', to: 'c' }] });
			await run(once(), [{ ...rows[0], order: 2 }], 'webhook', { establishedAt: 3 });
			expect(providers.sent).toHaveLength(2);
		});
	});

	test('several people may have one phone', async () => {
		await store().call('ingest', { profiles: [{ id: 'a' }, { id: 'b' }] });
		const family = ['a', 'b', 'unknown'].map((id) => ({ id, phone: '+14155550101' }));
		const result = await run(foreign(), family, 'webhook');
		expect(result.json('SMS', 1)).toEqual([]);
		expect(providers.sent.map(({ body }) => body).sort()).toEqual(['Hi a', 'Hi b', 'Hi unknown']);
	});

	test('is written from what it says, user or not', async () => {
		const items = [{ user: { id: 'a', phone: '+14155550101', properties: { name: 'Ann' } } }, { phone: 14155550102, name: 'Bob' }];
		await run(foreign({ message: '{{ Profile.name }}', defaultCountry: 'US' }), items, 'webhook');
		expect(providers.sent.map(({ body }) => body).sort()).toEqual(['Ann', 'Bob']);
	});
});

describe('routing by country', () => {
	const rows = [{ id: 'us', phone: '+14155550101' }, { id: 'in', phone: '+919876543210' }, { id: 'fr', phone: '+33612345678' }];
	function routed(twilio: IDataObject, generic: IDataObject): TestWorkflow {
		const workflow = foreign();
		const options: Record<string, IDataObject> = { Twilio: twilio, Generic: generic };
		const nodes = workflow.nodes.map((node) => (options[node.name] ? { ...node, parameters: { ...node.parameters, options: options[node.name] as INodeParameters } } : node));
		return { ...workflow, nodes };
	}
	const sentBy = () => providers.sent.map(({ provider, to }) => `${provider} ${to}`).sort();

	test('the first provider that is for the country is asked', async () => {
		await run(routed({ onlyCountries: 'us' }, { notCountries: 'US' }), rows, 'webhook');
		expect(sentBy()).toEqual(['generic +33612345678', 'generic +919876543210', 'twilio +14155550101']);
	});

	test('whoever no provider is for is not sent to, and it is said before', async () => {
		const workflow = routed({ onlyCountries: 'US' }, { onlyCountries: 'IN, US' });
		const result = await run(workflow, rows, 'webhook');
		expect(result.json('SMS', 1)).toMatchObject([{ id: 'fr', reason: 'profile_not_reachable', detail: 'No provider of this node is for numbers of FR' }]);
		expect(sentBy()).toEqual(['generic +919876543210', 'twilio +14155550101']);
		const dry = await run(workflow, rows, 'manual');
		expect(dry.json('SMS')[2]).toMatchObject({ preview: { sms: { wouldNotSend: expect.any(String), detail: 'No provider of this node is for numbers of FR' } } });
	});

	test('a provider whose countries are none is broken in its place, and the next is asked', async () => {
		const result = await run(routed({ onlyCountries: 'Germany' }, {}), rows.slice(0, 1), 'webhook');
		expect(result.json('SMS')).toMatchObject([{ id: 'us', delivery: { provider: 'Generic' } }]);
	});
});

describe('bad input', () => {
	test('a phone that is none costs one message, and says why', async () => {
		const result = await run(foreign(), [{ id: 'x', phone: '555-01' }, { id: 'y' }, { id: 'z', phone: '+14155550103' }], 'webhook');
		expect(result.json('SMS', 1)).toMatchObject([
			{ id: 'x', reason: 'invalid_recipient', reasonText: 'Invalid recipient', detail: expect.stringContaining('"555-01" has no country code') },
			{ id: 'y', reason: 'profile_not_reachable', detail: 'No phone number' },
		]);
		expect(result.json('SMS', 0)).toMatchObject([{ id: 'z' }]);
	});

	test('a value that is missing costs one message, and is named', async () => {
		const workflow = foreign({ message: 'Hi {{ Profile.name }}' });
		const items = [{ id: 'a', phone: '+14155550101' }, { id: 'b', phone: '+14155550102', name: 'Bob' }];
		const result = await run(workflow, items, 'webhook');
		expect(result.json('SMS', 1)).toMatchObject([{ id: 'a', reason: 'personalization_failed', detail: 'No value for Profile.name, and the template gives no default' }]);
		expect(providers.sent.map(({ body }) => body)).toEqual(['Hi Bob']);
		await run(foreign({ message: 'Hi {{ Profile.name }}', options: { missing: 'empty' } }), [items[0] as IDataObject], 'webhook', { establishedAt: 5 });
		expect(providers.sent.map(({ body }) => body)).toEqual(['Hi Bob', 'Hi ']);
	});

	test('a template with a mistake is an error that names the place, in every mode and at publish', async () => {
		const workflow = foreign({ message: 'Hi\n{% if %}' });
		for (const mode of ['manual', 'trigger'] as const) {
			const result = await run(workflow, [{ id: 'a' }], mode);
			expect(result.error?.message).toMatch(/line 2, column 6/);
		}
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: providers.credentials })).rejects.toThrow(/line 2, column 6/);
	});

	test('a default country that is none is an error, not everybody\'s invalid number', async () => {
		const workflow = foreign({ defaultCountry: 'Germany' });
		expect((await run(workflow, [{ id: 'a', phone: '0151' }])).error?.message).toContain('"GERMANY" is not a two-letter country code');
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: providers.credentials })).rejects.toThrow(/two-letter/);
	});

	test('no provider is an error', async () => {
		const workflow = workflowOf([start, own('SMS', 'sms', { message: 'Hi' })], [['Start', 'SMS']]);
		const result = await run(workflow, [{ id: 'a', phone: '+14155550101' }]);
		expect(result.error?.message).toContain('must be connected and enabled');
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES })).rejects.toThrow('"SMS" has no provider.');
	});
});

describe('providers', () => {
	const [item] = [{ id: 'a', phone: '+14155550101' }];

	test.each([
		['wrong', { campaignsTwilioApi: { authType: 'authToken', accountSid: 'AC1', authToken: 'wrong-secret-token' } }],
		['missing', { campaignsTwilioApi: undefined }],
	])('one whose credential is %s falls over to the next', async (_what, broken) => {
		const credentials: Record<string, Record<string, string>> = { ...providers.credentials };
		if (broken.campaignsTwilioApi) credentials.campaignsTwilioApi = { ...providers.credentials.campaignsTwilioApi, ...broken.campaignsTwilioApi };
		else delete credentials.campaignsTwilioApi;
		const result = await run(foreign(), [item as IDataObject], 'webhook', { credentials });
		expect(result.json('SMS')).toMatchObject([{ delivery: { provider: 'Generic' } }]);
		expect(providers.sent).toMatchObject([{ provider: 'generic' }]);
	});

	test('a disabled one is not asked', async () => {
		const workflow = foreign();
		const nodes = workflow.nodes.map((node) => (node.name === 'Twilio' ? { ...node, disabled: true } : node));
		await run({ ...workflow, nodes }, [item as IDataObject], 'webhook');
		expect(providers.sent).toMatchObject([{ provider: 'generic' }]);
	});

	test('one that does not answer leaves the message unknown, and nobody else is asked', async () => {
		await providers.close();
		providers = await startSmsProviders(() => ({ status: 500, body: { oops: true } }));
		const result = await run(foreign(), [item as IDataObject], 'webhook');
		expect(result.json('SMS', 2)).toMatchObject([{ reason: 'unknown_outcome', delivery: { provider: 'Twilio' } }]);
		expect(providers.sent).toEqual([]);
	});

	test('people wait while none is there, and are sent to, with what they carried, when one is', async () => {
		const items = (await campaignItems(store(), 2)).map((one) => ({ ...one, note: 'kept' }));
		const baseUrl = `http://127.0.0.1:${await closedPort()}`;
		const nobody = Object.fromEntries(Object.entries(providers.credentials).map(([type, credential]) => [type, { ...credential, baseUrl }]));
		const held = await run(inCampaign(), items, 'trigger', { credentials: nobody });
		expect(outputs(held)).toEqual([[], [], []]);
		expect(messages().map(({ state }) => state)).toEqual(['held', 'held']);
		// Whoever comes again meanwhile does not overtake them.
		expect(outputs(await run(inCampaign(), items))).toEqual([[], [], []]);
		expect(providers.requests()).toEqual([]);

		const clock = store().clock as { now: () => number };
		const real = clock.now.bind(clock);
		clock.now = () => real() + 60_000;
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'SMS', type: 'n8n-nodes-campaigns.sms' });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		const released = await run(inCampaign(), [{ campaignRelease: { token: release?.token as string } }]);
		expect(released.json('SMS')).toMatchObject([{ note: 'kept', user: {}, campaign: { visit: 2 } }, { note: 'kept' }]);
		expect(providers.sent).toHaveLength(2);
	});
});

describe('template variables and key-value pairs', () => {
	const json = '{ "to": "$$To", "text": "$$Body", "vars": $$TemplateVariables, "uid": "$$uid", "shop": "$$shop" }';
	const request = { json, headers: { pairs: [{ name: 'X-Tier', value: '$$tier' }] } };
	const variables = (...values: string[]) => ({ variable: values.map((value) => ({ value })) });
	const pairs = { body: [{ name: '$$uid', value: '{{ Profile.id }}' }], header: [{ name: 'tier', value: '{{ Profile.tier | default: "none" }}' }], global: [{ name: 'shop', value: '7' }] };
	const filled = { templateVariables: variables('{{ Profile.id }}', 'fixed'), keyValues: pairs };
	const workflow = (parameters: INodeParameters, provider: INodeParameters = request) =>
		workflowOf([start, own('SMS', 'sms', { message: 'Hi', ...parameters }), own('Generic', 'genericSmsProvider', provider)], [['Start', 'SMS'], ['Generic', 'SMS', 'ai_chain']]);
	const people = [{ id: 'a', phone: '+14155550101', tier: 'gold' }, { id: 'b', phone: '+14155550102' }];

	test('go out, each with the values of its person', async () => {
		const result = await run(workflow(filled), people, 'webhook');
		expect(result.error).toBeUndefined();
		const seen = providers.requests().map(({ body, headers }) => ({ ...(JSON.parse(body) as IDataObject), tier: headers['x-tier'] }));
		expect(seen.sort((a, b) => a.tier!.toString().localeCompare(b.tier as string))).toEqual([
			{ to: '+14155550101', text: 'Hi', vars: ['a', 'fixed'], uid: 'a', shop: '7', tier: 'gold' },
			{ to: '+14155550102', text: 'Hi', vars: ['b', 'fixed'], uid: 'b', shop: '7', tier: 'none' },
		]);
	});

	test('are shown in a run by hand', async () => {
		const result = await run(workflow(filled), [people[0] as IDataObject], 'manual');
		expect(result.json('SMS')).toMatchObject([{ preview: { sms: { wouldSend: { templateVariables: ['a', 'fixed'], keyValues: { uid: 'a' }, headerPairs: { tier: 'gold' }, globalPairs: { shop: '7' } } } } }]);
	});

	test('global ones are the same for all, with one "@" of two before what would be a form', async () => {
		const global = [{ name: 'shop', value: '@@Shop - us, me@@home' }];
		const result = await run(workflow({ ...filled, keyValues: { ...pairs, global } }), people, 'webhook');
		expect(result.error).toBeUndefined();
		expect(providers.requests().map(({ body }) => JSON.parse(body) as IDataObject)).toMatchObject(Array(2).fill({ shop: '@Shop - us, me@@home' }));
	});

	test('a value that is missing costs one message', async () => {
		const result = await run(workflow({ ...filled, templateVariables: variables('{{ Profile.tier }}') }), people, 'webhook');
		expect(result.json('SMS', 1)).toMatchObject([{ id: 'b', reason: 'personalization_failed', detail: expect.stringContaining('Profile.tier') }]);
		expect(result.json('SMS', 0)).toHaveLength(1);
	});

	test('a header that is personalized is an error where the provider sends in batches, by hand and at publish', async () => {
		const batched = { json: '{ "shop": "$$shop", "msgs": [{ "to": "$$To", "text": "$$Body", "uid": "$$uid" }] }', headers: request.headers, batch: true, batchKey: 'msgs' };
		const made = workflow({ keyValues: pairs }, batched);
		const why = /header pair "tier" is personalized, but "Generic" sends many/;
		expect((await run(made, people, 'manual')).error?.message).toMatch(why);
		await expect(publish({ workflow: made, nodes: CAMPAIGN_NODES, credentials: providers.credentials })).rejects.toThrow(why);
		expect((await run(workflow({ keyValues: { ...pairs, header: [{ name: 'tier', value: 'all' }] } }, batched), people, 'manual')).error).toBeUndefined();
	});

	const wrong: Array<[string, INodeParameters, RegExp]> = [
		['a name that nobody supplies', { keyValues: { ...pairs, body: [] } }, /"Generic" needs a value for \$\$uid/],
		['a pair that nobody takes', { keyValues: { ...pairs, header: [...pairs.header, { name: 'x', value: '1' }] } }, /place for the header pair "x"/],
		['a global pair with Liquid', { keyValues: { ...pairs, global: [{ name: 'shop', value: '{{ Profile.shop }}' }] } }, /global pair "shop" is personalized/],
		['a mistake in a value', { keyValues: { ...pairs, body: [{ name: 'uid', value: '{% if %}' }] } }, /line 1/],
		['a mistake in a variable', { templateVariables: variables('{{ a | nothing }}'), keyValues: pairs }, /line 1/],
	];
	test.each(wrong)('%s is an error, by hand and at publish', async (_what, parameters, why) => {
		expect((await run(workflow(parameters), people, 'manual')).error?.message).toMatch(why);
		await expect(publish({ workflow: workflow(parameters), nodes: CAMPAIGN_NODES, credentials: providers.credentials })).rejects.toThrow(why);
	});
});

describe('secrets', () => {
	test('are in no item, error or row, also when a provider says them', async () => {
		await campaignItems(store(), 1);
		const credentials = { ...providers.credentials, campaignsTwilioApi: { ...providers.credentials.campaignsTwilioApi, authToken: 'wrong-secret-token' }, campaignsGenericSmsApi: { ...providers.credentials.campaignsGenericSmsApi, headerValue: 'wrong-secret-key' } } as Record<string, Record<string, string>>;
		const items = await run(foreign({ options: { maxWaitHours: 0 } }), [{ id: 'a', phone: '+14155550101' }], 'webhook', { credentials });
		expect(items.json('SMS', 1)).toMatchObject([{ reason: 'provider_auth' }]);
		const good = await run(foreign(), [{ id: 'b', phone: '+14155550102' }], 'webhook');
		expect(good.json('SMS')).toHaveLength(1);
		const by = await run(foreign(), [{ id: 'c', phone: '+14155550103' }], 'manual', { credentials });
		const basic = Buffer.from(`${credentials.campaignsTwilioApi?.accountSid}:wrong-secret-token`).toString('base64');
		const said = JSON.stringify([items.run, good.run, by.run]);
		const file = ['', '-wal'].map((suffix) => readFileSync(`${process.env.N8N_CAMPAIGNS_STORE}${suffix}`).toString('latin1')).join();
		expect(file).toContain('provider_auth');
		for (const secret of ['wrong-secret-token', 'wrong-secret-key', basic, TWILIO_TOKEN, GENERIC_KEY]) {
			expect(said).not.toContain(secret);
			expect(file).not.toContain(secret);
		}
	});
});
