import type { INode, INodeParameters } from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import type { CampaignDefinition } from '../../engine/campaigns/definition';
import type { LiveTrigger } from '../../engine/campaigns/live/trigger';
import { scheduleWords } from '../../engine/campaigns/schedule-words';
import { CampaignTrigger } from '../../nodes/CampaignTrigger/CampaignTrigger.node';
import { base, CAMPAIGN_NODES, chain, EVERYBODY_NOW, own, rowsOfStore, workflowOf } from '../support/campaign-workflow';
import { execute, publish, type Published } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { until } from '../support/until';

/** Monday. */
const JUST_BEFORE_SIX = Date.UTC(2026, 2, 2, 5, 59, 55);

const recurring = (more: INodeParameters = {}): INodeParameters => ({ schedule: 'recurring', repeatTime: '06:00', ...more });
const dates = (...moments: string[]): INodeParameters => ({ schedule: 'dates', sendDates: { date: moments.map((at) => ({ at })) } });

describe('The schedule of a Campaign Trigger', () => {
	const store = useNodeStore(() => JUST_BEFORE_SIX - Date.now());
	let live: Published | undefined;
	afterEach(async () => {
		await live?.close();
		live = undefined;
	});

	const workflow = (parameters: INodeParameters, timezone = 'Europe/Paris') => ({
		...chain(own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...parameters })),
		settings: { timezone },
	});
	const publishIt = async (parameters: INodeParameters) => {
		live = await publish({ workflow: workflow(parameters), nodes: CAMPAIGN_NODES });
		return live;
	};
	const published = () => (JSON.parse(rowsOfStore().campaign?.[0]?.definition as string) as CampaignDefinition).schedule;
	const scheduled = () => (rowsOfStore().run ?? []).map(({ scheduled_at }) => new Date(Number(scheduled_at)).toISOString());

	/** What the editor writes under the node, with the defaults that it fills in. */
	function subtitleOf(parameters: INodeParameters): string {
		const type = new CampaignTrigger();
		const node: INode = { id: '1', name: 'Campaign', type: 'campaignTrigger', typeVersion: 1, position: [0, 0], parameters };
		const complete = NodeHelpers.getNodeParameters(type.description.properties, parameters, true, false, node, type.description) as INodeParameters;
		const nodeTypes = { getByName: () => type, getByNameAndVersion: () => type, getKnownTypes: () => ({}) };
		const whole = new Workflow({ nodes: [{ ...node, parameters: complete }], connections: {}, active: false, nodeTypes });
		return String(whole.expression.getSimpleParameterValue(whole.getNode('Campaign') as INode, type.description.subtitle as string, 'internal', {}));
	}

	const meant: Array<[words: string, parameters: INodeParameters, next: string[]]> = [
		['Once, at 2026-03-05T09:30:00', { schedule: 'at', sendAt: '2026-03-05T09:30:00' }, ['2026-03-05T08:30:00.000Z']],
		['On 2 dates', dates('2026-03-30T09:30:00', '2026-03-05T09:30:00'), ['2026-03-05T08:30:00.000Z', '2026-03-30T07:30:00.000Z']],
		['Every week on Mon at 09:00', { schedule: 'recurring' }, ['2026-03-02T08:00:00.000Z']],
		['Every 2 weeks on Mon, Thu at 06:00', recurring({ repeatEvery: 2, repeatWeekdays: [4, 1] }), ['2026-03-05T05:00:00.000Z']],
		['Every day at 23:59', recurring({ repeatUnit: 'days', repeatTime: '23:59' }), ['2026-03-02T22:59:00.000Z']],
		['Every 3 days at 06:00', recurring({ repeatUnit: 'days', repeatEvery: 3 }), ['2026-03-05T05:00:00.000Z']],
		['Every month on day 2, 31, last at 06:00', recurring({ repeatUnit: 'months', repeatMonthDays: [-1, 31, 2] }), ['2026-03-31T04:00:00.000Z']],
		['Every 2 months on the last Fri at 06:00', recurring({ repeatUnit: 'months', repeatEvery: 2, repeatMonthlyOn: 'weekday', repeatNth: -1, repeatWeekday: 5 }), ['2026-03-27T05:00:00.000Z']],
		['Every month on the second Tue at 06:00', recurring({ repeatUnit: 'months', repeatMonthlyOn: 'weekday', repeatNth: 2, repeatWeekday: 2 }), ['2026-03-10T05:00:00.000Z']],
	];
	test.each(meant)('%s', async (words, parameters, next) => {
		await publishIt(parameters);
		expect(scheduled().sort()).toEqual(next);
		expect(subtitleOf(parameters)).toBe(words);
		const schedule = published();
		if (schedule.kind === 'recurring') expect(scheduleWords(schedule)).toBe(`${words} (Europe/Paris)`);
	});

	test('reads times that clocks leave out, or show twice, as everywhere', async () => {
		await publishIt(dates('2026-03-29T02:30:00', '2026-10-25T02:30:00', '2026-10-25T02:30:00+01:00', '2026-10-25T02:30:00.000Z'));
		expect(scheduled()).toEqual(['2026-03-29T01:00:00.000Z', '2026-10-25T00:30:00.000Z', '2026-10-25T01:30:00.000Z', '2026-10-25T02:30:00.000Z']);
		await live?.close();
		const when = { schedule: 'liveAction', liveEvents: { event: [{ event: { mode: 'id', value: 'Added', __rl: true } }] }, liveOptions: { from: '2026-03-29T02:30:00', to: '2026-10-25T02:30:00' } };
		await publishIt({ ...when, delivery: { timeToLiveUntil: '2026-10-25T02:30:00' } });
		expect(JSON.parse(rowsOfStore().campaign?.[0]?.definition as string)).toMatchObject({
			schedule: { live: { from: Date.UTC(2026, 2, 29, 1), to: Date.UTC(2026, 9, 25, 0, 30) } }, delivery: { ttlAt: Date.UTC(2026, 9, 25, 0, 30) },
		});
	});

	test('takes hours and seconds that are no whole number of milliseconds', async () => {
		await publishIt({ options: { waitSeconds: 60.0001, maxLatenessHours: 2.3 } });
		expect(rowsOfStore().run).toMatchObject([{ max_lateness_ms: 8_280_000 }]);
	});

	test('has ends, and short months', async () => {
		await publishIt(recurring({ repeatEnds: 'after', repeatRuns: 3 }));
		expect(published()).toMatchObject({ recurrence: { end: { kind: 'after', runs: 3 }, since: expect.any(Number) } });
		await live?.close();
		// Midnight in Paris is the evening before at Greenwich.
		await publishIt(recurring({ repeatUnit: 'months', repeatMonthDays: [31], repeatShortMonths: 'skip', repeatEnds: 'on', repeatLastDay: '2026-05-31T00:00:00' }));
		expect(published()).toMatchObject({ recurrence: { end: { kind: 'on', day: Date.UTC(2026, 4, 31) / 86_400_000 }, repeat: { days: [31], shortMonths: 'skip' } } });
		expect(subtitleOf({ schedule: 'now' })).toBe('Once, now');
	});

	const refused: Array<[string, INodeParameters, RegExp]> = [
		['a date that is none', dates('2026-03-05T09:30:00', 'soon'), /Date 2 of "Dates" is not a date and time: soon/],
		['a date that has passed', dates('2026-03-05T09:30:00', '2026-03-01T09:30:00'), /Date 2 of 2, 2026-03-01T08:30:00\.000Z, has passed/],
		['no date', dates(), /has no date to run on/],
		['the same date twice', dates('2026-03-05T09:30:00', '2026-03-05T09:30:00'), /Date 2 is the same as date 1/],
		['a time that is none', recurring({ repeatTime: '9 am' }), /time of day is not one between 00:00 and 23:59/],
		['no weekday', recurring({ repeatWeekdays: [] }), /no days of the week to recur on/],
		['no day of the month', recurring({ repeatUnit: 'months', repeatMonthDays: [] }), /no days of the month to recur on/],
		['every 0 weeks', recurring({ repeatEvery: 0 }), /cannot recur every 0 weeks/],
		['an end that is none', recurring({ repeatEnds: 'on' }), /"Last Day" is not a date and time/],
		['an end that has passed', recurring({ repeatEnds: 'on', repeatLastDay: '2026-03-01T00:00:00' }), /would never run/],
	];
	test.each(refused)('is not published with %s', async (_what, parameters, why) => {
		await expect(publishIt(parameters)).rejects.toThrow(why);
		expect(rowsOfStore().run).toEqual([]);
	});

	test('is called the same on the canvas and in reports where people come in by themselves, or are added', () => {
		const live = (kind: 'action' | 'inaction' | 'on_date') => scheduleWords({ kind: 'live', live: { kind } as LiveTrigger });
		expect(subtitleOf({ schedule: 'liveAction' })).toBe(live('action'));
		expect(subtitleOf({ schedule: 'liveInaction' })).toBe(live('inaction'));
		expect(subtitleOf({ schedule: 'liveDate' })).toBe(live('on_date'));
		expect(subtitleOf({ schedule: 'items' })).toBe(scheduleWords({ kind: 'items' }));
	});

	test('run by hand says when it would run', async () => {
		const result = await execute({ workflow: workflow(recurring({ repeatEvery: 2 })), nodes: CAMPAIGN_NODES, mode: 'manual' });
		expect(result.error).toBeUndefined();
		expect(result.hints('Campaign').join(' ')).toContain(
			'Every 2 weeks on Mon at 06:00 (Europe/Paris). Published now it would run at 2026-03-16 06:00:00 Europe/Paris, 2026-03-30 06:00:00 Europe/Paris, 2026-04-13 06:00:00 Europe/Paris.',
		);
	});

	test('run by hand says what it cannot be published with, and shows people all the same', async () => {
		await store().call('ingest', { profiles: [{ id: 'p1' }] });
		const result = await execute({ workflow: workflow(recurring({ repeatTime: 'noon' })), nodes: CAMPAIGN_NODES, mode: 'manual' });
		expect(result.json('Campaign')).toHaveLength(1);
		expect(result.hints('Campaign').join(' ')).toContain('It cannot be published like this: The time of day is not one between 00:00 and 23:59.');
	});

	test('starts a run at each occurrence, which is finished, and has the next one ready', async () => {
		await store().call('ingest', { profiles: [{ id: 'p1' }, { id: 'p2' }] });
		const nodes = [own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...recurring({ repeatUnit: 'days' }) }), base('People', 'noOp'), base('Over', 'noOp')];
		live = await publish({ workflow: { ...workflowOf(nodes, [['Campaign', 'People'], ['Campaign', 'Over', 1]]), settings: { timezone: 'UTC' } }, nodes: CAMPAIGN_NODES });
		const over = await until('the run to be finished', () => live?.executions.find((execution) => execution.order.includes('Over')));
		expect(over.json('Over')).toMatchObject([{ run: { state: 'finished', qualified: 2, runKey: `at ${Date.UTC(2026, 2, 2, 6)}` } }]);
		expect(rowsOfStore().run).toMatchObject([{ state: 'finished' }, { state: 'scheduled', scheduled_at: Date.UTC(2026, 2, 3, 6) }]);
	});

	test('that is changed in the last five minutes says by Alert that the run stays as it is', async () => {
		const nodes = (more: INodeParameters) => [own('Campaign', 'campaignTrigger', { ...EVERYBODY_NOW, ...recurring({ repeatUnit: 'days', repeatTime: '06:02' }), ...more }), base('Trouble', 'noOp')];
		const publishWith = async (more: INodeParameters) =>
			await publish({ workflow: { ...workflowOf(nodes(more), [['Campaign', 'Trouble', 2]]), settings: { timezone: 'UTC' } }, nodes: CAMPAIGN_NODES });
		live = await publishWith({});
		await live.close();
		live = await publishWith({ options: { peoplePerBatch: 7 } });
		const alert = await until('the alert', () => live?.executions.find((execution) => execution.order.includes('Trouble')));
		expect(alert.json('Trouble')).toMatchObject([{ alert: expect.stringMatching(/^The run of 2026-03-02 06:02:00 UTC starts in less than five minutes and keeps/) }]);
	});
});
