import type { IDataObject, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';

import { processSmtpPools } from '../../engine/channels/email/smtp-pool';
import { Email } from '../../nodes/Email/Email.node';
import { FcmPushProvider } from '../../nodes/FcmPushProvider/FcmPushProvider.node';
import { Push } from '../../nodes/Push/Push.node';
import { SmtpEmailProvider } from '../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { WebPushProvider } from '../../nodes/WebPushProvider/WebPushProvider.node';
import { base, CAMPAIGN_NODES, campaignItems, chain, own, rowsOfStore, startSmsProviders, workflowOf, type Line, type SmsProviders } from '../support/campaign-workflow';
import { startLoopback, type Answer } from '../support/loopback';
import { execute, loadList, publish, type Execution, type TestWorkflow } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { fcmError, serviceAccount, startTokenServer } from '../support/push';
import { startSmtp } from '../support/smtp';

const store = useNodeStore();

const TEST = { sendTest: true, testTo: '+14155550111' };

describe('a test of SMS', () => {
	let providers: SmsProviders;
	let twilioSays: (to: string) => Answer | undefined;
	beforeEach(async () => {
		twilioSays = () => undefined;
		providers = await startSmsProviders((to) => twilioSays(to));
	});
	afterEach(async () => await providers.close());

	function workflow(parameters: INodeParameters = {}, first = own('Campaign', 'campaignTrigger'), between: TestWorkflow['nodes'] = []): TestWorkflow {
		const nodes = [first, ...between, own('SMS', 'sms', { message: 'Hi {{ Profile.id }}', ...TEST, ...parameters })];
		const row = nodes.slice(1).map(({ name }, index): Line => [nodes[index]?.name ?? '', name]);
		return workflowOf([...nodes, ...providers.nodes], [...row, ...providers.lines()]);
	}
	async function run(items: IDataObject[], parameters: INodeParameters = {}, mode: WorkflowExecuteMode = 'manual', more: object = {}): Promise<Execution> {
		return await execute({ workflow: workflow(parameters), nodes: CAMPAIGN_NODES, credentials: providers.credentials, items, mode, start: 'SMS', ...more });
	}
	const tests = (result: Execution, output = 0) => result.json('SMS', output).filter(({ test }) => test === true);

	test('goes to the address, not to the person; the rest of the run stays dry, and the store as it is', async () => {
		const items = await campaignItems(store(), 3);
		const before = rowsOfStore();
		const result = await run(items);
		expect(result.error).toBeUndefined();
		expect(providers.sent).toEqual([{ provider: 'twilio', to: '+14155550111', body: 'Hi p1' }]);
		expect(result.json('SMS')).toMatchObject([
			{ test: true, outcome: 'sent', provider: 'Twilio', messageId: expect.stringMatching(/^test-/), providerMessageId: 'SM1', channel: 'sms', to: '+14155550111', as: 'p1', reason: 'test', reasonText: 'Test message', message: { body: 'Hi p1' } },
			{ preview: { sms: { wouldSend: { to: '+14155551000' } } } }, { preview: {} }, { preview: {} },
		]);
		expect(result.hints('SMS')).toContainEqual(expect.stringContaining('1 of 1 test messages sent. They count nowhere.'));
		expect(rowsOfStore()).toEqual(before);
	});

	test('is sent by every click, once, and once though n8n comes to the node twice in it', async () => {
		const items = await campaignItems(store(), 1);
		const twice = workflow({}, own('Campaign', 'campaignTrigger'), [base('A', 'noOp'), base('B', 'noOp')]);
		twice.connections = { Campaign: { main: [[{ node: 'A', type: 'main', index: 0 }, { node: 'B', type: 'main', index: 0 }]] }, A: { main: [[{ node: 'SMS', type: 'main', index: 0 }]] }, B: { main: [[{ node: 'SMS', type: 'main', index: 0 }]] }, ...Object.fromEntries(Object.entries(twice.connections).filter(([name]) => ['Twilio', 'Generic'].includes(name))) };
		const start = { ...twice, nodes: twice.nodes.map((node) => (node.name === 'Campaign' ? base('Campaign', 'noOp') : node)) };
		const result = await execute({ workflow: start, nodes: CAMPAIGN_NODES, credentials: providers.credentials, items, mode: 'manual', start: 'Campaign' });
		expect(result.order.filter((name) => name === 'SMS')).toHaveLength(2);
		expect(providers.sent).toHaveLength(1);
		await run(items);
		expect(providers.sent).toHaveLength(2);
	});

	test.each(['trigger', 'webhook', 'retry', 'integrated', 'cli'] as const)('is never sent in mode %s', async (mode) => {
		const [item] = await campaignItems(store(), 1);
		const result = await run([item as IDataObject], {}, mode);
		expect(result.error).toBeUndefined();
		expect(providers.sent.map(({ to }) => to)).toEqual(['+14155551000']);
		expect(tests(result)).toEqual([]);
	});

	test('is not sent unless it is on', async () => {
		const result = await run(await campaignItems(store(), 1), { sendTest: false });
		expect(providers.requests()).toEqual([]);
		expect(tests(result)).toEqual([]);
	});

	test('does not keep a workflow from being published', async () => {
		const live = await publish({ workflow: workflow({}, base('Start', 'noOp')), nodes: CAMPAIGN_NODES, credentials: providers.credentials });
		await live.close();
		expect(providers.requests()).toEqual([]);
	});

	test('goes to several addresses, each once; what is wrong with one costs no other', async () => {
		twilioSays = (to) => (to.endsWith('113') ? { status: 400, body: { code: 21211, message: 'Invalid To' } } : to.endsWith('114') ? { status: 500, body: 'oops' } : undefined);
		const result = await run(await campaignItems(store(), 1), { testTo: '(415) 555-0111, +14155550111\n+14155550112; 12, +14155550113, +14155550114', defaultCountry: 'US' });
		expect(tests(result)).toMatchObject([{ outcome: 'sent', to: '(415) 555-0111' }, { outcome: 'sent', to: '+14155550111' }, { outcome: 'sent', to: '+14155550112' }]);
		expect(tests(result, 1)).toMatchObject([{ outcome: 'not_sent', to: '12', reason: 'invalid_recipient' }, { outcome: 'not_sent', to: '+14155550113', reason: 'invalid_recipient', provider: 'Twilio' }]);
		expect(tests(result, 2)).toMatchObject([{ outcome: 'unknown', to: '+14155550114', reason: 'unknown_outcome' }]);
		expect(result.hints('SMS')[0]).toContain('3 of 6 test messages sent, 2 not sent (see Not sent), 1 with unknown outcome');
	});

	test('fails over as any message does, and says so', async () => {
		twilioSays = () => ({ status: 429, body: { code: 20429, message: 'Too Many Requests' } });
		const result = await run(await campaignItems(store(), 1));
		expect(providers.sent).toMatchObject([{ provider: 'generic', to: '+14155550111' }]);
		expect(tests(result)).toMatchObject([{ outcome: 'sent', provider: 'Generic', attempts: [{ provider: 'Twilio', outcome: 'refused' }, { provider: 'Generic', outcome: 'sent' }] }]);
	});

	test('begins with a mark if one is wanted', async () => {
		await run(await campaignItems(store(), 1), { testMark: 'TEST: ' });
		expect(providers.sent).toMatchObject([{ body: 'TEST: Hi p1' }]);
	});

	test.each<[string, INodeParameters, RegExp]>([
		['no address', { testTo: ' , ' }, /no address to go to/],
		['too many addresses', { testTo: Array.from({ length: 11 }, (_, i) => `+1415555011${i}`).join() }, /11 addresses, 10 are possible/],
		['no person', { testAs: 'person' }, /No person is chosen/],
		['an unknown person', { testAs: 'person', testPerson: { __rl: true, mode: 'id', value: 'nobody' } }, /no person with the user ID "nobody"/],
		['an event that is no JSON', { testEvent: 'json', testEventJson: '{ no' }, /not JSON/],
		['an event that is no object', { testEvent: 'json', testEventJson: '[1]' }, /not an object/],
	])('with %s is an error, and nothing is sent', async (_name, parameters, why) => {
		const result = await run(await campaignItems(store(), 1), parameters);
		expect(result.error?.message).toMatch(why);
		expect(providers.requests()).toEqual([]);
	});

	describe('as a person of the store', () => {
		beforeEach(async () => {
			await store().call('ingest', {
				profiles: [{ id: 'ada', email: 'Ada@example.org', phone: '+491701234567', properties: { name: 'Ada', city: 'Bonn' } }, { id: 'bob', phone: '+491707654321', properties: { name: 'Bob' }, optedOut: { sms: true } }],
				events: [
					{ user: 'ada', name: 'Added to Cart', ts: 1_000, properties: { product: 'Lamp' } }, { user: 'ada', name: 'Added to Cart', ts: 2_000, properties: { product: 'Chair' } }, { user: 'ada', name: 'Charged', ts: 3_000 },
				],
			});
		});
		const as = (mode: string, value: string): INodeParameters => ({ testAs: 'person', testPerson: { __rl: true, mode, value } });
		const message = '{{ Profile.name }} {{ Profile.phone }} {{ Event.product | default: "none" }}';

		test.each([['list', 'ada'], ['id', 'ada'], ['email', 'ada@EXAMPLE.org'], ['phone', '+49 170 1234567']])('by %s', async (mode, value) => {
			const result = await run([{ user: { id: 'x' }, event: { name: 'added to cart', properties: {} } }], { message, ...as(mode, value) });
			expect(result.error).toBeUndefined();
			expect(providers.sent).toMatchObject([{ to: '+14155550111', body: 'Ada +491701234567 Chair' }]);
		});

		test('whether or not they have opted out, and whatever they have not done', async () => {
			const result = await run([{ user: { id: 'x' }, event: { name: 'Charged', properties: {} } }], { message, ...as('id', 'bob') });
			expect(providers.sent).toMatchObject([{ body: 'Bob +491707654321 none' }]);
			expect(result.hints('SMS')).toContainEqual(expect.stringContaining('"Charged" is not among the latest events'));
		});

		test('with an event of one\'s own', async () => {
			for (const testEventJson of ['{ "name": "X", "properties": { "product": "Desk" } }', '{ "product": "Desk" }']) {
				await run([{}], { message, ...as('id', 'ada'), testEvent: 'json', testEventJson });
			}
			expect(providers.sent.map(({ body }) => body)).toEqual(['Ada +491701234567 Desk', 'Ada +491701234567 Desk']);
		});

		test.each<[string, string[]]>([['ad', ['ada']], ['EXAMPLE', ['ada']], ['170 765', ['bob']], ['BOB', ['bob']], ['nobody', []], ['', ['ada', 'bob']]])('found in the list by "%s"', async (filter, ids) => {
			const found = await loadList({ workflow: workflow(), nodes: CAMPAIGN_NODES, node: 'SMS', method: 'searchPeople', filter });
			expect(found.map(({ value }) => value)).toEqual(ids);
			if (filter === 'ad') expect(found[0]?.name).toBe('Ada · Ada@example.org · +491701234567 · ada');
		});
	});

	test('what it came to is nobody for the senders after it, also where items are sent for real', async () => {
		const second = own('Again', 'sms', { message: 'Again {{ Profile.id }}', options: { sendInManualRuns: true } });
		const nodes = [base('Start', 'noOp'), own('SMS', 'sms', { message: 'Hi', ...TEST }), second, ...providers.nodes];
		const both = workflowOf(nodes, [['Start', 'SMS'], ['SMS', 'Again'], ...providers.lines(), ...providers.lines('Again')]);
		const result = await execute({ workflow: both, nodes: CAMPAIGN_NODES, credentials: providers.credentials, items: [{ id: 'a', phone: '+14155550199' }], mode: 'manual' });
		expect(result.error).toBeUndefined();
		expect(providers.sent.map(({ to, body }) => [to, body])).toEqual([['+14155550111', 'Hi'], ['+14155550199', 'Again a']]);
		expect(result.json('Again')).toMatchObject([{ test: true, outcome: 'sent' }, { id: 'a', delivery: {} }]);
	});
});

test('a test of email has a mark, no copies, and no header by which the person would be unsubscribed', async () => {
	const server = await startSmtp({});
	const parameters = {
		fromEmail: 'news@example.com', subject: 'Hi {{ Profile.id }}', text: 'Hello', unsubscribeUrl: 'https://example.com/u/{{ Profile.id }}',
		options: { cc: 'desk@example.com', bcc: 'archive@example.com' }, sendTest: true, testTo: 'me@example.org, boss@example.org, none',
	};
	const nodes = [base('Start', 'noOp'), own('Email', 'email', parameters), own('Mail', 'smtpEmailProvider')];
	const workflow = workflowOf(nodes, [['Start', 'Email'], ['Mail', 'Email', 'ai_chain']]);
	const credentials = { campaignsSmtpApi: { host: '127.0.0.1', security: 'none', port: server.port } };
	const result = await execute({ workflow, nodes: [...CAMPAIGN_NODES, Email, SmtpEmailProvider], credentials, items: [{ id: 'a', email: 'a@example.org' }], mode: 'manual' });
	expect(result.error).toBeUndefined();
	expect(server.received.map(({ to, mail }) => [to, mail.subject, mail.headers.has('list')])).toEqual([[['me@example.org'], '[Test] Hi a', false], [['boss@example.org'], '[Test] Hi a', false]]);
	expect(result.json('Email', 1)).toMatchObject([{ test: true, to: 'none', reason: 'invalid_recipient' }]);
	expect(result.json('Email').at(-1)).toMatchObject({ preview: { email: { wouldSend: { subject: 'Hi a', unsubscribeUrl: 'https://example.com/u/a' } } } });
	processSmtpPools.close();
	await server.close();
});

test('a test of push goes to the token, and takes no dead device off the person', async () => {
	const tokens = await startTokenServer();
	const fcm = await startLoopback(({ body }, answer) => {
		const { token } = (JSON.parse(body) as { message: { token: string } }).message;
		answer(token.includes('dead') ? { status: 404, body: fcmError('UNREGISTERED', 'NOT_FOUND') } : { status: 200, body: { name: 'projects/shop-1/messages/1' } });
	});
	const [item] = await campaignItems(store(), 1);
	await store().call('ingest', { profiles: [{ id: 'p1', push: [{ kind: 'fcm', token: 'dead token' }, { kind: 'fcm', token: 'own-token' }] }] });
	const before = rowsOfStore();
	const parameters = { title: 'Hi', body: 'Hello {{ Profile.id }}', sendTest: true, testTo: `my:registration-token, dead-token, ${'a1'.repeat(32)}, x` };
	const workflow = workflowOf([own('Campaign', 'campaignTrigger'), own('Push', 'push', parameters), own('FCM', 'fcmPushProvider')], [['Campaign', 'Push'], ['FCM', 'Push', 'ai_chain']]);
	const credentials = { campaignsFcmApi: { serviceAccount: serviceAccount(tokens.url), baseUrl: fcm.url } };
	const result = await execute({ workflow, nodes: [...CAMPAIGN_NODES, Push, FcmPushProvider, WebPushProvider], credentials, items: [item as IDataObject], mode: 'manual', start: 'Push' });
	expect(result.error).toBeUndefined();
	const sent = fcm.seen.map(({ body }) => (JSON.parse(body) as { message: { token: string; notification: { title: string; body: string } } }).message);
	expect(sent.map(({ token, notification }) => [token, notification.title, notification.body])).toEqual([['my:registration-token', '[Test] Hi', 'Hello p1'], ['dead-token', '[Test] Hi', 'Hello p1']]);
	expect(result.json('Push', 1)).toMatchObject([
		{ to: 'dead-token', reason: 'user_not_reachable' }, { reason: 'profile_not_reachable', detail: 'No provider for devices of kind apns' }, { to: 'x', detail: 'Neither a token nor the subscription of a browser' },
	]);
	expect(rowsOfStore()).toEqual(before);
	await tokens.close();
	await fcm.close();
});

test('a test of a webhook calls the test URL, signed and marked', async () => {
	const [live, mine] = await Promise.all([startLoopback((_seen, answer) => answer({ status: 204 })), startLoopback((_seen, answer) => answer({ status: 204 }))]);
	const workflow = chain(own('Campaign', 'campaignTrigger'), own('Hook', 'webhookSender', { url: `${live.url}/hook`, sendTest: true, testTo: `${mine.url}/try ftp://x` }));
	const credentials = { campaignsWebhookApi: { authentication: 'none', allowPrivate: true } as never };
	const result = await execute({ workflow, nodes: CAMPAIGN_NODES, credentials, items: await campaignItems(store(), 1), mode: 'manual', start: 'Hook' });
	expect(result.error).toBeUndefined();
	expect(live.seen).toEqual([]);
	expect(mine.seen).toMatchObject([{ url: '/try', headers: { 'x-campaigns-test': 'true', 'webhook-id': expect.stringMatching(/^test-/) } }]);
	expect(JSON.parse(mine.seen[0]?.body ?? '')).toMatchObject({ campaign: { id: 'test' }, user: { id: 'p1' } });
	expect(result.json('Hook', 1)).toMatchObject([{ to: 'ftp://x', reason: 'invalid_recipient' }]);
	await live.close();
	await mine.close();
});

test('what signs in to the webhook\'s own server is sent to no other that a test goes to, though it is signed as any', async () => {
	const [live, mine] = await Promise.all([startLoopback((_seen, answer) => answer({ status: 204 })), startLoopback((_seen, answer) => answer({ status: 204 }))]);
	const workflow = chain(own('Campaign', 'campaignTrigger'), own('Hook', 'webhookSender', { url: `${live.url}/hook`, sendTest: true, testTo: `${mine.url}/try ${live.url}/try` }));
	const credentials = { campaignsWebhookApi: { authentication: 'headerAuth', headerName: 'X-Key', headerValue: 'key-nobody-else-may-see', secret: `whsec_${Buffer.alloc(24, 7).toString('base64')}`, allowPrivate: true } as never };
	const result = await execute({ workflow, nodes: CAMPAIGN_NODES, credentials, items: await campaignItems(store(), 1), mode: 'manual', start: 'Hook' });
	expect(result.error).toBeUndefined();
	expect(live.seen).toMatchObject([{ url: '/try', headers: { 'x-key': 'key-nobody-else-may-see', 'webhook-signature': expect.stringMatching(/^v1,/) } }]);
	expect(mine.seen).toMatchObject([{ url: '/try', headers: { 'webhook-signature': expect.stringMatching(/^v1,/) } }]);
	expect(JSON.stringify(mine.seen)).not.toContain('nobody-else');
	await Promise.all([live.close(), mine.close()]);
});

test('a test is written with linked content, and with the latest event that a template names', async () => {
	await store().call('ingest', {
		profiles: [{ id: 'ada' }],
		events: [{ user: 'ada', name: 'Added to Cart', ts: 1_000, properties: { product: 'Lamp' } }, { user: 'ada', name: 'Added to Cart', ts: 2_000, properties: { product: 'Chair' } }],
	});
	const api = await startLoopback(({ url }, answer) => answer({ status: 200, body: { asked: url } }));
	const hook = await startLoopback((_seen, answer) => answer({ status: 204 }));
	const body = '{ "asked": "{{ Linked.Shop.asked }}", "product": "@Added to Cart - product" }';
	const sender = own('Hook', 'webhookSender', { url: `${hook.url}/live`, content: 'template', body, sendTest: true, testTo: `${hook.url}/try`, testAs: 'person', testPerson: { __rl: true, mode: 'id', value: 'ada' } });
	const shop = own('Shop', 'linkedContent', { apiName: 'Shop', authentication: 'credential', url: `${api.url}/for/{{ Profile.id }}` });
	const workflow = workflowOf([own('Campaign', 'campaignTrigger'), sender, shop], [['Campaign', 'Hook'], ['Shop', 'Hook', 'ai_agent']]);
	const credentials = { campaignsWebhookApi: { authentication: 'none', allowPrivate: true } as never, campaignsLinkedContentApi: { authentication: 'none', baseUrl: api.url, allowPrivate: true } as never };
	const result = await execute({ workflow, nodes: CAMPAIGN_NODES, credentials, items: [{}], mode: 'manual', start: 'Hook' });
	expect(result.error).toBeUndefined();
	expect(hook.seen.map(({ url, body: sent }) => [url, JSON.parse(sent) as unknown])).toEqual([['/try', { asked: '/for/ada', product: 'Chair' }]]);
	await Promise.all([api.close(), hook.close()]);
});
