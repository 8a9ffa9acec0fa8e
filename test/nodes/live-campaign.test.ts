import { setTimeout as sleep } from 'node:timers/promises';

import type { INodeParameters } from 'n8n-workflow';

import { CAMPAIGN_NODES, own, startSmsProviders, workflowOf, type SmsProviders } from '../support/campaign-workflow';
import { execute, publish, type Published, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

const ADDED: INodeParameters = { schedule: 'liveAction', segmentMode: 'builder', liveEvents: { event: [{ event: 'Added to Cart' }] } };

describe('a live campaign', () => {
	const store = useNodeStore();
	let providers: SmsProviders;
	let live: Published | undefined;
	beforeEach(async () => {
		providers = await startSmsProviders();
		await store().ingest({ profiles: [{ id: 'ada', phone: '+14155551001', properties: { name: 'Ada' } }, { id: 'bob', phone: '+14155551002' }, { id: 'cy', phone: '+14155551003' }] });
	});
	afterEach(async () => {
		await live?.close();
		await providers.close();
	});

	function campaign(trigger: INodeParameters, message: string): TestWorkflow {
		return workflowOf(
			[own('Campaign', 'campaignTrigger', trigger), own('Slowly', 'throttle', { people: 1, interval: 1, unit: 'seconds' }), own('SMS', 'sms', { message }), ...providers.nodes],
			[['Campaign', 'Slowly'], ['Slowly', 'SMS'], ...providers.lines()],
		);
	}
	const publishIt = async (trigger: INodeParameters, message = 'You like {{ Event.sku }}') =>
		(live = await publish({ workflow: campaign(trigger, message), nodes: CAMPAIGN_NODES, credentials: providers.credentials }));
	const added = async (user: string, sku: string) => await store().ingest({ events: [{ user, name: 'added to cart', properties: { sku } }] });

	test('answers an event within a second, with what the event says, also after a gate has held somebody', async () => {
		await publishIt(ADDED);
		await sleep(1_500);
		const took: number[] = [];
		for (const [index, user] of ['ada', 'bob', 'cy'].entries()) {
			const started = Date.now();
			await added(user, 'shoe');
			await until('the message', () => providers.sent.length === index + 1);
			took.push(Date.now() - started);
			// The throttle's second is over for the next.
			await sleep(1_500);
		}
		// The quickest: whatever else the machine is busy with makes single ones late.
		expect(Math.min(...took)).toBeLessThan(1_000);
		await store().ingest({ events: [{ user: 'ada', name: 'Added to Cart', properties: { sku: 'hat' } }, { user: 'bob', name: 'Added to Cart', properties: { sku: 'coat' } }] });
		await until('the others', () => providers.sent.length === 5);
		expect(providers.sent.map(({ to, body }) => `${to} ${body}`).sort()).toEqual([
			'+14155551001 You like hat', '+14155551001 You like shoe', '+14155551002 You like coat', '+14155551002 You like shoe', '+14155551003 You like shoe',
		]);
		expect(live?.executions.filter(({ error }) => error)).toEqual([]);
		expect(live?.executions[0]?.json('Campaign')).toMatchObject([{ user: { id: 'ada' }, event: { name: 'added to cart', ts: expect.any(String), properties: { sku: 'shoe' } } }]);
	});

	test('waits for what is not to happen, and tells which article it is about', async () => {
		const inaction: INodeParameters = {
			schedule: 'liveInaction', segmentMode: 'builder', liveEvents: ADDED.liveEvents as INodeParameters, secondEvent: 'Charged', sameProperty: 'sku', liveWithin: 1, liveWithinUnit: 'minutes',
		};
		await publishIt(inaction, 'Still there: {{ ConstantEventProperty }}');
		await sleep(100);
		// Clients may say times up to five minutes ahead; here they all lie within the first moments of being live.
		await added('ada', 'shoe');
		await added('ada', 'hat');
		await store().ingest({ events: [{ user: 'ada', name: 'Charged', properties: { sku: 'hat' } }] });
		const run = await until('both to have come in', async () => {
			const report = await store().ask('runReport', { run: 1 });
			return report?.qualified === 2 && report;
		});
		expect(run).toMatchObject({ state: 'running', waiting: 1, notSent: { event_happened: 1 } });
		await until('the message', () => providers.sent.length > 0, 75_000);
		expect(providers.sent).toMatchObject([{ to: '+14155551001', body: 'Still there: shoe' }]);
	}, 90_000);

	test('tried out by hand shows people who did it, with what they did, and sends nothing', async () => {
		await added('ada', 'shoe');
		const workflow = campaign(ADDED, 'You like {{ Event.sku }}');
		const execution = await execute({ workflow, nodes: CAMPAIGN_NODES, credentials: providers.credentials });
		expect(execution.json('Campaign')).toMatchObject([{ user: { id: 'ada' }, event: { properties: { sku: 'shoe' } }, preview: {} }]);
		expect(JSON.stringify(execution.json('SMS'))).toContain('You like shoe');
		expect(providers.sent).toEqual([]);
	});

	test.each([
		['no event', { schedule: 'liveAction' }, 'events: name at least one'],
		['an event that excludes itself', { schedule: 'liveInaction', liveEvents: ADDED.liveEvents as INodeParameters, secondEvent: 'AddedToCart', liveWithin: 5 }, 'cannot be both'],
		['no property', { schedule: 'liveDate', dateOf: 'profile' }, 'date property'],
		['an end that was left empty', { schedule: 'liveAction', liveEvents: ADDED.liveEvents as INodeParameters, liveOptions: { to: '' } }, '"End" is not a date and time: (empty)'],
		['no time of day', { schedule: 'liveDate', dateProfileProperty: 'birthday', dateTime: 'nine' }, 'time of day'],
	])('is refused with %s', async (_what, trigger, message) => {
		await expect(publishIt({ segmentMode: 'builder', ...trigger } as INodeParameters)).rejects.toThrow(message);
	});
});
