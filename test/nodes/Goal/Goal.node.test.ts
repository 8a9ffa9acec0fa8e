import type { INodeParameters } from 'n8n-workflow';

import type { RunReport } from '../../../engine/reports/run-report';
import { Goal } from '../../../nodes/Goal/Goal.node';
import { addPeople, node, release, startRun } from '../../support/campaign';
import { execute, publish, type ExecuteOptions } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';
import { send } from '../../engine/reports/situation';

const HOUR = 3_600_000;

describe('Goal', () => {
	const store = useNodeStore();

	const goal = (parameters: INodeParameters = {}): ExecuteOptions => ({
		workflow: {
			id: 'workflow',
			nodes: [{
				id: 'goal-node', name: 'Goal', type: 'n8n-nodes-campaigns.goal',
				parameters: { event: { mode: 'list', value: 'Charged' }, windowAmount: 2, windowUnit: 'hours', ...parameters },
			}],
			connections: {},
		},
		nodes: [Goal],
	});

	/** Everybody is sent to now; returns when. */
	async function sentRun(runKey: string): Promise<{ run: number; at: number }> {
		const people = await addPeople(store(), 3);
		const run = await startRun(store(), people, { runKey });
		const released = await release(store(), await node(store(), 'trigger'));
		await send(store(), 'sms', released?.people ?? [], () => ({ state: 'sent' }), { addressHash: null });
		await store().call('settleRelease', { token: released?.token as string, end: 'success' });
		return { run, at: store().clock.now() };
	}

	const report = async (run: number) => (await store().ask('runReport', { run })) as RunReport;

	it('passes items on unchanged, paired one by one, in any mode', async () => {
		const items = [{ json: { a: 1, user: { id: 'p1' } } }, { json: { b: 2 } }];
		for (const mode of ['manual', 'trigger'] as const) {
			const execution = await execute({ ...goal(), items, mode });
			expect(execution.json('Goal')).toEqual(items.map(({ json }) => json));
			expect(execution.items('Goal').map(({ pairedItem }) => pairedItem)).toEqual([{ item: 0 }, { item: 1 }]);
		}
	});

	it('registers what it declares when published, and withdraws it when unpublished', async () => {
		const filters = { filter: [{ property: { mode: 'list', value: 'category' }, operator: 'equals', value: 'shoes' }, { property: 'amount', operator: 'greater_than', value: '10' }] };
		const published = await publish(goal({ filters, revenueProperty: { mode: 'list', value: 'amount' } }));
		expect(published.executions).toEqual([]);
		const first = await sentRun('a');
		await published.close();
		await new Promise((resolve) => setTimeout(resolve, 5));
		const second = await sentRun('b');
		const charged = (user: string, ts: number, properties: Record<string, unknown>) => ({ user, name: 'Charged', ts, properties });
		await store().call('ingest', {
			events: [
				charged('p1', second.at, { category: 'shoes', amount: 30 }),
				charged('p2', second.at, { category: 'shoes', amount: 10 }),
				charged('p3', second.at, { category: 'hats', amount: 30 }),
			],
		});
		expect(await report(first.run)).toMatchObject({ sent: 3, conversions: 1, revenue: 30 });
		expect(await report(second.run)).toMatchObject({ sent: 3, conversions: 0, revenue: null });
	});

	it('counts by what was published last', async () => {
		const first = await publish(goal({ event: 'Refunded' }));
		await first.close();
		const second = await publish(goal());
		const { run, at } = await sentRun('a');
		await store().call('ingest', { events: [{ user: 'p1', name: 'Charged', ts: at }, { user: 'p2', name: 'Refunded', ts: at }] });
		expect(await report(run)).toMatchObject({ conversions: 1, revenue: null });
		await second.close();
	});

	const windows: Array<[number, string, number]> = [[1, 'minutes', 60_000], [2, 'hours', 2 * HOUR], [3, 'days', 72 * HOUR], [1, 'weeks', 168 * HOUR]];
	it.each(windows)('takes a window of %d %s', async (windowAmount, windowUnit, windowMs) => {
		const published = await publish(goal({ windowAmount, windowUnit }));
		const { run } = await sentRun('a');
		const story = await store().ask('personStory', { name: { id: 'p1' }, run });
		const sentAt = story.runs[0]?.steps.find(({ text }) => text.startsWith('Message'))?.at as number;
		const clock = store().clock as { now: () => number };
		const now = clock.now;
		await store().call('ingest', { events: [] });
		clock.now = () => sentAt + 400 * HOUR;
		await store().call('ingest', { events: [{ user: 'p1', name: 'Charged', ts: sentAt + windowMs }, { user: 'p1', name: 'Charged', ts: sentAt + windowMs + 1 }] });
		expect(await report(run)).toMatchObject({ conversionEvents: 1 });
		clock.now = now;
		await published.close();
	});

	const refused: Array<[string, INodeParameters, RegExp]> = [
		['no event', { event: { mode: 'list', value: '' } }, /Event is not filled in/],
		['a filter without a value', { filters: { filter: [{ property: 'amount', operator: 'greater_than', value: '' }] } }, /filter 1: Value must be a number/],
		['too long a window', { windowAmount: 6, windowUnit: 'months' }, /from 1 minute to 5 months/],
		['too short a window', { windowAmount: 0.5, windowUnit: 'minutes' }, /from 1 minute to 5 months/],
	];
	it.each(refused)('is not published with %s', async (_name, parameters, message) => {
		await expect(publish(goal(parameters))).rejects.toThrow(message);
	});
});
