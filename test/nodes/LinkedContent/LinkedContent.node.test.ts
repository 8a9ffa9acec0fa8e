import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeInputConfiguration, INodeParameters } from 'n8n-workflow';

import { CampaignsLinkedContentApi } from '../../../credentials/CampaignsLinkedContentApi.credentials';
import { Email } from '../../../nodes/Email/Email.node';
import { LinkedContent } from '../../../nodes/LinkedContent/LinkedContent.node';
import { readLinkedDefinition } from '../../../nodes/LinkedContent/read-definition';
import { Push } from '../../../nodes/Push/Push.node';
import { Sms } from '../../../nodes/Sms/Sms.node';
import { WebhookSender } from '../../../nodes/WebhookSender/WebhookSender.node';
import type { SuppliedLinkedContent } from '../../../nodes/shared/linked-content';
import { ROOT } from '../../../scripts/lib/paths.mjs';
import { testRequestOf } from '../../support/credential-request';
import { supply } from '../../support/supply-context';

const SECRET = 'a-key-nobody-may-see';
const credential = { baseUrl: 'https://api.example.com', authentication: 'headerAuth' as const, headerName: 'X-Key', headerValue: SECRET };
const parameters: INodeParameters = { apiName: 'Weather', url: 'https://api.example.com/now' };
const withCredential = { ...parameters, authentication: 'credential' };
const run = async (given: INodeParameters, credentials: Record<string, object> = {}) =>
	(await supply(new LinkedContent(), { parameters: given, credentials })) as unknown as { supplied: SuppliedLinkedContent; shown: { input: unknown[]; output: unknown[] } };

test('its parameters make the definition', () => {
	const given: Record<string, unknown> = {
		apiName: ' Weather ', method: 'POST', url: ' https://api.example.com/now ', query: { pairs: [{ name: 'q', value: '{{ Profile.city }}' }] }, headers: { pairs: [{ name: ' X-A ', value: 'b' }] },
		json: '{ "a": 1 }', cacheMinutes: 3, onFailure: 'default', defaultJson: '{ "b": 2 }',
		options: { acceptedStatuses: '404, 410', concurrency: 2, requestsPerSecond: 5, retries: 0, timeout: 1.5 },
	};
	expect(readLinkedDefinition((name) => given[name], { ...credential, allowPrivate: true })).toEqual({
		name: 'Weather', method: 'POST', url: 'https://api.example.com/now', query: [{ name: 'q', value: '{{ Profile.city }}' }], headers: [{ name: 'X-A', value: 'b' }], body: '{ "a": 1 }',
		auth: { type: 'header', name: 'X-Key', value: SECRET }, allowPrivate: true, timeoutMs: 1_500, cacheMs: 180_000, retries: 0, requestsPerSecond: 5, concurrency: 2, acceptedStatuses: [404, 410], defaultJson: '{ "b": 2 }',
	});
});

test('a key may stand in the query', async () => {
	const key = { baseUrl: 'https://api.example.com', authentication: 'queryAuth' as const, queryName: 'api_key', apiKey: SECRET };
	expect(readLinkedDefinition((name) => parameters[name], key).auth).toEqual({ type: 'query', name: 'api_key', value: SECRET });
	const { authenticate } = new CampaignsLinkedContentApi();
	expect(await (authenticate as (credentials: object, request: object) => Promise<object>)(key, { url: 'https://api.example.com' })).toEqual({ url: 'https://api.example.com', qs: { api_key: SECRET } });
});

test('it is supplied with no secret to be seen, and needs no credential for a public API', async () => {
	const { supplied } = await run(withCredential, { campaignsLinkedContentApi: credential });
	expect(supplied).toMatchObject({ content: { name: 'Weather' }, askInManualRuns: false });
	expect(JSON.stringify(supplied)).not.toContain(SECRET);
	expect((await run(parameters)).supplied.content.name).toBe('Weather');
});

test.each<[string, INodeParameters, Record<string, object>, RegExp]>([
	['a missing credential', withCredential, {}, /credentials/],
	['a credential for another address', { ...withCredential, url: 'https://evil.example/now' }, { campaignsLinkedContentApi: credential }, /leads elsewhere/],
	['a credential for another port', { ...withCredential, url: 'https://api.example.com:8443/now' }, { campaignsLinkedContentApi: credential }, /leads elsewhere/],
	['a personalized host', { ...parameters, url: 'https://{{ Profile.host }}/now' }, {}, /fixed text/],
	['a status that is none', { ...parameters, options: { acceptedStatuses: '200' } }, {}, /"200" is not a status/],
	['a default that is none', { ...parameters, onFailure: 'default', defaultJson: '{' }, {}, /is not JSON/],
])('%s is an error that says so', async (_what, given, credentials, message) => {
	await expect(run(given, credentials)).rejects.toThrow(message);
});

test('it shows on the canvas what was done, once messages wanted it', async () => {
	const { supplied, shown } = await run({ ...parameters, onFailure: 'default', defaultJson: '{}', url: 'http://127.0.0.1:1/' });
	supplied.report();
	expect(shown).toEqual({ input: [], output: [] });
	await supplied.content.answer({ profile: {}, now: 0 }, () => 0);
	supplied.report();
	expect(shown).toEqual({ input: [[[{ json: { messages: 1 } }]]], output: [[[{ json: { requests: 1, failed: 1 } }]]] });
});

test('takes no expressions', () => {
	const open = new LinkedContent().description.properties.filter(({ type, noDataExpression }) => type !== 'notice' && !noDataExpression);
	expect(open).toEqual([]);
});

test('has a credential with a test, that hides its secrets', () => {
	const type = new CampaignsLinkedContentApi();
	for (const name of ['password', 'headerValue', 'apiKey']) expect(type.properties.find((one) => one.name === name)).toMatchObject({ typeOptions: { password: true } });
	expect(testRequestOf({ ...type, authenticate: undefined }, credential)).toMatchObject({ method: 'GET', url: credential.baseUrl });
});

test('is known to n8n and to every sender with templates, with its icons', () => {
	const { n8n } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { n8n: { nodes: string[]; credentials: string[] } };
	expect(n8n.nodes).toContain('dist/nodes/LinkedContent/LinkedContent.node.js');
	expect(n8n.credentials).toContain('dist/credentials/CampaignsLinkedContentApi.credentials.js');
	const { description } = new LinkedContent();
	for (const sender of [new Sms(), new Push(), new Email(), new WebhookSender()]) {
		const input = (sender.description.inputs as INodeInputConfiguration[]).find(({ type }) => description.outputs.includes(type as never));
		expect(input?.filter?.nodes).toEqual([`n8n-nodes-campaigns.${description.name}`]);
		expect(input?.required).toBeFalsy();
	}
	const { light, dark } = description.icon as { light: string; dark: string };
	for (const file of [light, dark, 'file:LinkedContent.node.json']) expect(existsSync(join(ROOT, 'nodes/LinkedContent', file.slice(5)))).toBe(true);
});
