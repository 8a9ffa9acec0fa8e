import { setTimeout as sleep } from 'node:timers/promises';

import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, chain, EVERYBODY_NOW, idsOf, own, rowsOfStore, startSmsProviders, workflowOf, type Line, type SmsProviders } from '../support/campaign-workflow';
import { execute, publish, type Published, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

const JUST_BEFORE_SIX = Date.UTC(2026, 2, 2, 5, 59, 55);

describe('a whole campaign', () => {
	const store = useNodeStore(() => JUST_BEFORE_SIX - Date.now());
	let providers: SmsProviders;
	let live: Published | undefined;
	beforeEach(async () => {
		// Twilio has no credit left for numbers that end in 0.
		providers = await startSmsProviders((to) => (to.endsWith('0') ? { status: 429, body: { code: 20429, message: 'Too Many Requests' } } : undefined));
	});
	afterEach(async () => {
		await live?.close();
		await providers.close();
	});

	/** Campaign Trigger -> DND Gate -> Throttle -> SMS, and something on every other output. */
	function campaign(trigger: INodeParameters = {}): TestWorkflow {
		const nodes = [
			own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, campaignName: 'Spring', labels: 'a, b', ...trigger }),
			own('DND', 'dndGate', { windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '05:00', to: '06:00' }] } }),
			own('Slowly', 'throttle', { people: 5, interval: 1, unit: 'seconds' }),
			own('SMS', 'sms', { message: 'Hi {{ Profile.name }}' }),
			base('Report', 'noOp'),
			base('Trouble', 'noOp'),
			...providers.nodes,
		];
		const lines: Line[] = [['Campaign', 'DND'], ['DND', 'Slowly'], ['Slowly', 'SMS'], ['Campaign', 'Report', 1], ['Campaign', 'Trouble', 2], ...providers.lines()];
		return workflowOf(nodes, lines, { name: 'Workflow' });
	}

	const publishIt = async (trigger?: INodeParameters) => await publish({ workflow: campaign(trigger), nodes: CAMPAIGN_NODES, credentials: providers.credentials });
	const finished = async (published: Published) =>
		await until('the run to be finished', () => published.executions.find((execution) => execution.order.includes('Report')));

	async function addAudience() {
		const profiles = Array.from({ length: 12 }, (_, index) => ({
			id: `p${index}`, phone: `+1415555${String(1000 + index)}`, properties: { name: `Name ${index}` }, timezone: index < 2 ? 'UTC' : 'Asia/Tokyo',
		}));
		await store().call('ingest', { profiles });
		return profiles;
	}

	test('reaches everybody once, over two gates that hold and a provider that refuses, and reports', async () => {
		const profiles = await addAudience();
		live = await publishIt();
		const over = await finished(live);
		expect(live.executions.filter(({ error }) => error)).toEqual([]);
		expect(providers.sent.map(({ to, body }) => `${to} ${body}`).sort()).toEqual(profiles.map(({ phone, properties }) => `${phone} Hi ${properties.name}`).sort());
		expect(providers.sent.filter(({ provider }) => provider === 'generic').map(({ to }) => to).sort()).toEqual(['+14155551000', '+14155551010']);

		expect(over.json('Report')).toEqual([
			{
				campaign: { id: 'workflow-1:node-1', name: 'Spring' },
				run: expect.objectContaining({ state: 'finished', qualified: 12, sent: 12, waiting: 0, unknown: 0, unaccounted: 0, notSent: {} }),
			},
		]);
		expect(over.order).toEqual(['Campaign', 'Report']);
		// The first five pass the throttle at once, two wait for the end of their do-not-disturb hours.
		const sms = live.executions.flatMap((execution) => execution.json('SMS'));
		expect(idsOf(sms).sort()).toEqual(profiles.map(({ id }) => id).sort());
		expect(sms[0]).toMatchObject({ campaign: { name: 'Spring', labels: ['a', 'b'] }, delivery: { provider: expect.stringMatching(/Twilio|Generic/) } });
		const gates = rowsOfStore().hold?.filter(({ node }) => rowsOfStore().node?.find((one) => one.node === node)?.name === 'DND') ?? [];
		expect(gates.filter(({ due_at, held_at }) => due_at !== held_at)).toHaveLength(2);
	});

	test('goes out once per run name', async () => {
		await addAudience();
		live = await publishIt();
		await finished(live);
		await live.close();
		expect(providers.sent).toHaveLength(12);

		live = await publishIt({ campaignName: 'Renamed' });
		await sleep(2_500);
		expect(live.executions).toEqual([]);
		await live.close();
		expect(providers.sent).toHaveLength(12);

		live = await publishIt({ runName: 'second' });
		await finished(live);
		expect(providers.sent).toHaveLength(24);
		expect(rowsOfStore().run).toHaveLength(2);
	});

	test('that nobody is in says so by Alert as well as by Run finished', async () => {
		live = await publishIt();
		const over = await finished(live);
		expect(over.json('Report')).toMatchObject([{ run: { qualified: 0, sent: 0 } }]);
		expect(over.json('Trouble')).toMatchObject([{ alert: 'Nobody was in the segment when the run started, so nothing was sent.' }]);
		expect(providers.requests()).toEqual([]);
	});

	test('may be late by a part of an hour', async () => {
		live = await publishIt({ options: { waitSeconds: 0, maxLatenessHours: 2.2 } });
		await finished(live);
		expect(rowsOfStore().run).toMatchObject([{ max_lateness_ms: 7_920_000 }]);
	});

	test('that is stopped before it starts says so, and nothing by Alert', async () => {
		await addAudience();
		live = await publishIt({ options: { waitSeconds: 600 } });
		await store().call('stopRuns', { campaignId: 'workflow-1:node-1' });
		const over = await finished(live);
		expect(over.json('Report')).toMatchObject([{ run: { state: 'stopped', qualified: 0 } }]);
		expect(over.order).not.toContain('Trouble');
	});

	test('that is live and that nobody came into says that by Alert', async () => {
		const event = { event: [{ event: { mode: 'id', value: 'Added', __rl: true } }] };
		live = await publishIt({ schedule: 'liveAction', liveEvents: event, liveOptions: { to: '2026-02-01T00:00:00Z', maxEventAgeHours: 1 } });
		const over = await finished(live);
		expect(over.json('Trouble')).toMatchObject([{ alert: 'Nobody came in before the run was over, so nothing was sent.' }]);
	});

	test('that is paused says why by Alert, and goes on when it is published again', async () => {
		await addAudience();
		live = await publishIt();
		await store().call('pauseCampaign', { campaignId: 'workflow-1:node-1', reason: 'The providers refused the credentials' });
		const alert = await until('the alert', () => live?.executions.find((execution) => execution.order.includes('Trouble')));
		expect(alert.json('Trouble')).toMatchObject([{ alert: 'The providers refused the credentials', workflow: { name: 'Workflow' } }]);
		await live.close();
		expect(live.executions.some((execution) => execution.order.includes('Report'))).toBe(false);

		live = await publishIt();
		await finished(live);
		expect(providers.sent).toHaveLength(12);
	});

	test('whose saved segment was deleted all the same says so by Alert, and starts when it was saved again and published', async () => {
		await addAudience();
		const save = async () => await store().call('saveSegment', { name: 'VIP', rule: { all: [] } });
		const vip = { segmentRule: '{ "segment": "vip" }', options: { waitSeconds: 2 } };
		await save();
		live = await publishIt(vip);
		await store().call('deleteSegment', { reference: 'VIP', evenIfUsed: true });
		const alert = await until('the alert', () => live?.executions.find((execution) => execution.order.includes('Trouble')));
		expect(alert.json('Trouble')).toMatchObject([{ alert: expect.stringMatching(/^The run could not start\. .*there is no saved segment called "VIP"\. .*publish again\.$/) }]);
		await live.close();
		await expect(publishIt(vip)).rejects.toThrow(/there is no saved segment called "vip"/);
		expect(live.executions.some((execution) => execution.order.includes('Report'))).toBe(false);

		await save();
		live = await publishIt(vip);
		await finished(live);
		expect(providers.sent).toHaveLength(12);
	});

	test('people who were held go on with what the store knows of them now', async () => {
		await store().call('ingest', { profiles: [{ id: 'late', phone: '+14155551234', properties: { name: 'Before' }, timezone: 'UTC' }] });
		live = await publishIt();
		await until('the hold', () => rowsOfStore().hold?.some(({ state, due_at, held_at }) => state === 0 && due_at !== held_at));
		await store().call('ingest', { profiles: [{ id: 'late', properties: { name: 'After' } }] });
		await finished(live);
		expect(providers.sent).toMatchObject([{ body: 'Hi After' }]);
	});
});

describe('Campaign Trigger', () => {
	const store = useNodeStore();
	const trigger = (parameters: INodeParameters = {}) => chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...parameters }));
	const run = (workflow: TestWorkflow, items?: IDataObject[], mode: 'manual' | 'trigger' = 'manual') => execute({ workflow, nodes: CAMPAIGN_NODES, items, mode });

	test('run by hand shows ten people at most, says how many there are, and starts nothing', async () => {
		await store().call('ingest', { profiles: Array.from({ length: 12 }, (_, index) => ({ id: `p${index}`, phone: '+14155550100' })) });
		const before = rowsOfStore();
		const result = await run(trigger());
		expect(result.error).toBeUndefined();
		expect(result.json('Campaign')).toHaveLength(10);
		expect(result.json('Campaign')[0]).toMatchObject({ user: { phone: '+14155550100' }, preview: { selected: 'would be in the run' } });
		expect(result.json('Campaign')[0]).not.toHaveProperty('campaign');
		expect(result.hints('Campaign')).toContain('12 people are in this segment now. Up to 10 are shown; a run by hand sends nothing.');
		expect(rowsOfStore()).toEqual(before);
	});

	test('run by hand warns of names the store does not know', async () => {
		await store().call('ingest', { profiles: [{ id: 'p', properties: { city: 'Lyon' } }] });
		const result = await run(trigger({ segmentRule: '{ "profile": "citty", "is": "exists" }' }));
		expect(result.hints('Campaign').join(' ')).toContain('did you mean "city"');
	});

	test.each(['trigger', 'manual'] as const)('a token that is none releases nobody (%s)', async (mode) => {
		const result = await run(trigger(), [{ campaignRelease: { token: '5f0c9f4e-0000-4000-8000-000000000000' } }], mode);
		expect(result.error).toBeUndefined();
		expect(result.json('Campaign')).toEqual([]);
	});

	test('a token releases once, and never into a run by hand', async () => {
		await store().call('ingest', { profiles: [{ id: 'p1' }, { id: 'p2' }] });
		const workflow = trigger();
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-1', name: 'Campaign', type: 'x' });
		const published = await store().call('publishCampaign', {
			campaignId: 'workflow-1:node-1', workflowId: 'workflow-1', name: 'C', labels: [], byOperator: true,
			definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'now first', blockSize: 500, graceMs: 0, maxLatenessMs: 86_400_000 },
		});
		const { people } = await store().ask('find', { rule: { all: [] } });
		await store().call('startRun', { run: published.run?.run as number, node, people });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		const item = { campaignRelease: { token: release?.token as string } };

		expect((await run(workflow, [item], 'manual')).json('Campaign')).toEqual([]);
		expect(idsOf((await run(workflow, [item], 'trigger')).json('Campaign')).sort()).toEqual(['p1', 'p2']);
		await store().call('settleRelease', { token: item.campaignRelease.token, end: 'success' });
		expect((await run(workflow, [item], 'trigger')).json('Campaign')).toEqual([]);
	});

	const refused: Array<[string, INodeParameters, RegExp]> = [
		['a rule that is no JSON', { segmentRule: '{ "all": [' }, /JSON/],
		['a rule with an unknown operator', { segmentRule: '{ "profile": "city", "is": "like", "value": "x" }' }, /The segment cannot be used\. is: must be one of/],
		['a date that is none', { schedule: 'at', sendAt: 'tomorrow' }, /"Send At" is not a date and time: tomorrow/],
		['fewer than 100 people as a limit', { who: { perDay: 99 } }, /per day must be at least 100/],
		['a control group that the account does not have', { who: { customControlGroups: 'Winter' } }, /no custom control group "Winter"/],
	];
	test.each(refused)('is not published with %s', async (_what, parameters, why) => {
		await expect(publish({ workflow: trigger(parameters), nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
		expect(rowsOfStore().campaign).toEqual([]);
	});

	// A node that refuses itself does not keep n8n from starting the others: the people would all fail at it.
	const broken: Array<[string, ReturnType<typeof own>, RegExp]> = [
		['do-not-disturb hours that never end', own('DND', 'dndGate', { windows: { window: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '00:00' }] } }), /"DND".*never open/],
		['a throttle of 0', own('Slowly', 'throttle', { people: 0 }), /"Slowly".*at least 1/],
		['a template with a mistake', own('SMS', 'sms', { message: 'Hi {{ Profile.name' }), /"SMS".*line 1, column 4/],
		['a body with a mistake', own('Hook', 'webhookSender', { url: 'https://example.com', content: 'template', body: '{ "a": {% if %} }' }), /"Hook".*line 1/],
		['an SMS without a provider', own('SMS', 'sms', { message: 'Hi' }), /"SMS" has no provider/],
	];
	test.each(broken)('starts nothing before %s', async (_what, node, why) => {
		const workflow = chain(own('Campaign', 'campaignTrigger', EVERYBODY_NOW), node);
		const only = { ...workflow, nodes: [workflow.nodes[0] as never, { ...node, disabled: false }] };
		await expect(publish({ workflow: only, nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
		expect(rowsOfStore().run).toEqual([]);
		await expect(publish({ workflow: { ...workflow, nodes: [workflow.nodes[0] as never, { ...node, disabled: true }] }, nodes: CAMPAIGN_NODES }).then(async (live) => await live.close())).resolves.toBeUndefined();
	});

	test('the embedded store is refused in queue mode', async () => {
		process.env.EXECUTIONS_MODE = 'queue';
		try {
			await expect(publish({ workflow: trigger(), nodes: CAMPAIGN_NODES })).rejects.toThrow(/cannot be used in n8n queue mode/);
			const result = await run(trigger());
			expect(result.error?.message).toMatch(/cannot be used in n8n queue mode/);
			expect(result.error?.description).toContain('PostgreSQL');
		} finally {
			delete process.env.EXECUTIONS_MODE;
		}
	});
});
