import { readFileSync } from 'node:fs';

import type { ICredentialTestFunctions, IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { CampaignsSegmentApi } from '../../../credentials/CampaignsSegmentApi.credentials';
import type { ProfileInput } from '../../../engine/people/records';
import { campaignsSegmentTest } from '../../../nodes/SegmentExport/credential-test';
import { SegmentExport } from '../../../nodes/SegmentExport/SegmentExport.node';
import { base, CAMPAIGN_NODES, campaignItems, chain, EVERYBODY_NOW, idsOf, own, rowsOfStore, workflowOf } from '../../support/campaign-workflow';
import { closedPort, startLoopback, type Answer, type Loopback } from '../../support/loopback';
import { execute, publish, type Execution } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const KEY = 'segment-write-key-that-nobody-may-see';
const NODES = [...CAMPAIGN_NODES, SegmentExport];
const store = useNodeStore();
let segment: Loopback;
let says: () => Answer;
beforeEach(async () => {
	says = () => ({ status: 200, body: { success: true } });
	segment = await startLoopback((_seen, answer) => answer(says()));
});
afterEach(async () => {
	await segment.close();
});

const trigger = own('Campaign', 'campaignTrigger');
const start = base('Start', 'manualTrigger');
const credentials = (more: object = {}) => ({ campaignsSegmentApi: { writeKey: KEY, region: 'own', baseUrl: segment.url, ...more } });
const pairs = (...pair: Array<{ key: string; value: string; type?: string }>) => ({ pair });
const chosen = (...attribute: Array<{ property: string; name?: string }>) => ({ attribute });

async function run(items: IDataObject[], parameters: INodeParameters = {}, mode: WorkflowExecuteMode = 'trigger', first = trigger): Promise<Execution> {
	return await execute({ workflow: chain(first, own('Export', 'segmentExport', parameters)), nodes: NODES, credentials: credentials(), items, mode, start: 'Export' });
}
const foreign = async (items: IDataObject[], parameters: INodeParameters = {}, mode: WorkflowExecuteMode = 'webhook') => await run(items, parameters, mode, start);
const outputs = (result: Execution) => [0, 1, 2].map((output) => idsOf(result.json('Export', output)));

type Call = Record<string, unknown> & { userId?: string; traits?: IDataObject; properties?: IDataObject; context: IDataObject };
const calls = () => segment.seen.flatMap(({ body }) => (JSON.parse(body) as { batch: Call[] }).batch);
const callOf = (id: string, type = 'identify') => calls().find((call) => (call.userId ?? call.anonymousId) === id && call.type === type);

/** Items of people p1.. of a campaign, with this on their profiles. */
async function people(...profiles: Array<Partial<ProfileInput>>): Promise<IDataObject[]> {
	const items = await campaignItems(store(), profiles.length);
	await store().call('ingest', { profiles: profiles.map((profile, index) => ({ ...profile, id: `p${index + 1}` })) });
	return items;
}

describe('people of a campaign', () => {
	test('are told of once each, in one request, signed in, by the store\'s clock', async () => {
		const items = await people({}, {});
		const before = store().clock.now();
		const result = await run(items);
		expect(result.error).toBeUndefined();
		expect(outputs(result)).toEqual([['p1', 'p2'], [], []]);
		expect(calls().map(({ userId }) => userId).sort()).toEqual(['p1', 'p2']);
		const { timestamp, messageId, context } = callOf('p1') as Call;
		expect(Math.abs(Date.parse(String(timestamp)) - before)).toBeLessThan(60_000);
		expect(messageId).toBe(`${(result.json('Export')[0]?.delivery as IDataObject).messageId}-identify`);
		expect(context).toEqual({ library: { name: 'n8n-nodes-campaigns' }, campaign: { id: 'workflow:trigger', name: 'Test campaign' } });
		expect(segment.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from(`${KEY}:`).toString('base64')}`);
		expect((await run(items)).json('Export')).toEqual(result.json('Export'));
		expect(segment.seen).toHaveLength(1);
	});

	test('with the attributes that were chosen, under the names given to them', async () => {
		const items = await people({ email: 'ann@example.com', properties: { name: 'Ann', home: { city: 'Lyon' }, visits: 7, secret: 'x' }, optedOut: { email: true } }, {});
		await run(items, { chosen: chosen({ property: 'name', name: 'first_name' }, { property: 'home.city', name: 'city' }, { property: 'visits' }, { property: 'email' }, { property: 'optedOut.email', name: 'no_email' }, { property: 'age' }) });
		expect(callOf('p1')?.traits).toEqual({ first_name: 'Ann', city: 'Lyon', visits: 7, email: 'ann@example.com', no_email: true });
		expect(callOf('p2')?.traits).toEqual({ no_email: false });
	});

	test('with all attributes, and own pairs above them', async () => {
		const items = await people({ email: 'ann@example.com', timezone: 'Europe/Paris', properties: { name: 'Ann', plan: 'free', __proto__x: 1, tags: ['a', 'b'] } });
		await run(items, { attributes: 'all', traits: pairs({ key: 'plan', value: 'was {{ Profile.plan }}' }, { key: 'score', value: '{{ 3 | times: 1.5 }}', type: 'number' }, { key: 'list', value: '["{{ Profile.name }}", true]', type: 'json' }, { key: 'none', value: '{{ Profile.x | default: "" }}' }) });
		expect(callOf('p1')?.traits).toEqual({
			name: 'Ann', plan: 'was free', __proto__x: 1, tags: ['a', 'b'], email: 'ann@example.com', phone: '+14155551000', timezone: 'Europe/Paris', score: 4.5, list: ['Ann', true],
		});
	});

	test('with no attributes', async () => {
		await run(await people({ properties: { name: 'Ann' } }), { attributes: 'none' });
		expect(callOf('p1')?.traits).toEqual({});
	});

	const devices = [{ token: 'old', kind: 'fcm' as const, seenAt: 1_000 }, { token: 'new', kind: 'apns' as const, seenAt: 2_000 }];
	test.each<[string, IDataObject, unknown]>([
		['lastActive', { token: 'new', type: 'ios' }, undefined],
		['all', { token: 'new', type: 'ios' }, [{ kind: 'fcm', token: 'old' }, { kind: 'apns', token: 'new' }]],
		['none', undefined as never, undefined],
	])('with their tokens: %s', async (tokens, device, list) => {
		await run(await people({ push: devices }), { tokens });
		expect(callOf('p1')?.context.device).toEqual(device);
		expect(new Set((callOf('p1')?.traits?.pushTokens ?? []) as IDataObject[])).toEqual(new Set((list ?? []) as IDataObject[]));
	});

	test('with identify and track, which count as one message', async () => {
		const result = await run(await people({ properties: { name: 'Ann' } }), { calls: 'both', attributes: 'all', event: 'Told {{ Profile.name }}', properties: pairs({ key: 'revenue', value: '9.5', type: 'number' }) });
		expect(result.json('Export')).toHaveLength(1);
		expect(segment.seen).toHaveLength(1);
		expect(calls().map(({ type }) => type)).toEqual(['identify', 'track']);
		expect(callOf('p1', 'track')).toMatchObject({ event: 'Told Ann', properties: { revenue: 9.5 } });
		expect(callOf('p1', 'track')?.context).not.toHaveProperty('traits');
	});

	test('track alone has the attributes in its context', async () => {
		await run(await people({ properties: { name: 'Ann' } }), { calls: 'track', chosen: chosen({ property: 'name' }), event: 'Told', options: { context: '{ "locale": "{{ Profile.name }}", "campaign": { "source": "n8n" } }', integrations: '{ "All": false, "Mixpanel": true }' } });
		expect(calls()).toMatchObject([{ type: 'track', context: { traits: { name: 'Ann' }, locale: 'Ann', campaign: { source: 'n8n' } }, integrations: { All: false, Mixpanel: true } }]);
	});

	test('whoever opted out of everything is told of, too, and a limit on messages is none on this', async () => {
		await store().call('saveSettings', { settings: { channels: { webhook: { mostMessages: 1, perDays: 1 } }, customControlGroups: [] } });
		const items = await people({ optedOut: { sms: true, email: true, push: true, webhook: true } });
		expect(outputs(await run(items))).toEqual([['p1'], [], []]);
	});

	test('a call that is too large costs one message', async () => {
		const result = await run(await people({ properties: { text: 'x'.repeat(33_000) } }, { properties: { text: 'short' } }), { attributes: 'all' });
		expect(outputs(result)).toEqual([['p2'], ['p1'], []]);
		expect(result.json('Export', 1)).toMatchObject([{ reason: 'payload_too_large', detail: expect.stringMatching(/3[23],\d{3} bytes/) }]);
	});

	test('wait while Segment is away, and are told of when it is back', async () => {
		const items = await people({});
		const away = { campaignsSegmentApi: { writeKey: KEY, region: 'own', baseUrl: `http://127.0.0.1:${await closedPort()}` } };
		const workflow = chain(trigger, own('Export', 'segmentExport', { options: { retries: 0 } }));
		const first = await execute({ workflow, nodes: NODES, credentials: away, items, mode: 'trigger', start: 'Export' });
		expect(outputs(first)).toEqual([[], [], []]);
		expect(rowsOfStore().message).toMatchObject([{ state: 'held', channel: 'export' }]);
	});

	test('what Segment refuses leaves with its words and without the key', async () => {
		says = () => ({ status: 400, body: { success: false, message: `malformed: ${KEY}` } });
		const result = await run(await people({}));
		expect(result.json('Export', 1)).toMatchObject([{ reason: 'provider_rejected', detail: expect.stringContaining('malformed: ***') }]);
		const file = ['', '-wal'].map((suffix) => readFileSync(`${process.env.N8N_CAMPAIGNS_STORE}${suffix}`).toString('latin1')).join();
		expect(file).toContain('malformed');
		expect(`${JSON.stringify(result.run)} ${file}`).not.toContain(KEY);
	});
});

describe('the event that brought somebody in', () => {
	const event = { name: 'Charged', ts: '2026-03-01T10:00:00.000Z', properties: { amount: 12, currency: 'EUR' } };
	const item = { user: { id: 'u1', properties: {} }, event };

	test('gives the track call its name, properties and time', async () => {
		await foreign([item], { calls: 'track', event: '{{ Event.name }}', properties: pairs({ key: 'currency', value: 'was {{ Event.currency }}' }), options: { timestamp: 'event' } });
		expect(calls()).toMatchObject([{ type: 'track', event: 'Charged', timestamp: event.ts, properties: { amount: 12, currency: 'was EUR' } }]);
	});

	test('or not', async () => {
		await foreign([item], { calls: 'track', event: 'Bought', eventProperties: false });
		expect(calls()).toMatchObject([{ event: 'Bought', properties: {} }]);
		expect(calls()[0]?.timestamp).not.toBe(event.ts);
	});
});

describe('whom a call is about', () => {
	test('an anonymous person has an anonymous id, a known one a user id', async () => {
		await store().call('ingest', { profiles: [{ anonymousId: 'visitor' }, { id: 'known', anonymousId: 'before' }] });
		const result = await foreign([{ id: 'visitor' }, { id: 'known' }, { id: 'stranger' }, { anonymousId: 'other' }, { name: 'nobody' }]);
		expect(calls().map(({ userId, anonymousId }) => ({ userId, anonymousId }))).toEqual(expect.arrayContaining([{ anonymousId: 'visitor' }, { userId: 'known' }, { userId: 'stranger' }, { anonymousId: 'other' }]));
		expect(calls()).toHaveLength(4);
		expect(result.json('Export', 1)).toMatchObject([{ name: 'nobody', reason: 'profile_not_reachable', detail: 'No user ID and no anonymous ID' }]);
	});

	test('also in a run by hand, which shows the calls and makes none', async () => {
		const items = await people({ push: [{ token: 't', kind: 'fcm' }], optedOut: { email: true } });
		const result = await run(items, { tokens: 'lastActive', chosen: chosen({ property: 'optedOut.email' }) }, 'manual');
		expect(result.json('Export')).toMatchObject([{ preview: { export: { wouldSend: { calls: [{ type: 'identify', userId: 'p1', traits: { 'optedOut.email': true }, context: { device: { token: 't' } } }] } } } }]);
		expect(segment.seen).toEqual([]);
	});
});

test.each<[string, INodeParameters, IDataObject, RegExp]>([
	['an event without a name', { calls: 'track', event: '{{ Event.name | default: " " }}' }, { id: 'a' }, /no name/],
	['a missing value', { traits: pairs({ key: 'a', value: '{{ Profile.x }}' }) }, { id: 'a' }, /Profile.x/],
	['what is no number', { traits: pairs({ key: 'price', value: '{{ Profile.price }}', type: 'number' }) }, { id: 'a', price: 'much' }, /"price" is no number/],
	['what is no JSON', { traits: pairs({ key: 'list', value: '[{{ Profile.list }}]', type: 'json' }) }, { id: 'a', list: 'x y' }, /"list" is no JSON/],
	['a context that is none', { options: { context: '[{{ Profile.list }}]' } }, { id: 'a', list: '1' }, /context is no JSON object/],
])('%s costs one message', async (_what, parameters, item, why) => {
	const result = await foreign([item], parameters);
	expect(result.json('Export', 1)).toMatchObject([{ reason: 'personalization_failed', detail: expect.stringMatching(why) }]);
	expect(segment.seen).toEqual([]);
});

test.each<[string, INodeParameters, RegExp]>([
	['no event', { calls: 'track', event: ' ' }, /has no event/],
	['an attribute without a property', { chosen: chosen({ property: '' }) }, /names no property/],
	['two traits of one name', { chosen: chosen({ property: 'a', name: 'x' }, { property: 'b', name: 'x' }) }, /"x" stands twice/],
	['a pair without a key', { traits: pairs({ key: ' ', value: 'x' }) }, /has no key/],
	['destinations that are none', { options: { integrations: '[1]' } }, /"Destinations \(JSON\)" is no JSON object/],
	['a mistake in a template', { traits: pairs({ key: 'a', value: '{% if %}' }) }, /line 1/],
	['a mistake in the context', { options: { context: '{{ ' } }, /line 1/],
])('%s is an error, at publish too', async (_what, parameters, why) => {
	expect((await foreign([{ id: 'a' }], parameters)).error?.message).toMatch(why);
	const workflow = chain(start, own('Export', 'segmentExport', parameters));
	await expect(publish({ workflow, nodes: NODES, credentials: credentials() })).rejects.toThrow(why);
});

test('a campaign with one that can tell nothing is not published', async () => {
	const workflow = chain(own('Campaign', 'campaignTrigger', EVERYBODY_NOW), own('Export', 'segmentExport', { calls: 'track', event: ' ' }));
	await expect(publish({ workflow, nodes: NODES, credentials: credentials() })).rejects.toThrow(/"Export".*has no event/);
	expect(rowsOfStore().run).toEqual([]);
});

describe('linked content', () => {
	const shop = (parameters: INodeParameters = {}) => own('Shop', 'linkedContent', { apiName: 'Shop', authentication: 'credential', ...parameters });
	const exporting = own('Export', 'segmentExport', { traits: pairs({ key: 'pick', value: '{{ Linked.Shop.pick }}' }) });

	test('gives values to the calls', async () => {
		const api = await startLoopback(({ url }, answer) => answer({ status: 200, body: { pick: `pick for ${url}` } }));
		const workflow = workflowOf([start, exporting, shop({ url: `${api.url}/{{ Profile.id }}` })], [['Start', 'Export'], ['Shop', 'Export', 'ai_agent']]);
		const linked = { campaignsLinkedContentApi: { baseUrl: api.url, authentication: 'none', allowPrivate: true } };
		const result = await execute({ workflow, nodes: NODES, credentials: { ...credentials(), ...linked }, items: [{ id: 'a' }], mode: 'webhook', start: 'Export' });
		expect(result.error).toBeUndefined();
		expect(callOf('a')?.traits).toEqual({ pick: 'pick for /a' });
		await api.close();
	});

	test('that is not connected is refused at publish', async () => {
		await expect(publish({ workflow: chain(start, exporting), nodes: NODES, credentials: credentials() })).rejects.toThrow(/no linked content of that name/);
	});
});

describe('the credential', () => {
	const test = async (data: IDataObject) => await campaignsSegmentTest.call({} as ICredentialTestFunctions, { id: '1', name: 'c', type: 't', data: { writeKey: KEY, region: 'own', baseUrl: segment.url, ...data } as never });

	it('keeps its key hidden', () => expect(new CampaignsSegmentApi().properties.find(({ name }) => name === 'writeKey')).toMatchObject({ typeOptions: { password: true } }));

	it('is tested by a call about nobody', async () => {
		expect(await test({})).toMatchObject({ status: 'OK', message: expect.stringContaining('Debugger') });
		expect(calls()).toEqual([{ type: 'track', event: 'Credential test' }]);
	});

	it.each<[string, Answer, string, RegExp]>([
		['a server that knows keys', { status: 401, body: { error: `unknown ${KEY}` } }, 'Error', /answered 401: unknown \*\*\*/],
		['one that looks at calls', { status: 400, body: 'Request neither has anonymousId nor userId' }, 'OK', /reached/],
		['one that takes no key like this', { status: 400, body: 'invalid write key' }, 'Error', /invalid write key/],
		['another server', { status: 200, body: '<html>' }, 'Error', /answered 200/],
	])('at %s', async (_name, answer, status, message) => {
		says = () => answer;
		const result = await test({});
		expect(result).toEqual({ status, message: expect.stringMatching(message) });
		expect(JSON.stringify(result)).not.toContain(KEY);
	});

	it.each([[{ writeKey: '' }, /no Write Key/], [{ baseUrl: '' }, /no Base URL/], [{ baseUrl: 'http://127.0.0.1:1' }, /./]])('with %j fails', async (data, message) => expect(await test(data)).toEqual({ status: 'Error', message: expect.stringMatching(message) }));
});
