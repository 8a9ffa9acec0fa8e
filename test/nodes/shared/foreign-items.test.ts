import { DatabaseSync } from 'node:sqlite';

import type { ForeignEntry } from '../../../engine/campaigns/enter-foreign';
import { openStore } from '../../../engine/store/open';
import { base, CAMPAIGN_NODES, own, rowsOfStore, startSmsProviders, workflowOf, type Line, type SmsProviders } from '../../support/campaign-workflow';
import { execute, publish, type Published } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';
import { until } from '../../support/until';

const ROW = { name: 'Ada', phone: '+14155550101', voucher: 'X1' };

describe('items of no campaign', () => {
	useNodeStore();
	let providers: SmsProviders;
	let live: Published | undefined;
	let available: boolean;
	beforeEach(async () => {
		available = false;
		providers = await startSmsProviders(() => (available ? undefined : { status: 429, body: { code: 20429, message: 'Too Many Requests' } }));
	});
	afterEach(async () => {
		await live?.close();
		await providers.close();
	});

	function rows() {
		const twilio = providers.nodes.filter(({ name }) => name === 'Twilio');
		const nodes = [base('Rows', 'noOp'), own('SMS', 'sms', { message: 'Hi {{ Profile.name }}, {{ Profile.voucher }}' }), base('After', 'noOp'), ...twilio];
		const lines: Line[] = [['Rows', 'SMS'], ['SMS', 'After'], ['Twilio', 'SMS', 'ai_chain']];
		return { workflow: workflowOf(nodes, lines, { id: 'rows' }), nodes: CAMPAIGN_NODES, credentials: providers.credentials };
	}

	test('that wait for a provider are sent when it is back, with all that they carried', async () => {
		await execute({ ...rows(), mode: 'trigger', items: [ROW] });
		expect(providers.sent).toEqual([]);
		expect(rowsOfStore().message).toMatchObject([{ state: 'held' }]);

		available = true;
		dueNow();
		live = await publish(rows());
		const published = live;
		const after = await until('the item to come out', () => published.executions.find(({ order }) => order.includes('After')));
		expect(providers.sent).toMatchObject([{ to: ROW.phone, body: 'Hi Ada, X1' }]);
		expect(after.json('After')).toMatchObject([ROW]);
		await until('the end of the release', () => rowsOfStore().message?.every(({ state, payload }) => state === 'sent' && payload === null));
	});

	test('that a dead process had in hand are sent by the next', async () => {
		available = true;
		live = await publish(rows());
		const node = rowsOfStore().node?.find(({ name }) => name === 'SMS')?.node as number;
		const dying = await openStore({ path: process.env.N8N_CAMPAIGNS_STORE as string });
		const [entry] = await dying.call('enterForeign', { workflowId: 'rows', workflowName: 'Rows', items: [{ entryKey: 'row 1' }] });
		const claim = { ...(entry as ForeignEntry), visit: 0, key: '', addressHash: null, payload: JSON.stringify(ROW) };
		await dying.call('claimMessages', { node, channel: 'sms', token: 'dying', messages: [claim] });
		expect(providers.sent).toEqual([]);
		await dying.close();
		await until('the message', () => providers.sent.length > 0);
		expect(providers.sent).toMatchObject([{ to: ROW.phone, body: 'Hi Ada, X1' }]);
	});
});

/** Makes whoever waits be due, which takes half a minute otherwise. */
function dueNow(): void {
	const database = new DatabaseSync(process.env.N8N_CAMPAIGNS_STORE as string);
	database.prepare('UPDATE hold SET due_at = ? WHERE state = 0').run(Date.now() - 1);
	database.close();
}
