import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { Analytics } from '@segment/analytics-node';
import type { IDataObject, INodeParameters, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';

import { EventCollector } from '../../../nodes/EventCollector/EventCollector.node';
import { useNodeStore } from '../../support/node-store';

const credentials = { publicKey: 'public-key-0123456', serverKey: 'server-key-0123456', accountId: 'ACC', passcode: 'passcode-0123456' };
const server = { authorization: `Bearer ${credentials.serverKey}`, 'content-type': 'application/json' };

interface Received {
	status: number;
	headers: http.IncomingHttpHeaders;
	body: IDataObject;
	/** What the node handed to n8n. */
	handed: IWebhookResponseData;
}

describe('EventCollector', () => {
	const store = useNodeStore();
	const node = new EventCollector();
	let host: http.Server;
	let address: string;
	let parameters: INodeParameters;
	let mode: string;
	let handed: IWebhookResponseData;
	let logged: string[];
	let readCredentials: number;
	let nodeId = 0;
	let credential: object | undefined;

	/** As n8n's server does: the raw body is read, a response of Express' kind is at hand. */
	beforeEach(async () => {
		parameters = { basePath: 'campaigns' };
		mode = 'webhook';
		logged = [];
		readCredentials = 0;
		nodeId += 1;
		credential = credentials;
		host = http.createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				const express = {
					status: (status: number) => Object.assign(express, { code: status }),
					set: (headers: Record<string, string>) => Object.assign(express, { headers }),
					json: (body: unknown) => {
						const { code = 200, headers = {} } = express as { code?: number; headers?: Record<string, string> };
						response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
					},
				};
				const context = {
					getNode: () => ({ id: `collector-${nodeId}`, name: 'Event Collector' }),
					getWorkflow: () => ({ id: 'workflow-1' }),
					getMode: () => mode,
					getNodeParameter: (name: string, fallback?: unknown) => parameters[name] ?? fallback,
					getCredentials: async () => {
						readCredentials += 1;
						if (!credential) throw new Error('secret detail of the credential store');
						return credential;
					},
					getRequestObject: () => ({ path: request.url, headers: request.headers, rawBody: Buffer.concat(chunks) }),
					getResponseObject: () => express,
					logger: { error: (message: string) => logged.push(message) },
				};
				void node.webhook.call(context as unknown as IWebhookFunctions).then((result) => {
					handed = result;
				});
			});
		});
		await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
		address = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
	});
	afterEach(async () => {
		host.closeAllConnections();
		await new Promise((resolve) => host.close(resolve));
	});

	const post = async (path: string, headers: Record<string, string>, body: unknown): Promise<Received> => {
		const response = await fetch(`${address}/webhook/campaigns/${path}`, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
		return { status: response.status, headers: Object.fromEntries(response.headers), body: (await response.json()) as IDataObject, handed };
	};

	it('owns one address for each path of both formats', () => {
		const paths = node.description.webhooks?.map(({ path, isFullPath, httpMethod }) => [httpMethod, isFullPath, path.replace(/^=\{\{.*\}\}/, '')].join(' '));
		expect(paths).toContain('POST true /v1/batch');
		expect(paths).toContain('POST true /v1/t');
		expect(paths).toContain('POST true /1/upload');
		expect(new Set(paths).size).toBe(16);
	});

	it('stores what a real client sends, and starts no execution', async () => {
		const analytics = new Analytics({ writeKey: credentials.serverKey, host: address, path: '/webhook/campaigns/v1/batch' });
		analytics.identify({ userId: 'ada', traits: { email: 'ada@x.org' } });
		analytics.track({ userId: 'ada', event: 'Charged', properties: { amount: 3 } });
		await analytics.closeAndFlush();
		expect(handed).toEqual({ noWebhookResponse: true });
		expect(await store().call('getPerson', { name: { id: 'ada' } })).toMatchObject({ profile: { email: 'ada@x.org' }, events: [{ name: 'Charged' }] });
	});

	it('starts one execution per request when asked to, with the records that were taken', async () => {
		parameters.alsoStart = true;
		const batch = { batch: [{ type: 'track', userId: 'u', event: 'x' }, { type: 'track' }, { type: 'identify', userId: 'u', traits: { a: 1 } }] };
		const { status, body, handed: { workflowData, noWebhookResponse } } = await post('v1/batch', server, batch);
		expect([status, body.success, noWebhookResponse]).toEqual([200, true, true]);
		expect(workflowData?.[0]?.map(({ json }) => json)).toEqual([
			expect.objectContaining({ type: 'event', name: 'x', user: 'u' }),
			expect.objectContaining({ type: 'profile', id: 'u', properties: { a: 1 } }),
		]);
		expect((await post('v1/track', server, { userId: 'u' })).handed.workflowData).toBeUndefined();
	});

	it('shows in the editor what came', async () => {
		mode = 'manual';
		expect((await post('v1/track', server, { userId: 'u', event: 'x' })).handed.workflowData?.[0]).toHaveLength(1);
	});

	it.each<[string, string, Record<string, string>, unknown, number]>([
		['a wrong key', 'v1/track', { authorization: 'Bearer wrong' }, { userId: 'u', event: 'x' }, 401],
		['a large batch', 'v1/batch', server, { batch: [], filler: 'x'.repeat(520_000) }, 413],
		['bad JSON as text/plain', 'v1/track', { ...server, 'content-type': 'text/plain' }, '{', 400],
		['nothing that could be taken', 'v1/track', server, {}, 400],
		['a beacon', 'v1/t', { 'content-type': 'text/plain' }, { userId: 'u', event: 'x', writeKey: credentials.publicKey }, 200],
		['a CleverTap upload', '1/upload', { 'x-clevertap-account-id': 'ACC', 'x-clevertap-passcode': credentials.passcode }, { d: [{ type: 'event', identity: 1, evtName: 'x' }] }, 200],
		['a CleverTap upload with a wrong passcode', '1/upload', { 'x-clevertap-account-id': 'ACC' }, { d: [] }, 401],
	])('answers %s', async (_name, path, headers, body, status) => {
		expect((await post(path, headers, body)).status).toBe(status);
	});

	it('keeps protected properties from public keys, and limits their rate', async () => {
		parameters.options = { protectedProperties: 'plan, credit', publicRate: 1 };
		const publicly = { authorization: `Bearer ${credentials.publicKey}` };
		await post('v1/identify', publicly, { userId: 'u', traits: { plan: 'gold', city: 'Lyon' } });
		expect((await store().call('getPerson', { name: { id: 'u' } }))?.profile.properties).toEqual({ city: 'Lyon' });
		const calls = Array.from({ length: 20 }, () => ({ type: 'track', userId: 'u', event: 'x' }));
		const { status, headers } = await post('v1/batch', publicly, { batch: calls });
		expect([status, Number(headers['retry-after']) > 0]).toEqual([429, true]);
		expect((await post('v1/batch', server, { batch: calls })).status).toBe(200);
	});

	it.each([
		['the key that everybody reads is the server\'s, too', { publicKey: credentials.serverKey, serverKey: credentials.serverKey }, /must differ from the server key/],
		['a key can be guessed', { serverKey: 'short' }, /The Server Write Key is shorter than 16 characters/],
	])('lets nobody in where %s, though n8n has saved the credential', async (_what, keys, said) => {
		credential = keys;
		expect((await post('v1/identify', { authorization: `Bearer ${keys.serverKey}` }, { userId: 'u', traits: { phone: '+33' } })).status).toBe(503);
		expect(logged).toEqual([expect.stringMatching(said)]);
		expect(logged[0]).not.toContain(credentials.serverKey);
		expect(await store().call('getPerson', { name: { id: 'u' } })).toBeUndefined();
	});

	it('tells the client nothing of what is wrong inside, and the operator in the log; reads the keys once for many requests', async () => {
		credential = undefined;
		const { status, body } = await post('v1/track', server, { userId: 'u', event: 'x' });
		expect(status).toBe(503);
		expect(JSON.stringify(body)).not.toContain('secret');
		expect(logged).toEqual(['Event Collector "Event Collector": secret detail of the credential store']);
		credential = credentials;
		for (let i = 0; i < 3; i++) expect((await post('v1/track', server, { userId: 'u', event: 'x' })).status).toBe(200);
		expect(readCredentials).toBe(2);
	});
});
