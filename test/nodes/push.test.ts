import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import type { Device } from '../../engine/people/records';
import { ApnsPushProvider } from '../../nodes/ApnsPushProvider/ApnsPushProvider.node';
import { FcmPushProvider } from '../../nodes/FcmPushProvider/FcmPushProvider.node';
import { Push } from '../../nodes/Push/Push.node';
import { WebPushProvider } from '../../nodes/WebPushProvider/WebPushProvider.node';
import { accept, answer, APNS_KEY, startApns, type ApnsServer } from '../support/apns-server';
import { base, CAMPAIGN_NODES, campaignItems, idsOf, own, rowsOfStore, workflowOf, type Line } from '../support/campaign-workflow';
import { execute, publish, type Execution, type TestWorkflow } from '../support/n8n-core';
import { closedPort, startLoopback, type Answer, type Loopback } from '../support/loopback';
import { useNodeStore } from '../support/node-store';
import { fcmError, serviceAccount, startTokenServer, type TokenServer } from '../support/push';
import { subscription, VAPID } from '../support/web-push';

const NODES = [...CAMPAIGN_NODES, Push, FcmPushProvider];
const store = useNodeStore();
let tokens: TokenServer;
let fcm: Loopback;
/** What FCM answers to a token; undefined: accepted. */
let says: (token: string) => Answer | undefined;
const dead: Answer = { status: 404, body: fcmError('UNREGISTERED', 'NOT_FOUND') };
const isDead = (token: string) => (token.includes('dead') ? dead : undefined);

beforeEach(async () => {
	says = isDead;
	tokens = await startTokenServer();
	fcm = await startLoopback(({ body }, reply) => {
		const { message } = JSON.parse(body) as { message: { token: string } };
		reply(says(message.token) ?? { status: 200, body: { name: `projects/shop-1/messages/${message.token}` } });
	});
});
afterEach(async () => {
	await tokens.close();
	await fcm.close();
});

const start = base('Start', 'manualTrigger');
const trigger = own('Campaign', 'campaignTrigger');

function ending(before: TestWorkflow['nodes'], parameters: INodeParameters = {}): TestWorkflow {
	const nodes = [...before, own('Push', 'push', { title: 'Hi', body: 'Hello {{ Profile.id }}', ...parameters })];
	const row = nodes.slice(1).map(({ name }, index): Line => [nodes[index]?.name ?? '', name]);
	return workflowOf([...nodes, own('FCM', 'fcmPushProvider')], [...row, ['FCM', 'Push', 'ai_chain']]);
}
const inCampaign = (parameters?: INodeParameters) => ending([trigger], parameters);
const foreign = (parameters?: INodeParameters) => ending([start], parameters);
const credentials = () => ({ campaignsFcmApi: { serviceAccount: serviceAccount(tokens.url), baseUrl: fcm.url } });

async function run(workflow: TestWorkflow, items: IDataObject[], mode: WorkflowExecuteMode = 'trigger', more: object = {}): Promise<Execution> {
	return await execute({ workflow, nodes: NODES, credentials: credentials(), items, mode, start: 'Push', ...more });
}

const outputs = (result: Execution) => [0, 1, 2].map((output) => idsOf(result.json('Push', output)));
const sent = () => fcm.seen.map(({ body }) => (JSON.parse(body) as { message: { token: string; notification?: { body: string } } }).message);
const sentTo = () => sent().map(({ token }) => token).sort();
const device = (token: string, seenAt = 1_000): Device => ({ kind: 'fcm', token, seenAt });
const person = async (id: string) => {
	const found = await store().call('getPerson', { name: { id } });
	return { devices: found?.profile.push.map(({ token }) => token) ?? [], events: found?.events.map(({ name }) => name) ?? [] };
};

/** Items of people p1..pN of a campaign who have these devices. */
async function people(...devices: Device[][]): Promise<IDataObject[]> {
	const items = await campaignItems(store(), devices.length);
	await store().call('ingest', { profiles: devices.map((push, index) => ({ id: `p${index + 1}`, push })) });
	return items;
}

describe('people of a campaign', () => {
	test('get one message on all their devices, once', async () => {
		const items = await people([device('a'), device('b')], [device('c')]);
		const result = await run(inCampaign(), items);
		expect(result.error).toBeUndefined();
		expect(outputs(result)).toEqual([['p1', 'p2'], [], []]);
		expect(result.json('Push')[0]).toMatchObject({ delivery: { provider: 'FCM', messageId: expect.any(String) } });
		expect(sentTo()).toEqual(['a', 'b', 'c']);
		expect(sent().map(({ notification }) => notification?.body).sort()).toEqual(['Hello p1', 'Hello p1', 'Hello p2']);
		expect((await person('p1')).events).toEqual(['Notification Sent']);
		expect((await run(inCampaign(), items)).json('Push')).toEqual(result.json('Push'));
		expect(fcm.seen).toHaveLength(3);
	});

	test('or on the device they were last active on', async () => {
		const items = await people([device('old', 1_000), device('new', 3_000), device('older', 500)]);
		await run(inCampaign({ sendTo: 'lastActive' }), items);
		expect(sentTo()).toEqual(['new']);
	});

	test('a dead device is taken off, and the person gets it on the others', async () => {
		const items = await people([device('dead 1', 3_000), device('b')], [device('dead 2')]);
		const result = await run(inCampaign(), items);
		expect(outputs(result)).toEqual([['p1'], ['p2'], []]);
		expect(result.json('Push', 1)).toMatchObject([{ reason: 'user_not_reachable', reasonText: 'User not reachable (every device is dead)', detail: expect.stringContaining('UNREGISTERED') }]);
		expect(await person('p1')).toEqual({ devices: ['b'], events: ['Notification Sent'] });
		expect(await person('p2')).toEqual({ devices: [], events: ['App Uninstalled'] });
	});

	test.each<[string, Answer, string]>([
		['only looks dead by a wrong setting', { status: 404, body: fcmError(undefined, 'NOT_FOUND') }, 'user_not_reachable'],
		['is of another project', { status: 403, body: fcmError('SENDER_ID_MISMATCH', 'PERMISSION_DENIED') }, 'invalid_recipient'],
	])('a device that %s stays', async (_name, answer, reason) => {
		says = () => answer;
		const result = await run(inCampaign(), await people([device('a')]));
		expect(result.json('Push', 1)).toMatchObject([{ reason }]);
		expect(await person('p1')).toEqual({ devices: ['a'], events: [] });
	});

	test('whoever has no device, or only ones that no provider is for, is not reachable', async () => {
		const items = await people([], [{ kind: 'apns', token: 'x', seenAt: 1 }]);
		const result = await run(inCampaign(), items);
		expect(result.json('Push', 1)).toMatchObject([{ reason: 'profile_not_reachable', detail: 'No device' }, { reason: 'profile_not_reachable', detail: 'No provider for devices of kind apns' }]);
		expect(fcm.seen).toEqual([]);
	});

	test('nor who has opted out', async () => {
		const items = await people([device('a')]);
		await store().call('ingest', { profiles: [{ id: 'p1', optedOut: { push: true } }] });
		expect((await run(inCampaign(), items)).json('Push', 1)).toMatchObject([{ reason: 'profile_not_reachable', detail: 'Opted out of push' }]);
	});

	test('unknown at one device, refused at the others, is unknown', async () => {
		says = (token) => isDead(token) ?? (token === 'odd' ? { status: 500, body: 'oops' } : undefined);
		const result = await run(inCampaign(), await people([device('dead'), device('odd')]));
		expect(result.json('Push', 2)).toMatchObject([{ reason: 'unknown_outcome', delivery: { provider: 'FCM' } }]);
	});

	test('wait while the provider is away, and get it when it is back', async () => {
		const items = await people([device('a')]);
		const away = { campaignsFcmApi: { serviceAccount: serviceAccount(tokens.url), baseUrl: `http://127.0.0.1:${await closedPort()}` } };
		expect(outputs(await run(inCampaign(), items, 'trigger', { credentials: away }))).toEqual([[], [], []]);
		const clock = store().clock as { now: () => number };
		const real = clock.now.bind(clock);
		clock.now = () => real() + 60_000;
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Push', type: 'n8n-nodes-campaigns.push' });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		expect((await run(inCampaign(), [{ campaignRelease: { token: release?.token as string } }])).json('Push')).toMatchObject([{ user: { id: 'p1' } }]);
		expect(sentTo()).toEqual(['a']);
	});

	test('wait, with their credentials broken, rather than count as unreachable', async () => {
		const items = await people([device('a')]);
		expect(outputs(await run(inCampaign(), items, 'trigger', { credentials: { campaignsFcmApi: { serviceAccount: 'nonsense' } } }))).toEqual([[], [], []]);
		expect(rowsOfStore().message).toMatchObject([{ state: 'held' }]);
	});

	test('but not on a device that the broken provider cannot be for', async () => {
		const items = await people([{ kind: 'apns', token: 'x', seenAt: 1 }]);
		const result = await run(inCampaign(), items, 'trigger', { credentials: { campaignsFcmApi: { serviceAccount: 'nonsense' } } });
		expect(result.json('Push', 1)).toMatchObject([{ reason: 'profile_not_reachable', detail: 'No provider for devices of kind apns' }]);
	});

	test('a message that is too large costs that person\'s, and says how large it is', async () => {
		const items = await people([device('a')], [device('b')]);
		await store().call('ingest', { profiles: [{ id: 'p1', properties: { text: 'x'.repeat(5_000) } }] });
		const result = await run(inCampaign({ body: 'Hi {{ Profile.text | default: "" }}' }), items);
		expect(result.json('Push', 1)).toMatchObject([{ reason: 'payload_too_large', detail: expect.stringMatching(/fcm has \d{4} bytes, 4096 are possible/) }]);
		expect(sentTo()).toEqual(['b']);
	});
});

describe('devices of several kinds', () => {
	const [DIED, LATER] = [1_700_000_000_000, 1_700_000_000_001];
	let apns: ApnsServer;
	let web: Loopback;
	beforeEach(async () => {
		apns = await startApns((request, stream, session) => {
			if (!String(request.headers[':path']).includes('dead')) return accept(request, stream, session);
			answer(stream, 410, { reason: 'Unregistered', timestamp: DIED });
		}, { tls: false });
		web = await startLoopback(({ url }, reply) => reply({ status: url.includes('dead') ? 410 : 201 }));
	});
	afterEach(async () => {
		await apns.close();
		await web.close();
	});

	test('go each by the providers of their kind, as one message', async () => {
		const nodes = [trigger, own('Push', 'push', { title: 'Hi', body: 'Hello {{ Profile.id }}' }), own('FCM', 'fcmPushProvider'), own('APNs', 'apnsPushProvider'), own('Web', 'webPushProvider', { options: { allowPrivate: true } })];
		const workflow = workflowOf(nodes, [['Campaign', 'Push'], ...['FCM', 'APNs', 'Web'].map((name): Line => [name, 'Push', 'ai_chain'])]);
		const items = await people([
			device('a', DIED), { kind: 'apns', token: 'dead1', seenAt: DIED }, { kind: 'apns', token: 'dead2', seenAt: LATER },
			subscription(`${web.url}/dead`), subscription(`${web.url}/good`),
		]);
		const more = {
			campaignsApnsApi: { keyId: 'KEY', teamId: 'TEAM', privateKey: APNS_KEY.pem, topic: 'com.example.shop', environment: 'sandbox', baseUrl: apns.url },
			campaignsWebPushApi: { ...VAPID, subject: 'mailto:push@example.com' },
		};
		const result = await run(workflow, items, 'trigger', { nodes: [...NODES, ApnsPushProvider, WebPushProvider], credentials: { ...credentials(), ...more } });
		expect(result.error).toBeUndefined();
		expect(outputs(result)).toEqual([['p1'], [], []]);
		expect([fcm.seen.length, apns.seen.length, web.seen.length]).toEqual([1, 2, 2]);
		// Of the devices that Apple calls dead one was registered again after that.
		expect(await person('p1')).toEqual({ devices: ['a', 'dead2', `${web.url}/good`], events: ['Notification Sent'] });
	});
});

describe('dry', () => {
	test('a run by hand shows devices, texts and size, no token, and leaves the store as it is', async () => {
		const items = await people([device('secret-a'), device('secret-b')], []);
		const before = rowsOfStore();
		const keyValues = { pair: [{ key: 'sku', value: '{{ Profile.id }}' }] };
		const result = await run(inCampaign({ image: 'https://x.example.com/i.png', linkAndroid: 'shop://{{ Profile.id }}', keyValues }), items, 'manual');
		expect(result.json('Push').map(({ preview }) => (preview as IDataObject).push)).toEqual([
			{ wouldSend: { devices: { fcm: 2 }, title: 'Hi', body: 'Hello p1', titleLength: 2, bodyLength: 8, image: 'https://x.example.com/i.png', linkAndroid: 'shop://p1', keyValues: { sku: 'p1' }, payloadBytes: { fcm: expect.any(Number) } } },
			{ wouldNotSend: 'Profile not reachable (no address, or opted out)', detail: 'No device' },
		]);
		expect(JSON.stringify(result.run)).not.toContain('secret-a');
		expect(rowsOfStore()).toEqual(before);
		expect(fcm.seen).toEqual([]);
	});
});

test('a run by hand says which titles and bodies are cut', async () => {
	const title = `{% if Profile.id == 'p1' %}${'👩‍🚀'.repeat(36)}{% else %}${'a'.repeat(35)}{% endif %}`;
	const items = await people([device('a')], [device('b')]);
	const result = await run(inCampaign({ title, body: 'b'.repeat(121) }), items, 'manual');
	expect(result.hints('Push')).toEqual([
		'The title of 1 of 2 messages is longer than the 35 characters that are usually shown; the longest has 36.',
		'The body of 2 of 2 messages is longer than the 120 characters that are usually shown; the longest has 121.',
	]);
	const short = await run(inCampaign(), items, 'manual');
	expect(short.json('Push')).toHaveLength(2);
	expect(short.hints('Push')).toEqual([]);
});

describe('items of no campaign', () => {
	test('go to the devices the store knows of the person, or to those they list', async () => {
		await store().call('ingest', { profiles: [{ id: 'ada', push: [device('a'), device('dead')] }] });
		const own = { id: 'bob', push: [{ kind: 'fcm', token: 'b' }, { kind: 'carrier pigeon', token: 'c' }, { token: 'd' }, null] };
		const result = await run(foreign(), [{ id: 'ada' }, { user: own }, { id: 'nobody' }], 'webhook');
		expect(result.error).toBeUndefined();
		expect(result.json('Push')).toHaveLength(2);
		expect(result.json('Push', 1)).toMatchObject([{ id: 'nobody', reason: 'profile_not_reachable' }]);
		expect(sentTo()).toEqual(['a', 'b', 'dead']);
		expect((await person('ada')).devices).toEqual(['a']);
	});

	test('that waited find their devices again', async () => {
		await store().call('ingest', { profiles: [{ id: 'ada', push: [device('a')] }] });
		const away = { campaignsFcmApi: { serviceAccount: serviceAccount(tokens.url), baseUrl: `http://127.0.0.1:${await closedPort()}` } };
		await run(foreign(), [{ id: 'ada' }], 'webhook', { credentials: away });
		const clock = store().clock as { now: () => number };
		const real = clock.now.bind(clock);
		clock.now = () => real() + 60_000;
		const { node } = await store().call('registerNode', { workflowId: 'workflow-1', nodeId: 'node-2', name: 'Push', type: 'n8n-nodes-campaigns.push' });
		const { release } = await store().call('claimRelease', { node, limit: 500 });
		expect((await run(foreign(), [{ campaignRelease: { token: release?.token as string } }])).json('Push')).toMatchObject([{ id: 'ada' }]);
		expect(sentTo()).toEqual(['a']);
	});
});

describe('settings', () => {
	test.each<[string, INodeParameters, RegExp]>([
		['a template with a mistake', { body: 'Hi\n{% if %}' }, /line 2, column 6/],
		['a mistake in a pair', { keyValues: { pair: [{ key: 'a', value: '{{' }] } }, /line 1/],
		['no text', { title: '', body: ' ' }, /neither a title nor a body/],
		['a key that is reserved', { keyValues: { pair: [{ key: 'google.x', value: '1' }] } }, /"google.x" cannot be a key/],
		['a pair without a key', { keyValues: { pair: [{ key: ' ', value: '1' }] } }, /has no key/],
		['a life beyond four weeks', { options: { ttlSeconds: 2419201 } }, /2419201 seconds/],
		['a long collapse key', { options: { collapseKey: 'é'.repeat(33) } }, /longer than 64 bytes/],
	])('%s is refused, in every mode and at publish', async (_what, parameters, why) => {
		for (const mode of ['manual', 'trigger'] as const) expect((await run(foreign(parameters), [{ id: 'a' }], mode)).error?.message).toMatch(why);
		await expect(publish({ workflow: foreign(parameters), nodes: NODES, credentials: credentials() })).rejects.toThrow(why);
	});

	test.each<[string, INodeParameters, string]>([
		['an image that is none', { image: '{{ Profile.id }}' }, 'The image is not at an https address after the values were put in'],
		['no words', { title: '', body: '{{ Profile.none | default: " " }}' }, 'Title and body are empty after the values were put in'],
		['a missing value of a pair', { keyValues: { pair: [{ key: 'a', value: '{{ Profile.none }}' }] } }, 'No value for Profile.none, and the template gives no default'],
	])('%s costs one message', async (_what, parameters, detail) => {
		const result = await run(inCampaign(parameters), await people([device('a')]));
		expect(result.json('Push', 1)).toMatchObject([{ reason: 'personalization_failed', detail }]);
		expect(fcm.seen).toEqual([]);
	});

	test('no provider is an error', async () => {
		const workflow = workflowOf([start, own('Push', 'push', { body: 'Hi' })], [['Start', 'Push']]);
		await expect(publish({ workflow, nodes: NODES })).rejects.toThrow('"Push" has no provider.');
	});
});
