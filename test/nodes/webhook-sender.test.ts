import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { base, CAMPAIGN_NODES, campaignItems, chain, idsOf, own, rowsOfStore } from '../support/campaign-workflow';
import { startLoopback, type Loopback } from '../support/loopback';
import { execute, publish, type Execution } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';

const SECRET = `whsec_${Buffer.from('a signing secret nobody may see').toString('base64')}`;
const PASSWORD = 'header-value-that-nobody-may-see';

const store = useNodeStore();
let endpoint: Loopback;
let status = 204;
beforeEach(async () => {
	status = 204;
	endpoint = await startLoopback((seen, answer) => answer({ status, body: status === 204 ? undefined : `you said ${JSON.stringify(seen.headers)}` }));
});
afterEach(async () => {
	await endpoint.close();
});

const credential = (): IDataObject => ({ secret: SECRET, authentication: 'headerAuth', headerName: 'X-Key', headerValue: PASSWORD, allowPrivate: true });

async function run(items: IDataObject[], parameters: INodeParameters = {}, { mode = 'trigger' as WorkflowExecuteMode, first = own('Campaign', 'campaignTrigger'), with: more = {} as object } = {}): Promise<Execution> {
	const workflow = chain(first, own('Hook', 'webhookSender', { url: `${endpoint.url}/hook`, ...parameters }));
	const credentials = { campaignsWebhookApi: { ...credential(), ...more } as never };
	return await execute({ workflow, nodes: CAMPAIGN_NODES, credentials, items, mode, start: 'Hook' });
}

const start = base('Start', 'manualTrigger');
const bodies = () => endpoint.seen.map(({ body }) => JSON.parse(body) as IDataObject);
const outputs = (result: Execution) => [0, 1, 2].map((output) => idsOf(result.json('Hook', output)));

test('calls once for each person, signed, with what is known of them', async () => {
	const items = await campaignItems(store(), 2);
	const result = await run(items);
	expect(result.error).toBeUndefined();
	expect(outputs(result)).toEqual([['p1', 'p2'], [], []]);
	const body = bodies().find(({ user }) => (user as IDataObject).id === 'p1');
	expect(body).toEqual({ campaign: { id: 'workflow:trigger', name: 'Test campaign', labels: ['a', 'b'], run: 1 }, user: items[0]?.user });
	for (const { headers, body: text } of endpoint.seen) {
		const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`;
		expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', Buffer.from(SECRET.slice(6), 'base64')).update(signed).digest('base64')}`);
		expect(headers['x-key']).toBe(PASSWORD);
	}
	expect(result.json('Hook').map(({ delivery }) => (delivery as IDataObject).messageId).sort()).toEqual(endpoint.seen.map(({ headers }) => headers['webhook-id']).sort());
});

test('the proof that an item is live does not leave', async () => {
	const [item] = await campaignItems(store(), 1);
	await run([item as IDataObject]);
	expect(endpoint.seen[0]?.body).not.toContain((item?.campaign as IDataObject).live as string);
});

test('whoever comes again leaves as before and is not called for', async () => {
	const items = await campaignItems(store(), 2);
	const first = await run(items);
	expect((await run(items)).json('Hook')).toEqual(first.json('Hook'));
	expect(endpoint.seen).toHaveLength(2);
});

test('values in an own body are escaped; what is no JSON after all costs one message', async () => {
	const parameters = { content: 'template', body: '{ "name": "{{ Profile.name }}", "age": {{ Profile.age | default: "null" }} }' };
	const items = [{ id: 'a', name: 'Ann "the\nfirst"', age: 7 }, { id: 'b', name: 'Bob', age: 'seven' }, { id: 'c' }];
	const result = await run(items, parameters, { mode: 'webhook', first: start });
	expect(bodies()).toEqual([{ name: 'Ann "the\nfirst"', age: 7 }]);
	expect(result.json('Hook', 1)).toMatchObject([
		{ id: 'b', reason: 'personalization_failed', detail: expect.stringContaining('no JSON') },
		{ id: 'c', reason: 'personalization_failed', detail: expect.stringContaining('Profile.name') },
	]);
});

test('a GET has no body', async () => {
	await run(await campaignItems(store(), 1), { method: 'GET' });
	expect(endpoint.seen).toMatchObject([{ method: 'GET', body: '' }]);
});

test('a run by hand shows the call, makes none and leaves the store as it is', async () => {
	const items = await campaignItems(store(), 1);
	const before = rowsOfStore();
	const result = await run(items, {}, { mode: 'manual' });
	expect(result.json('Hook')).toMatchObject([{ preview: { webhook: { wouldSend: { method: 'POST', url: `${endpoint.url}/hook` } } } }]);
	expect(endpoint.seen).toEqual([]);
	expect(rowsOfStore()).toEqual(before);
});

test('an endpoint that refuses for good is not asked again, and says nothing secret', async () => {
	status = 400;
	const result = await run(await campaignItems(store(), 1));
	expect(result.json('Hook', 1)).toMatchObject([{ reason: 'provider_rejected', detail: expect.stringContaining('http_400') }]);
	expect(endpoint.seen).toHaveLength(1);
	const said = JSON.stringify(result.run);
	const file = ['', '-wal'].map((suffix) => readFileSync(`${process.env.N8N_CAMPAIGNS_STORE}${suffix}`).toString('latin1')).join();
	expect(file).toContain('provider_rejected');
	for (const secret of [PASSWORD, SECRET, SECRET.slice(6)]) {
		expect(said).not.toContain(secret);
		expect(file).not.toContain(secret);
	}
});

test('a private address is not called unless the credential allows it', async () => {
	const result = await run(await campaignItems(store(), 1), {}, { with: { allowPrivate: false } });
	expect(result.json('Hook', 1)).toMatchObject([{ reason: 'provider_rejected' }]);
	expect(endpoint.seen).toEqual([]);
});

describe('headers and query parameters', () => {
	const pairs = (...list: Array<[string, string]>) => ({ pairs: list.map(([name, value]) => ({ name, value })) });
	const personal = {
		headers: pairs(['X-City', '{{ Profile.city | default: "none" }}'], ['X-Shop', '@@Shop - us'], ['Content-Type', 'application/vnd.shop+json']),
		query: pairs(['who', '{{ Profile.id }}'], ['who', 'a&b=c'], ['city', '@Profile - city | default: ""']),
	};

	test('each call has those of its person, percent-encoded where they stand in the address', async () => {
		const items = [{ id: 'a', city: 'Saint-Étienne' }, { id: '../x?y#z&admin=1@evil.example' }];
		const result = await run(items, { url: `${endpoint.url}/hook?v=1#part`, ...personal }, { mode: 'webhook', first: start });
		expect(outputs(result).map((ids) => ids.length)).toEqual([2, 0, 0]);
		const seen = endpoint.seen.map(({ url, headers }) => ({ url, city: Buffer.from(String(headers['x-city']), 'latin1').toString('utf8'), shop: headers['x-shop'], type: headers['content-type'], key: headers['x-key'] }));
		expect(seen).toEqual(expect.arrayContaining([
			{ url: '/hook?v=1&who=a&who=a%26b%3Dc&city=Saint-%C3%89tienne', city: 'Saint-Étienne', shop: '@Shop - us', type: 'application/vnd.shop+json', key: PASSWORD },
			{ url: '/hook?v=1&who=..%2Fx%3Fy%23z%26admin%3D1%40evil.example&who=a%26b%3Dc&city=', city: 'none', shop: '@Shop - us', type: 'application/vnd.shop+json', key: PASSWORD },
		]));
	});

	test('a GET has them, too', async () => {
		await run([{ id: 'a' }], { method: 'GET', ...personal }, { mode: 'webhook', first: start });
		expect(endpoint.seen).toMatchObject([{ url: '/hook?who=a&who=a%26b%3Dc&city=', headers: { 'x-city': 'none' } }]);
	});

	test('a value that would break the header costs one message; one that is missing, too', async () => {
		const headers = pairs(['X-City', '{{ Profile.city }}']);
		const result = await run([{ id: 'a', city: 'Lyon\r\nX-Admin: 1' }, { id: 'b' }, { id: 'c', city: 'Lyon' }], { headers }, { mode: 'webhook', first: start });
		expect(result.json('Hook', 1)).toMatchObject([
			{ id: 'a', reason: 'personalization_failed', detail: expect.stringContaining('header X-City has a line break') },
			{ id: 'b', reason: 'personalization_failed', detail: expect.stringContaining('Profile.city') },
		]);
		expect(endpoint.seen.map(({ headers: { 'x-city': city } }) => city)).toEqual(['Lyon']);
	});

	test('fixed ones go out with a call for many', async () => {
		const fixed = { headers: pairs(['X-Shop', '@@Shop - us']), query: pairs(['v', '1 2']) };
		await run(await campaignItems(store(), 3), { ...fixed, batch: true });
		expect(endpoint.seen).toMatchObject([{ url: '/hook?v=1%202', headers: { 'x-shop': '@Shop - us' } }]);
	});

	test('a run by hand shows them, and nothing of the credential', async () => {
		const result = await run([{ id: 'a' }], { headers: personal.headers, query: personal.query }, { mode: 'manual', first: start });
		const shown = JSON.stringify(result.json('Hook'));
		expect(result.json('Hook')).toMatchObject([{ preview: { webhook: { wouldSend: { url: expect.stringContaining('/hook?who=a'), headers: { 'X-City': 'none' } } } } }]);
		for (const secret of [PASSWORD, SECRET]) expect(shown).not.toContain(secret);
	});

	test.each([['X-key'], ['x-KEY']])('%s is an error where the credential sets it as well', async (name) => {
		const parameters = { headers: pairs([name, 'mine']) };
		const why = new RegExp(`The header ${name} is set twice`);
		expect((await run([{ id: 'a' }], parameters)).error?.message).toMatch(why);
		const workflow = chain(start, own('Hook', 'webhookSender', { url: 'https://example.com', ...parameters }));
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: { campaignsWebhookApi: credential() as never } })).rejects.toThrow(why);
	});

	test('a header of the credential is checked as well', async () => {
		expect((await run([{ id: 'a' }], {}, { with: { headerName: 'Webhook-Id' } })).error?.message).toMatch(/Webhook-Id is set by the node itself/);
	});

	test('Preview of the campaign says what publishing would refuse', async () => {
		const trigger = own('Campaign', 'campaignTrigger', { segmentMode: 'json', segmentRule: '{ "all": [] }', schedule: 'now' });
		const workflow = chain(trigger, own('Hook', 'webhookSender', { url: 'https://example.com', batch: true, ...personal }));
		const result = await execute({ workflow, nodes: CAMPAIGN_NODES, credentials: { campaignsWebhookApi: credential() as never }, items: [{}] });
		expect(result.hints('Campaign').join(' ')).toContain('"Hook": it cannot be published like this: Header "X-City" is personalized');
		await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: { campaignsWebhookApi: credential() as never } })).rejects.toThrow(/"Hook": Header "X-City" is personalized/);
	});
});

test('an answer is waited for as long as the options say', async () => {
	await endpoint.close();
	endpoint = await startLoopback(() => undefined);
	const begun = Date.now();
	const result = await run(await campaignItems(store(), 1), { options: { timeout: 1, retries: 0 } });
	expect(outputs(result)).toEqual([[], [], ['p1']]);
	expect(endpoint.seen).toHaveLength(1);
	// By default it is five seconds.
	expect(Date.now() - begun).toBeLessThan(4_900);
});

describe('CleverTap payload', () => {
	const keyValues = { pair: [{ name: 'offer', value: 'spring' }, { name: 'who', value: '{{ Profile.id }}' }, { name: 'by', value: '@@Shop - us' }] };
	const parameters = { content: 'clevertap', keyValues };

	test('one profile per call', async () => {
		await store().call('ingest', { profiles: [{ id: 'p1', email: 'a@example.com', properties: { city: 'Lyon' }, optedOut: { email: true } }] });
		const result = await run(await campaignItems(store(), 1), parameters);
		expect(result.error).toBeUndefined();
		expect(bodies()).toEqual([
			{
				targetId: 'workflow:trigger',
				key_values: { offer: 'spring', who: 'p1', by: '@Shop - us' },
				profiles: {
					messageId: endpoint.seen[0]?.headers['webhook-id'], identity: 'p1', all_identities: ['p1'], email: 'a@example.com', phone: '+14155551000',
					profileData: expect.objectContaining({ city: 'Lyon' }),
					systemProfileData: { emailSubscription: 'Unsubscribed', smsSubscription: 'Subscribed', mobilePushSubscription: 'Subscribed' },
				},
			},
		]);
	});

	test('with devices and opt-outs that only the store knows', async () => {
		await store().call('ingest', { profiles: [{ id: 'p1', push: [{ kind: 'fcm', token: 'device' }], optedOut: { email: true } }] });
		const more = { profileParts: ['pushTokens', 'systemProfileData'] };
		const dry = await run([{ id: 'p1' }], { ...parameters, ...more }, { mode: 'manual', first: start });
		await run([{ id: 'p1' }], { ...parameters, ...more }, { mode: 'webhook', first: start });
		const shown = (dry.json('Hook')[0] as { preview: { webhook: { wouldSend: { body: string } } } }).preview.webhook.wouldSend.body;
		const whole = { profiles: { identity: 'p1', push_token: ['device'], systemProfileData: { emailSubscription: 'Unsubscribed' } } };
		expect([JSON.parse(shown), ...bodies()]).toMatchObject([whole, whole]);
	});

	test('only the chosen parts', async () => {
		await run(await campaignItems(store(), 1), { ...parameters, profileParts: ['phone'] });
		expect((bodies()[0] as { profiles: object }).profiles).toEqual({ messageId: expect.any(String), identity: 'p1', all_identities: ['p1'], phone: '+14155551000' });
	});

	test('many profiles per call, with what is theirs in each', async () => {
		const result = await run(await campaignItems(store(), 5), { ...parameters, batch: true, batchSize: 3, profileParts: [] });
		expect(outputs(result).map((ids) => ids.length)).toEqual([5, 0, 0]);
		const calls = bodies() as Array<{ targetId: string; key_values: object; profiles: IDataObject[] }>;
		expect(calls.map(({ profiles }) => profiles.length).sort()).toEqual([2, 3]);
		for (const { targetId, key_values } of calls) expect({ targetId, key_values }).toEqual({ targetId: 'workflow:trigger', key_values: { offer: 'spring', by: '@Shop - us' } });
		const profiles = calls.flatMap((call) => call.profiles);
		expect(profiles.map(({ key_values, identity }) => [identity, (key_values as IDataObject).who]).sort()).toEqual(['p1', 'p2', 'p3', 'p4', 'p5'].map((id) => [id, id]));
		expect(profiles.map(({ messageId }) => messageId).sort()).toEqual(result.json('Hook').map(({ delivery }) => (delivery as IDataObject).messageId).sort());
	});
});

test('many of an own body per call stand under the chosen key; one that is no object costs one message', async () => {
	const parameters = { content: 'template', body: '{% if Profile.id == "b" %}7{% else %}{ "id": "{{ Profile.id }}" }{% endif %}', batch: true, batchKey: 'rows' };
	const result = await run([{ id: 'a' }, { id: 'b' }, { id: 'c' }], parameters, { mode: 'webhook', first: start });
	expect((bodies() as Array<{ rows: IDataObject[] }>).map(({ rows }) => rows.map(({ id }) => id).sort())).toEqual([['a', 'c']]);
	expect((bodies()[0] as { rows: IDataObject[] }).rows[0]).toHaveProperty('messageId');
	expect(result.json('Hook', 1)).toMatchObject([{ id: 'b', reason: 'personalization_failed', detail: expect.stringContaining('no JSON object') }]);
});

test('a call for many that breaks leaves all of them unknown, and is made once', async () => {
	status = 500;
	const result = await run(await campaignItems(store(), 3), { batch: true });
	expect(outputs(result).map((ids) => ids.length)).toEqual([0, 0, 3]);
	expect(endpoint.seen).toHaveLength(1);
});

const wrong: Array<[string, INodeParameters, RegExp]> = [
	['half an address', { url: 'example.com/hook' }, /"URL" is not an http or https address: example.com/],
	['another protocol', { url: 'ftp://example.com' }, /"URL" is not an http or https address/],
	['a pair with a mistake', { url: 'https://example.com', content: 'clevertap', keyValues: { pair: [{ name: 'a', value: '{% if %}' }] } }, /line 1/],
	['nobody per call', { url: 'https://example.com', batch: true, batchSize: 0 }, /"People per Call" is 0/],
	['no time for an answer', { url: 'https://example.com', options: { timeout: 0 } }, /"Timeout \(Seconds\)" is 0/],
	['a time-out without end', { url: 'https://example.com', options: { timeout: 86_400 } }, /"Timeout \(Seconds\)" is 86400/],
	['a header of the protocol', { url: 'https://example.com', headers: { pairs: [{ name: 'Webhook-Signature', value: 'x' }] } }, /Webhook-Signature is set by the node itself/],
	['the mark of a test', { url: 'https://example.com', headers: { pairs: [{ name: 'x-campaigns-test', value: 'true' }] } }, /x-campaigns-test is set by the node itself/],
	['a header of the connection', { url: 'https://example.com', headers: { pairs: [{ name: 'Host', value: 'evil.example' }] } }, /Host is set by the connection itself/],
	['a header twice', { url: 'https://example.com', headers: { pairs: [{ name: 'X-A', value: '1' }, { name: 'x-a', value: '2' }] } }, /x-a is set twice/],
	['a header of two lines', { url: 'https://example.com', headers: { pairs: [{ name: 'X-A', value: '1\r\nX-B: 2' }] } }, /value of the header X-A has a line break/],
	['a header name of two lines', { url: 'https://example.com', headers: { pairs: [{ name: 'X-A: 1\r\nX-B', value: '2' }] } }, /not a header name that HTTP allows/],
	['a header without a name', { url: 'https://example.com', headers: { pairs: [{ name: '', value: '2' }] } }, /"" is not a header name/],
	['a header with a mistake', { url: 'https://example.com', headers: { pairs: [{ name: 'X-A', value: '{% if %}' }] } }, /Header "X-A", line 1/],
	['a parameter without a name', { url: 'https://example.com', query: { pairs: [{ name: ' ', value: '2' }] } }, /A query parameter has no name/],
	['a parameter whose name is personalized', { url: 'https://example.com', query: { pairs: [{ name: '{{ Profile.id }}', value: '2' }] } }, /names are the same for everybody/],
	['a parameter with a mistake, of a GET', { url: 'https://example.com', method: 'GET', query: { pairs: [{ name: 'a', value: '{% if %}' }] } }, /Query parameter "a", line 1/],
	['a personalized header for many', { url: 'https://example.com', batch: true, headers: { pairs: [{ name: 'X-A', value: '{{ Profile.id }}' }] } }, /Header "X-A" is personalized/],
	['a personalized parameter for many', { url: 'https://example.com', batch: true, query: { pairs: [{ name: 'a', value: '@Profile - id' }] } }, /Query parameter "a" is personalized/],
	['a body with a mistake', { url: 'https://example.com', content: 'template', body: '{ "a": {% if %} }' }, /line 1/],
];
test.each(wrong)('%s is an error, at publish too', async (_what, parameters, why) => {
	expect((await run([{}], parameters)).error?.message).toMatch(why);
	const workflow = chain(start, own('Hook', 'webhookSender', parameters));
	await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: { campaignsWebhookApi: {} } })).rejects.toThrow(why);
});
