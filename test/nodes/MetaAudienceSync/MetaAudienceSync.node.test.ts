import { createHash } from 'node:crypto';

import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { systemClock } from '../../../engine/clock';
import { openStore } from '../../../engine/store/open';
import { MetaAudienceSync } from '../../../nodes/MetaAudienceSync/MetaAudienceSync.node';
import { base, chain, own } from '../../support/campaign-workflow';
import { MetaServer, refused } from '../../support/meta-server';
import { execute } from '../../support/n8n-core';
import { useNodeStore } from '../../support/node-store';

const TOKEN = 'meta-token-that-nobody-may-see';
const store = useNodeStore();
let meta: MetaServer;
beforeEach(async () => {
	meta = await MetaServer.start();
	await store().call('ingest', {
		profiles: [
			{ id: 'ann', email: 'ann@example.com', properties: { city: 'Lyon' } },
			{ id: 'bob', email: 'bob@example.com', properties: { city: 'Pune' } },
			{ id: 'cid', properties: { city: 'Lyon' } },
		],
	});
});
afterEach(async () => {
	await meta.close();
});

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');
const audience = { __rl: true, mode: 'id', value: '4711' };
const lyon: INodeParameters = { audience, segmentMode: 'json', segmentRule: '{ "profile": "city", "is": "equals", "value": "Lyon" }' };

async function run(operation: string, parameters: INodeParameters = {}, mode: WorkflowExecuteMode = 'trigger', items: IDataObject[] = [{}], extra: IDataObject = {}) {
	const result = await execute({
		workflow: chain(base('Start', 'manualTrigger'), own('Sync', 'metaAudienceSync', { operation, ...parameters }, extra)),
		nodes: [MetaAudienceSync], mode, items, start: 'Sync',
		credentials: { campaignsMetaApi: { accessToken: TOKEN, appSecret: '', adAccountId: '77', baseUrl: meta.url } },
	});
	return { error: result.error, json: result.json('Sync') };
}

test('syncs an audience with a segment, once for all items', async () => {
	const { error, json } = await run('sync', lyon, 'trigger', [{}, {}]);
	expect(error).toBeUndefined();
	expect(json).toEqual([{ audience: '4711', operation: 'sync', wanted: 1, nameless: 1, coming: 1, leaving: 0, unchanged: 0, added: 1, removed: 0, sharing: 0, invalid: 0, invalidSamples: [], notRemoved: 0 }]);
	expect(meta.values('EMAIL')).toEqual([hashOf('ann@example.com')]);
	await store().call('ingest', { profiles: [{ id: 'ann', properties: { city: 'Rome' } }, { id: 'bob', properties: { city: 'Lyon' } }] });
	expect((await run('sync', lyon)).json).toMatchObject([{ added: 1, removed: 1 }]);
	expect(meta.values('EMAIL')).toEqual([hashOf('bob@example.com')]);
});

test('tells of erased people who could not be removed in time, and what to do', async () => {
	await run('sync', lyon);
	await store().call('erasePerson', { name: { id: 'ann' } });
	const later = await openStore({ path: String(process.env.N8N_CAMPAIGNS_STORE), clock: systemClock(31 * 86_400_000) });
	await later.call('forgetOld', {});
	await later.close();
	expect((await run('sync', lyon)).json).toMatchObject([{ removed: 0, notRemoved: 1, hint: expect.stringContaining('remove them by hand') as string }]);
	expect((await run('get', { audience })).json).toMatchObject([{ sent: { notRemoved: 1 }, hint: expect.stringContaining('remove them by hand') as string }]);
});

test('replaces an audience with a segment', async () => {
	meta.addStranger({ EMAIL: 'stranger' });
	expect((await run('replace', { ...lyon, identifiers: ['EXTERN_ID'] })).json).toMatchObject([{ operation: 'replace', wanted: 2, added: 2, resumed: false, left: 0 }]);
	expect(meta.values('EXTERN_ID')).toEqual(['ann', 'cid']);
});

test.each(['sync', 'replace'])('%s in a run by hand says what would change, and changes nothing', async (operation) => {
	expect((await run(operation, lyon, 'manual')).json).toEqual([{ audience: '4711', operation, preview: true, wanted: 1, nameless: 1, coming: 1, leaving: 0, unchanged: 0 }]);
	expect(meta.changes).toEqual([]);
	expect(await store().ask('audienceSize', { id: '4711' })).toEqual({ present: 0, adding: 0, leaving: 0, notRemoved: 0 });
	expect((await run(operation, { ...lyon, options: { sendInManualRuns: true } }, 'manual')).json).toMatchObject([{ added: 1 }]);
});

test('what Meta refuses is an error that says what to do', async () => {
	meta.before = () => refused(200, 1870090);
	const { error } = await run('sync', lyon);
	expect(error).toMatchObject({ message: expect.stringMatching(/^Meta did not take the people: Refused\. Accept the Custom Audience Terms/), description: expect.stringContaining('Run this again') });
});

test('creates an audience for each item, and shows one', async () => {
	expect((await run('create', { name: '={{ $json.name }}', source: 'USER_PROVIDED_ONLY' }, 'manual', [{ name: 'VIP' }, { name: ' ' }, {}], { onError: 'continueRegularOutput' })).json).toMatchObject([
		{ id: '4712', name: 'VIP', created: true }, { error: 'The audience has no name' }, { error: 'The audience has no name' },
	]);
	await run('sync', lyon);
	expect((await run('get', { audience })).json).toEqual([{ id: '4711', name: 'VIP', sizeFrom: 1, status: 'Normal', statusCode: 200, sent: { present: 1, toAdd: 0, toRemove: 0, notRemoved: 0 } }]);
});

test('needs the number of an audience', async () => {
	expect((await run('sync', { ...lyon, audience: { __rl: true, mode: 'id', value: 'VIP' } })).error?.message).toBe('The ID of the audience is not a number');
});
