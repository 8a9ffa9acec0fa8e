import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { Analytics } from '@segment/analytics-node';

import { openStore } from '../../engine/store/open';
import { TestN8n } from '../support/n8n';

// The client has no types.
const CleverTap = require('clevertap') as { init(id: string, passcode: string, region: string): CleverTapClient };

interface CleverTapClient {
	api: { apiEndpoint: string };
	upload(records: object[]): Promise<unknown>;
}

/*
 * The Event Collector in a real n8n, driven by the clients that people have in their servers.
 */

const KEYS = { serverKey: `server ${randomUUID()}`, publicKey: `public ${randomUUID()}`, accountId: 'ACC-1', passcode: `passcode ${randomUUID()}` };

jest.setTimeout(180_000);

describe('the Event Collector', () => {
	let n8n: TestN8n;
	let workflowId: string;
	let address: string;

	beforeAll(async () => {
		n8n = await TestN8n.start({ mode: 'regular' });
		const credential = await n8n.api.createCredential({ name: 'Keys', type: 'campaignsCollectorApi', data: KEYS });
		const node = {
			id: randomUUID(), name: 'Event Collector', type: 'n8n-nodes-campaigns.eventCollector', typeVersion: 1, position: [0, 0],
			parameters: { basePath: 'campaigns' }, credentials: { campaignsCollectorApi: credential },
		};
		const workflow = await n8n.api.createWorkflow({ name: 'Collector', nodes: [node], connections: {} });
		workflowId = workflow.id;
		await n8n.api.publish(workflowId);
		address = `${n8n.api.baseUrl}/webhook/campaigns`;
	});
	afterAll(async () => {
		await n8n?.stop();
	});

	test('takes people and events from @segment/analytics-node, durable when it answers', async () => {
		const analytics = new Analytics({ writeKey: KEYS.serverKey, host: n8n.api.baseUrl, path: '/webhook/campaigns/v1/batch', maxRetries: 0, httpRequestTimeout: 60_000 });
		const errors: unknown[] = [];
		analytics.on('error', (error) => errors.push(error));
		analytics.identify({ userId: 'ada', traits: { name: 'Ada', city: 'Lyon', phone: '+33612345678' }, context: { timezone: 'Europe/Paris' } });
		for (let n = 0; n < 3; n++) analytics.track({ userId: 'ada', event: 'Added to Cart', properties: { amount: 40 + n }, messageId: `m${n}` });
		analytics.track({ userId: 'ada', event: 'Added to Cart', properties: { amount: 40 }, messageId: 'm0' });
		await analytics.closeAndFlush();
		expect(errors).toEqual([]);

		const store = await openStore({ path: join(n8n.folder, 'main', '.n8n', 'campaigns', 'store.sqlite') });
		try {
			const ada = await store.call('getPerson', { name: { id: 'ada' } });
			expect(ada?.profile).toMatchObject({ phone: '+33612345678', timezone: 'Europe/Paris', properties: { name: 'Ada', city: 'Lyon' } });
			expect(ada?.events.map(({ properties }) => properties.amount).sort()).toEqual([40, 41, 42]);
		} finally {
			await store.close();
		}
	});

	test('takes records from clevertap, and says which it does not take', async () => {
		const client = CleverTap.init(KEYS.accountId, KEYS.passcode, 'in1');
		client.api.apiEndpoint = `${address}/1`;
		const records = [
			{ type: 'event', identity: 'bob', evtName: 'Charged', evtData: { Amount: 12 } },
			{ type: 'profile', identity: 'bob', profileData: { Tz: 'Mars' } },
		];
		const [, refused] = records;
		expect(await client.upload(records)).toMatchObject({
			status: 'partial',
			processed: 1,
			unprocessed: [{ status: 'fail', error: expect.stringContaining('Mars'), record: refused }],
		});
	});

	test.each([
		['a wrong key', { authorization: 'Bearer nobody' }, JSON.stringify({ userId: 'x', event: 'y' }), 401],
		['no key', {}, JSON.stringify({ userId: 'x', event: 'y' }), 401],
		['a record of more than 32 KB', { authorization: `Bearer ${KEYS.serverKey}` }, JSON.stringify({ userId: 'x', event: 'y', properties: { long: 'x'.repeat(40_000) } }), 413],
	])('refuses %s', async (_what, headers, body, status) => {
		const response = await fetch(`${address}/v1/track`, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
		expect(response.status).toBe(status);
	});

	test('starts no execution for all that', async () => {
		expect(await n8n.api.executions({ workflowId })).toEqual([]);
	});
});
