import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { ICredentialTestFunctions, IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import type { ProfileInput } from '../../../engine/people/records';
import { campaignsMetaTest } from '../../../nodes/shared/meta';
import { MetaAudience } from '../../../nodes/MetaAudience/MetaAudience.node';
import { base, CAMPAIGN_NODES, campaignItems, chain, EVERYBODY_NOW, idsOf, own, rowsOfStore } from '../../support/campaign-workflow';
import { closedPort } from '../../support/loopback';
import { MetaServer, refused } from '../../support/meta-server';
import { execute, loadList, publish, type Execution } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const TOKEN = 'meta-token-that-nobody-may-see';
const SECRET = 'meta-secret-that-nobody-may-see';
const NODES = [...CAMPAIGN_NODES, MetaAudience];
const store = useNodeStore();
let meta: MetaServer;
beforeEach(async () => {
	meta = await MetaServer.start();
});
afterEach(async () => {
	await meta.close();
});

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const trigger = own('Campaign', 'campaignTrigger');
const start = base('Start', 'manualTrigger');
const audience = { __rl: true, mode: 'list', value: '4711', cachedResultName: 'VIP' };
const credentials = (more: object = {}) => ({ campaignsMetaApi: { accessToken: TOKEN, appSecret: SECRET, adAccountId: 'act_77', baseUrl: meta.url, ...more } });
const workflowOf = (parameters: INodeParameters, first = trigger) => chain(first, own('Audience', 'metaAudience', { audience, ...parameters }));

async function run(items: IDataObject[], parameters: INodeParameters = {}, mode: WorkflowExecuteMode = 'trigger', first = trigger): Promise<Execution> {
	return await execute({ workflow: workflowOf(parameters, first), nodes: NODES, credentials: credentials(), items, mode, start: 'Audience' });
}
const outputs = (result: Execution) => [0, 1, 2].map((output) => idsOf(result.json('Audience', output)));

/** Items of people p1.. of a campaign, with this on their profiles. */
async function people(...profiles: Array<Partial<ProfileInput>>): Promise<IDataObject[]> {
	const items = await campaignItems(store(), profiles.length);
	await store().call('ingest', { profiles: profiles.map((profile, index) => ({ ...profile, id: `p${index + 1}` })) });
	return items;
}

describe('people of a campaign', () => {
	test('are added in one request, each once, and counted one by one', async () => {
		const items = await people({ email: 'Ann@Example.com' }, { email: 'ben@example.com', phone: null });
		const result = await run(items);
		expect(result.error).toBeUndefined();
		expect(outputs(result)).toEqual([['p1', 'p2'], [], []]);
		expect(meta.changes).toEqual(['add 2']);
		expect(meta.values('EMAIL')).toEqual([hashOf('ann@example.com'), hashOf('ben@example.com')].sort());
		expect(meta.values('PHONE')).toEqual(['', hashOf('14155551000')]);
		expect(rowsOfStore().message).toMatchObject([{ state: 'sent', channel: 'export' }, { state: 'sent' }]);
		expect((await run(items)).json('Audience')).toEqual(result.json('Audience'));
		expect(meta.changes).toHaveLength(1);
	});

	test('are added to nobody else\'s audience where an expression names several', async () => {
		const items = (await people({ email: 'ann@example.com' }, { email: 'ben@example.com' })).map((item, index) => ({ ...item, audience: String(4711 + index) }));
		const result = await run(items, { audience: { __rl: true, mode: 'id', value: '={{ $json.audience }}' } });
		expect(result.error?.message).toBe('"Audience" is not the same for all items: item 1 has another one than item 0.');
		expect(meta.changes).toEqual([]);
	});

	test('are removed by what is known of them', async () => {
		meta.addStranger({ EXTERN_ID: 'p1' });
		meta.addStranger({ EXTERN_ID: 'other' });
		expect(outputs(await run(await people({}), { operation: 'remove', identifiers: ['EXTERN_ID'] }))).toEqual([['p1'], [], []]);
		expect(meta.values('EXTERN_ID')).toEqual(['other']);
	});

	test('without an identifier are not reachable, and the others go', async () => {
		const result = await run(await people({ email: null }, { email: 'ben@example.com' }), { identifiers: ['EMAIL', 'FN'] });
		expect(outputs(result)).toEqual([['p2'], ['p1'], []]);
		expect(result.json('Audience', 1)).toMatchObject([{ reason: 'profile_not_reachable', detail: expect.stringContaining('None of the chosen identifiers') }]);
	});

	test('are named by the properties that were chosen', async () => {
		const options = { properties: { property: [{ field: 'FN', property: { __rl: true, mode: 'list', value: 'call.name' } }] }, defaultCountry: 'de' };
		await run(await people({ email: 'ann@example.com', phone: '030 123456', properties: { call: { name: 'Änne' } } }), { identifiers: ['EMAIL', 'PHONE', 'FN'], options });
		expect([meta.values('FN'), meta.values('PHONE')]).toEqual([[hashOf('änne')], [hashOf('4930123456')]]);
	});

	test('whoever opted out of everything is told of, too', async () => {
		expect(outputs(await run(await people({ email: 'ann@example.com', optedOut: { sms: true, email: true, push: true, webhook: true } })))).toEqual([['p1'], [], []]);
	});

	test.each(['is away', 'asks for a pause'])('wait while Meta %s', async (what) => {
		meta.before = () => refused(80003);
		const baseUrl = what === 'is away' ? `http://127.0.0.1:${await closedPort()}` : meta.url;
		const result = await execute({
			workflow: workflowOf({ options: { retries: 0 } }), nodes: NODES, mode: 'trigger', start: 'Audience',
			credentials: { campaignsMetaApi: { ...credentials().campaignsMetaApi, baseUrl } }, items: await people({ email: 'ann@example.com' }),
		});
		expect(outputs(result)).toEqual([[], [], []]);
		expect(rowsOfStore().message).toMatchObject([{ state: 'held', channel: 'export' }]);
	});

	test('a token that was refused is loud, says what to do, and shows nowhere', async () => {
		meta.before = () => ({ status: 400, body: { error: { message: `Error validating ${TOKEN} ${SECRET}`, code: 190, error_subcode: 463 } } });
		const result = await run(await people({ email: 'ann@example.com' }), { options: { maxWaitHours: 0 } });
		expect(result.json('Audience', 1)).toMatchObject([{ reason: 'provider_auth', detail: expect.stringMatching(/meta_190_463 Error validating \*\*\* \*\*\*\. Make a new access token/) }]);
		const file = ['', '-wal'].map((suffix) => readFileSync(`${process.env.N8N_CAMPAIGNS_STORE}${suffix}`).toString('latin1')).join();
		expect(file).toContain('Make a new access token');
		for (const secret of [TOKEN, SECRET]) expect(`${JSON.stringify(result.run)} ${file}`).not.toContain(secret);
	});

	test('those whose entry Meta names as invalid leave by Not sent', async () => {
		meta.before = () => ({ status: 200, body: { session_id: '1', num_received: 2, num_invalid_entries: 1, invalid_entry_samples: [hashOf('ann@example.com')] } });
		const result = await run(await people({ email: 'ann@example.com' }, { email: 'ben@example.com' }));
		expect(outputs(result)).toEqual([['p2'], ['p1'], []]);
		expect(result.json('Audience', 1)).toMatchObject([{ reason: 'invalid_recipient', detail: expect.stringContaining('EMAIL') }]);
	});
});

test('items of no campaign are completed by nothing but themselves', async () => {
	const result = await run([{ id: 'x1', email: 'x@example.com', firstName: 'Xi' }], { identifiers: ['EMAIL', 'FN', 'EXTERN_ID'] }, 'webhook', start);
	expect(result.json('Audience')).toHaveLength(1);
	expect([meta.values('EMAIL'), meta.values('FN'), meta.values('EXTERN_ID')]).toEqual([[hashOf('x@example.com')], [hashOf('xi')], ['x1']]);
});

test('a run by hand shows what Meta would be told, and tells it nothing', async () => {
	const result = await run([{ id: 'x1', email: 'x@example.com' }], {}, 'manual', start);
	expect(result.json('Audience')).toMatchObject([{ preview: { export: { wouldSend: { change: 'add', audience: '4711', identifiers: { EMAIL: hashOf('x@example.com') } } } } }]);
	expect(meta.changes).toEqual([]);
});

describe('at publish', () => {
	const published = async (parameters: INodeParameters) =>
		await publish({ workflow: chain(own('Campaign', 'campaignTrigger', EVERYBODY_NOW), own('Audience', 'metaAudience', parameters)), nodes: NODES, credentials: credentials() }).then(
			async (done) => {
				await done.close();
				return 'published';
			},
			(error: Error) => error.message,
		);

	test.each<[INodeParameters, RegExp]>([
		[{}, /No audience is chosen/],
		[{ audience: { __rl: true, mode: 'id', value: 'VIP' } }, /not a number/],
		[{ audience, identifiers: ['FN', 'LN'] }, /None of the chosen identifiers names a person/],
		[{ audience, options: { defaultCountry: 'Germany' } }, /two-letter code/],
	])('%j is refused', async (parameters, why) => expect(await published(parameters)).toMatch(why));

	test('a whole one is not', async () => expect(await published({ audience })).toBe('published'));
});

describe('the credential', () => {
	const tested = async (more: object = {}) => await campaignsMetaTest.call({} as ICredentialTestFunctions, { id: '1', name: 'Meta', type: 'campaignsMetaApi', data: credentials(more).campaignsMetaApi });

	test('is tested by the name of the ad account', async () => {
		expect(await tested()).toEqual({ status: 'OK', message: 'The token may see the ad account "Our account"' });
		expect(await tested({ adAccountId: 'x' })).toMatchObject({ status: 'Error', message: expect.stringContaining('not a number') });
		expect(await tested({ baseUrl: `http://127.0.0.1:${await closedPort()}` })).toMatchObject({ status: 'Error' });
	});

	test('lists the customer lists of the ad account', async () => {
		const list = async (filter?: string) => await loadList({ workflow: workflowOf({}), nodes: NODES, credentials: credentials(), node: 'Audience', method: 'searchAudiences', filter });
		expect(await list()).toEqual([{ name: 'VIP', value: '4711' }]);
		expect(await list('no such')).toEqual([]);
	});
});
