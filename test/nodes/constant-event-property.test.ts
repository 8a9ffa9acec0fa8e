import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { SegmentFilter } from '../../nodes/SegmentFilter/SegmentFilter.node';
import type { Rule } from '../../engine/segments';
import { base, CAMPAIGN_NODES, chain, EVERYBODY_NOW, own, rowsOfStore, startSmsProviders, workflowOf, type Line, type SmsProviders } from '../support/campaign-workflow';
import { startLoopback } from '../support/loopback';
import { execute, publish, type Published } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

const JUST_BEFORE_SIX = Date.UTC(2026, 2, 2, 5, 59, 55);
const nodes = [...CAMPAIGN_NODES, SegmentFilter];
const did = (event: string, yes = true): Rule => ({ event, did: yes });
const abandoned: Rule = { same: { property: 'sku', rule: { all: [did('Viewed'), did('Charged', false)] } } };
const segment = (rule: Rule): INodeParameters => ({ segmentMode: 'json', segmentRule: JSON.stringify(rule) });

const store = useNodeStore(() => JUST_BEFORE_SIX - Date.now());
let providers: SmsProviders;
let live: Published | undefined;
beforeEach(async () => {
	providers = await startSmsProviders();
	const viewed = (user: string, sku: string, minutesAgo: number) => ({ user, name: 'Viewed', ts: store().clock.now() - minutesAgo * 60_000, properties: { sku } });
	await store().call('ingest', {
		profiles: ['ann', 'bob', 'cyd'].map((id, index) => ({ id, phone: `+1415555${1000 + index}`, timezone: id === 'ann' ? 'UTC' : 'Asia/Tokyo' })),
		events: [viewed('ann', 'shoe', 30), viewed('ann', 'hat', 20), viewed('ann', 'bag', 10), viewed('bob', '{{ Profile.id }}{% abort %}', 10), viewed('cyd', 'cap', 9)].concat(
			[{ ...viewed('cyd', 'cap', 8), name: 'Charged' }, { ...viewed('ann', 'hat', 5), name: 'Charged' }],
		),
	});
});
afterEach(async () => {
	await live?.close();
	live = undefined;
	await providers.close();
});

/** Campaign Trigger -> DND Gate (ann is held) -> SMS. */
function campaign(rule: Rule, message: string) {
	const row = [
		own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...segment(rule) }),
		own('DND', 'dndGate', { windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '05:00', to: '06:00' }] } }),
		own('SMS', 'sms', { message }),
		base('Report', 'noOp'),
		...providers.nodes,
	];
	const lines: Line[] = [['Campaign', 'DND'], ['DND', 'SMS'], ['Campaign', 'Report', 1], ...providers.lines()];
	return workflowOf(row, lines);
}

async function runCampaign(rule: Rule, message: string): Promise<Published> {
	const published = await publish({ workflow: campaign(rule, message), nodes, credentials: providers.credentials });
	live = published;
	await until('the run to be finished', () => published.executions.some(({ order }) => order.includes('Report')));
	expect(published.executions.filter(({ error }) => error)).toEqual([]);
	return published;
}

/** By person, whatever output they left by. */
const valuesIn = (items: IDataObject[]) => Object.fromEntries(items.map((item) => [(item.user as IDataObject).id, item.constantEventProperty]));
const bodies = () => providers.sent.map(({ body }) => body).sort();

describe('a campaign', () => {
	test('hands on each person\'s values, also over a hold, and texts are written from them', async () => {
		const published = await runCampaign(abandoned, 'Still want {{ ConstantEventProperty }}? {% for x in ConstantEventProperty %}[{{ x }}]{% endfor %}');
		expect(bodies()).toEqual(['Still want bag? [bag][shoe]', 'Still want {{ Profile.id }}{% abort %}? [{{ Profile.id }}{% abort %}]']);
		expect(rowsOfStore().hold?.filter(({ due_at, held_at }) => Number(due_at) > Number(held_at))).toHaveLength(1);
		const sent = published.executions.flatMap((execution) => execution.json('SMS'));
		expect(valuesIn(sent)).toEqual({ ann: ['bag', 'shoe'], bob: ['{{ Profile.id }}{% abort %}'] });
	});

	test('whose people have no value of their own needs a default', async () => {
		const anybody: Rule = { any: [abandoned, { all: [] }] };
		const published = await runCampaign(anybody, 'Hi {{ ConstantEventProperty[0] }}');
		const notSent = published.executions.flatMap((execution) => execution.json('SMS', 1));
		expect(notSent).toMatchObject([{ user: { id: 'cyd' }, reason: 'personalization_failed', detail: expect.stringContaining('ConstantEventProperty[0]') }]);
		expect(notSent[0]).not.toHaveProperty('constantEventProperty');
	});

	test('keeps to the values of the moment its run began', async () => {
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-1', name: 'Campaign', type: 'x' });
		const published = await store().call('publishCampaign', {
			campaignId: 'workflow-1:node-1', workflowId: 'workflow-1', name: 'C', labels: [], byOperator: true,
			definition: { segment: abandoned, schedule: { kind: 'now' }, runKey: 'now first', blockSize: 500, graceMs: 0, maxLatenessMs: 86_400_000 },
		});
		const { people } = await store().ask('find', { rule: abandoned });
		await store().call('startRun', { run: published.run?.run as number, node, people });
		const later = store().clock.now() + 1;
		await until('a later moment', () => store().clock.now() > later);
		await store().call('ingest', { events: [{ user: 'ann', name: 'Charged', ts: store().clock.now(), properties: { sku: 'bag' } }] });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		// The node's own segment has been changed meanwhile; the run keeps the one it began with.
		const workflow = chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...segment(did('Viewed')) }));
		const result = await execute({ workflow, nodes, items: [{ campaignRelease: { token: release?.token as string } }], mode: 'trigger' });
		expect(result.error).toBeUndefined();
		expect(valuesIn(result.json('Campaign'))).toMatchObject({ ann: ['bag', 'shoe'] });
	});

	test.each<[string, Rule, string[], boolean]>([
		['a rule with "same"', abandoned, ['find', 'unknownNames', 'sameValues'], true],
		['a rule without', did('Viewed'), ['find', 'unknownNames'], false],
	])('run by hand shows values by %s', async (_what, rule, questions, shown) => {
		const ask = jest.spyOn(store(), 'ask');
		const workflow = chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...segment(rule) }));
		const result = await execute({ workflow, nodes, mode: 'manual' });
		const asked = ask.mock.calls.map(([question]) => question);
		ask.mockRestore();
		expect(valuesIn(result.json('Campaign')).ann).toEqual(shown ? ['bag', 'shoe'] : undefined);
		expect(asked).toEqual(questions);
	});
});

describe('Segment Filter', () => {
	const filter = (rule: Rule) => chain(base('Start', 'manualTrigger'), own('Filter', 'segmentFilter', segment(rule)));
	const run = async (rule: Rule, ...items: IDataObject[]) => await execute({ workflow: filter(rule), nodes, items, mode: 'trigger' });
	const user = (id: string, more: IDataObject = {}) => ({ user: { id }, ...more });

	test('puts the values on those who match, in place of others', async () => {
		const result = await run(abandoned, user('ann', { constantEventProperty: ['old'], more: 1 }), user('bob'), user('cyd', { constantEventProperty: ['old'] }));
		expect(result.json('Filter')).toEqual([
			user('ann', { constantEventProperty: ['bag', 'shoe'], more: 1 }),
			user('bob', { constantEventProperty: ['{{ Profile.id }}{% abort %}'] }),
		]);
		expect(result.json('Filter', 1)).toEqual([user('cyd', { constantEventProperty: ['old'] })]);
	});

	test('leaves items as they are where the segment says nothing of values', async () => {
		const item = user('ann', { constantEventProperty: ['old'] });
		expect((await run(did('Viewed'), item)).json('Filter')).toEqual([item]);
	});
});

test('a webhook\'s body is written from the values, escaped', async () => {
	const hook = await startLoopback((_request, answer) => answer({ status: 200, body: {} }));
	try {
		const body = '{ "sku": "{{ ConstantEventProperty | default: "none" }}", "all": {{ ConstantEventProperty | json }} }';
		const workflow = chain(base('Start', 'manualTrigger'), own('Hook', 'webhookSender', { url: `${hook.url}/x`, method: 'POST', content: 'template', body }));
		const credentials = { campaignsWebhookApi: { secret: `whsec_${Buffer.from('x'.repeat(32)).toString('base64')}`, authentication: 'none', allowPrivate: true } };
		const items = [{ user: { id: 'x' }, constantEventProperty: ['a"b', 'c', null, { no: 1 }, ''] }];
		const result = await execute({ workflow, nodes, items, credentials, mode: 'trigger' });
		expect(result.error).toBeUndefined();
		expect(hook.seen.map((request) => JSON.parse(request.body) as unknown)).toEqual([{ sku: 'a"b', all: ['a"b', 'c'] }]);
	} finally {
		await hook.close();
	}
});
