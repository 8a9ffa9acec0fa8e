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
	['a body with a mistake', { url: 'https://example.com', content: 'template', body: '{ "a": {% if %} }' }, /line 1/],
];
test.each(wrong)('%s is an error, at publish too', async (_what, parameters, why) => {
	expect((await run([{}], parameters)).error?.message).toMatch(why);
	const workflow = chain(start, own('Hook', 'webhookSender', parameters));
	await expect(publish({ workflow, nodes: CAMPAIGN_NODES, credentials: { campaignsWebhookApi: {} } })).rejects.toThrow(why);
});
