import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { CampaignDefinition } from '../../engine/campaigns/definition';
import { PLAIN_DELIVERY, type DeliveryRules } from '../../engine/campaigns/delivery-rules';
import { addPeople } from '../support/campaign';
import { CAMPAIGN_NODES, campaignItems, chain, EVERYBODY_NOW, idsOf, own, rowsOfStore, startSmsProviders, workflowOf, type SmsProviders } from '../support/campaign-workflow';
import { execute, publish } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

/** Monday, 2 March 2026, 20:00 in UTC. */
const EVENING = Date.UTC(2026, 2, 2, 20);
const MIDNIGHT = Date.UTC(2026, 2, 3);
const HOUR = 3_600_000;
const store = useNodeStore();
beforeEach(() => moveTo(EVENING));

function moveTo(time: number): void {
	const clock = store().clock as { now: () => number };
	clock.now = () => time;
}

const withRules = (rules: Partial<DeliveryRules>, more: Partial<CampaignDefinition> = {}): Partial<CampaignDefinition> => ({ delivery: { ...PLAIN_DELIVERY, clock: 'UTC', ...rules }, ...more });
const cutOff = (then: 'stop' | 'pause') => withRules({ cutOff: { minute: 21 * 60, then } });

async function tokenOf(nodeId: string, type: string): Promise<string> {
	const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId, name: nodeId, type: `n8n-nodes-campaigns.${type}` });
	const { release } = await store().call('claimRelease', { node, limit: 500 });
	return release?.token as string;
}

const released = (token: string): IDataObject[] => [{ campaignRelease: { token } }];

describe('after the cut-off', () => {
	let providers: SmsProviders;
	beforeEach(async () => {
		providers = await startSmsProviders();
	});
	afterEach(async () => await providers.close());

	const workflow = () =>
		workflowOf([own('Campaign', 'campaignTrigger', EVERYBODY_NOW), own('Slowly', 'throttle', { people: 100 }), own('SMS', 'sms', { message: 'Hi' }), ...providers.nodes], [
			['Campaign', 'Slowly'], ['Slowly', 'SMS'], ...providers.lines(),
		]);
	const run = async (start: string, items: IDataObject[]) =>
		await execute({ workflow: workflow(), nodes: CAMPAIGN_NODES, credentials: providers.credentials, items, mode: 'trigger', start });
	const dropped = () => (rowsOfStore().dropped ?? []).map(({ reason }) => reason);

	test('the trigger lets nobody go on: they wait until midnight has passed', async () => {
		const people = await addPeople(store(), 2);
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-1', name: 'Campaign', type: 'n8n-nodes-campaigns.campaignTrigger' });
		const begun = await store().call('publishCampaign', {
			campaignId: 'workflow-1:node-1', workflowId: 'workflow-1', name: 'C', labels: [], byOperator: true,
			definition: { segment: { all: [] }, schedule: { kind: 'now' }, runKey: 'now first', blockSize: 500, graceMs: 0, maxLatenessMs: 24 * HOUR, ...cutOff('pause') },
		});
		await store().call('startRun', { run: begun.run?.run as number, node, people: Uint32Array.from(people) });
		moveTo(EVENING + 2 * HOUR);
		const late = await run('Campaign', released(await tokenOf('node-1', 'campaignTrigger')));
		expect(late.error).toBeUndefined();
		expect(late.json('Campaign')).toEqual([]);
		expect(rowsOfStore().hold?.map(({ state, due_at }) => [state, due_at])).toEqual([[0, MIDNIGHT], [0, MIDNIGHT]]);
		moveTo(MIDNIGHT);
		const after = await run('Campaign', released(await tokenOf('node-1', 'campaignTrigger')));
		expect(idsOf(after.json('SMS')).sort()).toEqual(['p1', 'p2']);
		expect(providers.sent).toHaveLength(2);
	});

	test('a gate holds people until midnight, or drops them', async () => {
		const waiting = await campaignItems(store(), 1, cutOff('pause'));
		moveTo(EVENING + HOUR);
		expect((await run('Slowly', waiting)).json('SMS')).toEqual([]);
		moveTo(MIDNIGHT);
		const after = await run('Slowly', released(await tokenOf('node-2', 'throttle')));
		expect(idsOf(after.json('SMS'))).toEqual(['p1']);

		moveTo(EVENING);
		const stopped = await campaignItems(store(), 1, { ...cutOff('stop'), runKey: 'second' });
		moveTo(EVENING + HOUR);
		const result = await run('Slowly', stopped);
		expect(result.json('Slowly', 1)).toMatchObject([{ reason: 'cut_off', reasonText: 'Campaign cut-off time reached', detail: 'Cut-off at 2026-03-02T21:00:00.000Z' }]);
		expect(dropped()).toEqual(['cut_off']);
		expect(providers.sent).toHaveLength(1);
	});

	test('a throttle does not let everybody through at midnight who was kept until then', async () => {
		// Its windows begin at 20:00, and so one of them at midnight.
		const slowly = () => chain(own('Campaign', 'campaignTrigger', EVERYBODY_NOW), own('Slowly', 'throttle', { people: 1, interval: 30, unit: 'minutes' }));
		const pass = async (items: IDataObject[]) => {
			const { json } = await execute({ workflow: slowly(), nodes: CAMPAIGN_NODES, items, mode: 'trigger', start: 'Slowly' });
			return json('Slowly').length;
		};
		// From 21:00 on nobody passes, whose place it may be.
		expect(await pass(await campaignItems(store(), 4, cutOff('pause')))).toBe(1);
		moveTo(EVENING + 1.5 * HOUR);
		expect(await pass(released(await tokenOf('node-2', 'throttle')))).toBe(0);
		moveTo(MIDNIGHT);
		expect(await pass(released(await tokenOf('node-2', 'throttle')))).toBe(1);
		moveTo(MIDNIGHT + HOUR / 2);
		expect(await pass(released(await tokenOf('node-2', 'throttle')))).toBe(1);
	});

	test('a sender keeps the message until midnight, or does not send it', async () => {
		const waiting = await campaignItems(store(), 1, cutOff('pause'));
		moveTo(EVENING + HOUR);
		const kept = await run('SMS', waiting);
		expect([0, 1, 2].map((output) => kept.json('SMS', output))).toEqual([[], [], []]);
		expect(rowsOfStore().message).toMatchObject([{ state: 'held' }]);
		moveTo(MIDNIGHT);
		expect(idsOf((await run('SMS', released(await tokenOf('node-3', 'sms')))).json('SMS'))).toEqual(['p1']);

		moveTo(EVENING);
		const stopped = await campaignItems(store(), 1, { ...cutOff('stop'), runKey: 'second' });
		moveTo(EVENING + HOUR);
		expect((await run('SMS', stopped)).json('SMS', 1)).toMatchObject([{ reason: 'cut_off' }]);
		expect(providers.sent).toHaveLength(1);
	});

	test('whoever has left the segment while they were held at a gate is dropped there, where that is checked', async () => {
		const items = await campaignItems(store(), 2, withRules({ checkSegmentAgain: true, cutOff: { minute: 21 * 60, then: 'pause' } }, { segment: { not: { profile: 'bought', is: 'exists' } } }));
		moveTo(EVENING + HOUR);
		await run('Slowly', items);
		await store().call('ingest', { profiles: [{ id: 'p1', properties: { bought: true } }] });
		moveTo(MIDNIGHT);
		const after = await run('Slowly', released(await tokenOf('node-2', 'throttle')));
		expect(idsOf(after.json('SMS'))).toEqual(['p2']);
		expect(after.json('Slowly', 1)).toMatchObject([{ user: { id: 'p1' }, reason: 'user_not_qualified', reasonText: 'No longer in the segment' }]);
	});

	test('beyond the time to live nobody is sent to', async () => {
		const items = await campaignItems(store(), 1, withRules({ ttlMs: HOUR }));
		moveTo(EVENING + HOUR);
		expect((await run('SMS', items)).json('SMS', 1)).toMatchObject([{ reason: 'expired_ttl', detail: 'Time to live until 2026-03-02T21:00:00.000Z' }]);
		expect(providers.requests()).toEqual([]);
	});
});

describe('the Campaign Trigger', () => {
	const trigger = (parameters: INodeParameters) => chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...parameters }));
	const AT: INodeParameters = { schedule: 'at', sendAt: '2026-03-04T10:00:00' };
	const DATES: INodeParameters = { schedule: 'dates', sendDates: { date: [{ at: '2026-03-04T10:00:00' }, { at: '2026-03-05T10:00:00' }] } };
	const DAILY: INodeParameters = { schedule: 'recurring', repeatUnit: 'days', repeatTime: '10:00' };
	const LIVE: INodeParameters = { schedule: 'liveAction', liveEvents: { event: [{ event: 'Added to Cart' }] } };

	async function published(parameters: INodeParameters): Promise<DeliveryRules> {
		const live = await publish({ workflow: trigger(parameters), nodes: CAMPAIGN_NODES });
		await live.close();
		return JSON.parse(rowsOfStore().run?.[0]?.delivery as string) as DeliveryRules;
	}

	const zone = expect.any(String) as string;
	test.each<[string, INodeParameters, object]>([
		['nothing', AT, { clock: zone, zones: 'account', passedZones: 'drop', checkSegmentAgain: false }],
		['time zones', { ...AT, timeZone: 'person', passedZones: 'next_day' }, { zones: 'person', passedZones: 'next_day' }],
		['time zones, where there is no moment', { timeZone: 'person' }, { zones: 'account' }],
		['a best time, which is one of each person\'s day', { ...AT, delivery: { bestTimeEvent: { mode: 'list', value: 'App Launched' } } }, { zones: 'person', passedZones: 'drop', bestTime: { event: 'App Launched' } }],
		['a cut-off', { ...AT, delivery: { cutOffTime: '21:30', cutOffThen: 'pause' } }, { cutOff: { minute: 21 * 60 + 30, then: 'pause' } }],
		['a cut-off that stops', { ...AT, delivery: { cutOffTime: '24:00' } }, { cutOff: { minute: 1440, then: 'stop' } }],
		['times to live', { ...AT, delivery: { timeToLiveHours: 1.5, timeToLiveUntil: '2026-03-05T00:00:00Z', checkSegmentAgain: true } }, { ttlMs: 1.5 * HOUR, ttlAt: Date.UTC(2026, 2, 5), checkSegmentAgain: true }],
	])('reads %s', async (_what, parameters, expected) => {
		expect(await published(parameters)).toMatchObject(expected);
	});

	test.each<[string, INodeParameters, RegExp]>([
		['a best time without a moment', { delivery: { bestTimeEvent: 'App Launched' } }, /"Best Time Event" needs a campaign with a date and time/],
		['a best time of no event', { ...AT, delivery: { bestTimeEvent: { mode: 'list', value: '' } } }, /"Best Time Event" names no event/],
		['a cut-off that is no time', { ...AT, delivery: { cutOffTime: 'nine' } }, /"Cut-Off Time" is not a time of day: nine/],
		['a cut-off at the beginning of the day', { ...AT, delivery: { cutOffTime: '00:00' } }, /"Cut-Off Time" is not a time of day/],
		['what is to be done at no cut-off', { ...AT, delivery: { cutOffThen: 'pause' } }, /without a "Cut-Off Time"/],
		['a maximum lateness that nobody can keep', { options: { maxLatenessHours: 0 } }, /"Maximum Lateness" has to be at least a minute/],
		['no time to live', { ...AT, delivery: { timeToLiveHours: 0 } }, /nobody would ever be sent to/],
		['an end that is no date', { ...AT, delivery: { timeToLiveUntil: 'soon' } }, /"Time to Live Until" is not a date and time: soon/],
		['an end before the start', { ...AT, delivery: { timeToLiveUntil: '2026-03-04T01:00:00' } }, /not after the time to send at/],
		['an end that has passed, for now', { delivery: { timeToLiveUntil: '2026-03-02T19:59:59Z' } }, /nobody would ever be sent to/],
		['an end before the waiting time is over', { options: { waitSeconds: 60 }, delivery: { timeToLiveUntil: '2026-03-02T20:00:30Z' } }, /nobody would ever be sent to/],
		['an end before all dates', { ...DATES, delivery: { timeToLiveUntil: '2026-03-04T09:00:00' } }, /nobody would ever be sent to/],
		['an end before the next time it recurs', { ...DAILY, delivery: { timeToLiveUntil: '2026-03-02T21:00:00Z' } }, /nobody would ever be sent to/],
		['an end before it is 10:00 anywhere', { ...AT, timeZone: 'person', delivery: { timeToLiveUntil: '2026-03-03T19:59:00Z' } }, /nobody would ever be sent to/],
		['an end that has passed, of a live campaign', { ...LIVE, delivery: { timeToLiveUntil: '2026-03-02T19:00:00Z' } }, /nobody would ever be sent to/],
		['a safety check of a live campaign', { ...LIVE, who: { safetyCheck: 1000 } }, /the people of a run before it starts, and here they come in one by one/],
		['a safety check where people are added', { schedule: 'items', who: { safetyCheck: 1000 } }, /here they come in one by one/],
	])('is not published with %s', async (_what, parameters, why) => {
		await expect(publish({ workflow: trigger(parameters), nodes: CAMPAIGN_NODES })).rejects.toThrow(why);
		expect(rowsOfStore().campaign).toEqual([]);
	});

	test.each<[string, INodeParameters, string]>([
		['a cut-off before the time to send', { ...AT, delivery: { cutOffTime: '09:00' } }, 'The cut-off time is not after the time to send at, so it is that of the next day.'],
		['an end before some of the dates', { ...DATES, delivery: { timeToLiveUntil: '2026-03-05T10:00:00' } }, '1 of 2 dates are not before "Time to Live Until": nobody is sent to on them.'],
		['an end before it is 10:00 everywhere', { ...AT, timeZone: 'person', delivery: { timeToLiveUntil: '2026-03-04T10:00:00' } }, 'may come before everybody\'s own time to be sent to.'],
		['an end after which it recurs', { ...DAILY, delivery: { timeToLiveUntil: '2026-03-06T12:00:00' } }, 'The campaign recurs after "Time to Live Until": from 2026-03-07 10:00:00'],
		['an end that has passed', { delivery: { timeToLiveUntil: '2026-03-02T19:00:00Z' } }, 'It cannot be published like this: "Time to Live Until" is not after'],
		['a segment that is none', { schedule: 'items', delivery: { checkSegmentAgain: true } }, '"Check Segment Again on Release" has no effect'],
		['a safety check of a live campaign', { ...LIVE, who: { safetyCheck: 1000 } }, 'It cannot be published like this: The campaign cannot be published: a safety check counts'],
	])('run by hand warns of %s', async (_what, parameters, why) => {
		const result = await execute({ workflow: trigger(parameters), nodes: CAMPAIGN_NODES, mode: 'manual' });
		expect(result.hints('Campaign').join(' ')).toContain(why);
	});

	test.each<[string, INodeParameters]>([
		['an end that leaves everybody time', { ...DATES, delivery: { timeToLiveUntil: '2026-03-05T10:00:01' } }],
		['an end of a recurring campaign after its last day', { ...DAILY, repeatEnds: 'on', repeatLastDay: '2026-03-06', delivery: { timeToLiveUntil: '2026-03-06T12:00:00' } }],
		['an end of a live campaign', { ...LIVE, delivery: { timeToLiveUntil: '2026-03-06T12:00:00', checkSegmentAgain: true } }],
	])('run by hand warns of nothing with %s', async (_what, parameters) => {
		const result = await execute({ workflow: trigger(parameters), nodes: CAMPAIGN_NODES, mode: 'manual' });
		expect(result.hints('Campaign').join(' ')).not.toMatch(/Time to Live|Check Segment Again/);
	});

	test('with an end that has passed may be published again when it has run', async () => {
		await addPeople(store(), 1);
		const parameters = { delivery: { timeToLiveUntil: '2026-03-02T21:00:00Z' } };
		await published(parameters);
		await store().call('stopRuns', { campaignId: 'workflow-1:node-1' });
		moveTo(EVENING + 2 * HOUR);
		await expect(published(parameters)).resolves.toBeDefined();
	});

	test.each<[string, INodeParameters, string]>([
		['that selects its people', {}, 'At most 100 people of each run are sent to, drawn at random where they come at once.'],
		['that is live', LIVE, 'At most 100 people of the whole run are sent to, in the order in which they come in.'],
	])('run by hand says who gets one of few places of a campaign %s', async (_what, parameters, words) => {
		const result = await execute({ workflow: trigger({ ...parameters, who: { perRun: 100 } }), nodes: CAMPAIGN_NODES, mode: 'manual' });
		expect(result.hints('Campaign')).toContain(words);
	});
});
