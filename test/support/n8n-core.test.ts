import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeType,
	type INodeTypeDescription,
	type IRun,
	type ITriggerFunctions,
} from 'n8n-workflow';

import { execute, publish, type TestWorkflow } from '../support/n8n-core';

/** Emits twice under one key; passes on what it emitted. */
class Ticker implements INodeType {
	static ends: Array<string | undefined> = [];

	description: INodeTypeDescription = {
		displayName: 'Ticker', name: 'ticker', group: ['trigger'], version: 1, description: '', defaults: { name: '' },
		inputs: [], outputs: [NodeConnectionTypes.Main], properties: [], credentials: [{ name: 'tickerApi' }],
	};

	async trigger(this: ITriggerFunctions) {
		for (const key of ['a', 'a']) {
			const done = this.helpers.createDeferredPromise<IRun>();
			this.emit([[{ json: { tick: 1 } }]], undefined, done, key);
			void done.promise.then((run: IRun | undefined) => Ticker.ends.push(run?.status));
		}
		return {};
	}

	async execute(this: IExecuteFunctions) {
		const { secret } = await this.getCredentials('tickerApi');
		const [item] = this.getInputData();
		return [[{ json: { ...item?.json, secret, mode: this.getMode() } }]];
	}
}

const workflow: TestWorkflow = {
	nodes: [
		{ name: 'Tick', type: 'n8n-nodes-campaigns.ticker' },
		{
			name: 'Set', type: 'n8n-nodes-base.set',
			parameters: { includeOtherFields: true, assignments: { assignments: [{ name: 'twice', value: '={{ $json.tick * 2 }}' }] } },
		},
	],
	connections: { Tick: { main: [[{ node: 'Set', type: NodeConnectionTypes.Main, index: 0 }]] } },
};
const options = { workflow, nodes: [Ticker], credentials: { tickerApi: { secret: 's' } } };

test('runs a workflow with expressions and credentials', async () => {
	const run = await execute({ ...options, items: [{ tick: 21 }] });
	expect(run.error).toBeUndefined();
	expect(run.order).toEqual(['Tick', 'Set']);
	expect(run.json('Set')).toEqual([{ tick: 21, twice: 42, secret: 's', mode: 'manual' }]);
});

test('runs what a trigger emits, once per key', async () => {
	const published = await publish(options);
	await published.close();
	expect(published.executions.map((run) => run.json('Set'))).toEqual([[{ tick: 1, twice: 2, secret: 's', mode: 'trigger' }]]);
	expect(Ticker.ends.sort()).toEqual(['success', undefined]);
});

test('a failing node is the error of the execution', async () => {
	const run = await execute({ ...options, credentials: {} });
	expect(run.status).toBe('error');
	expect(run.error?.message).toMatch(/credentials/i);
});
