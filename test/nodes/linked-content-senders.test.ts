import type { IDataObject } from 'n8n-workflow';

import { processSmtpPools } from '../../engine/channels/email/smtp-pool';
import { Email } from '../../nodes/Email/Email.node';
import { FcmPushProvider } from '../../nodes/FcmPushProvider/FcmPushProvider.node';
import { Push } from '../../nodes/Push/Push.node';
import { SmtpEmailProvider } from '../../nodes/SmtpEmailProvider/SmtpEmailProvider.node';
import { base, CAMPAIGN_NODES, own, workflowOf } from '../support/campaign-workflow';
import { startLoopback, type Loopback } from '../support/loopback';
import { execute } from '../support/n8n-core';
import { useNodeStore } from '../support/node-store';
import { serviceAccount, startTokenServer, type TokenServer } from '../support/push';
import { startSmtp, type SmtpLoopback } from '../support/smtp';

const NODES = [...CAMPAIGN_NODES, Email, SmtpEmailProvider, Push, FcmPushProvider];
const start = base('Start', 'manualTrigger');

useNodeStore();
let api: Loopback;
beforeEach(async () => {
	api = await startLoopback((_seen, answer) => answer({ status: 200, body: { picks: [{ title: 'Tea & <b>toast</b>' }, { title: 'Jam' }], page: 'a/b?c' } }));
});
afterEach(async () => await api.close());

const shop = () => own('Shop', 'linkedContent', { apiName: 'Shop', authentication: 'credential', url: `${api.url}/for/{{ Profile.id }}` });
const linked = () => ({ campaignsLinkedContentApi: { baseUrl: api.url, authentication: 'none', allowPrivate: true } });

describe('Email', () => {
	let server: SmtpLoopback;
	beforeEach(async () => {
		server = await startSmtp();
	});
	afterEach(async () => {
		processSmtpPools.close();
		await server.close();
	});

	test('takes values from linked content in subject, HTML and links, escaped for each, beside its own', async () => {
		const texts = {
			fromEmail: 'news@example.com',
			subject: '{{ Linked.Shop.picks[0].title }}',
			html: '<p>{% for pick in Linked.Shop.picks %}{{ pick.title }};{% endfor %}</p><a href="{{ UnsubscribeUrl }}">out</a>',
			unsubscribeUrl: 'https://example.com/out/{{ Linked.Shop.page }}',
		};
		const workflow = workflowOf([start, own('Email', 'email', texts), own('Mail', 'smtpEmailProvider'), shop()], [['Start', 'Email'], ['Mail', 'Email', 'ai_chain'], ['Shop', 'Email', 'ai_agent']]);
		const credentials = { campaignsSmtpApi: { host: '127.0.0.1', security: 'none', port: server.port }, ...linked() };
		const result = await execute({ workflow, nodes: NODES, credentials, items: [{ id: 'a', email: 'ann@example.org' }], mode: 'webhook', start: 'Email' });
		expect(result.json('Email')).toHaveLength(1);
		const [{ mail }] = server.received as [SmtpLoopback['received'][number]];
		expect(mail.subject).toBe('Tea & <b>toast</b>');
		expect(mail.html).toContain('<p>Tea &amp; &lt;b&gt;toast&lt;/b&gt;;Jam;</p><a href="https://example.com/out/a%2Fb%3Fc">');
		expect(api.seen.map(({ url }) => url)).toEqual(['/for/a']);
	});
});

describe('Push', () => {
	let tokens: TokenServer;
	let fcm: Loopback;
	beforeEach(async () => {
		tokens = await startTokenServer();
		fcm = await startLoopback((_seen, answer) => answer({ status: 200, body: { name: 'projects/shop-1/messages/1' } }));
	});
	afterEach(async () => {
		await tokens.close();
		await fcm.close();
	});

	test('takes values from linked content in texts, links and key-value pairs', async () => {
		const texts = { title: 'For you', body: '{{ Linked.Shop.picks[1].title }}', linkAndroid: 'shop://{{ Linked.Shop.page }}', keyValues: { pair: [{ key: 'n', value: '{{ Linked.Shop.picks | size }}' }] } };
		const workflow = workflowOf([start, own('Push', 'push', texts), own('FCM', 'fcmPushProvider'), shop()], [['Start', 'Push'], ['FCM', 'Push', 'ai_chain'], ['Shop', 'Push', 'ai_agent']]);
		const credentials = { campaignsFcmApi: { serviceAccount: serviceAccount(tokens.url), baseUrl: fcm.url }, ...linked() };
		const items: IDataObject[] = [{ id: 'a', push: [{ kind: 'fcm', token: 't' }] }];
		const result = await execute({ workflow, nodes: NODES, credentials, items, mode: 'webhook', start: 'Push' });
		expect(result.json('Push')).toHaveLength(1);
		expect(JSON.parse(fcm.seen[0]?.body ?? '')).toMatchObject({ message: { notification: { body: 'Jam' }, data: { n: '2' } } });
		expect(fcm.seen[0]?.body).toContain('shop://a/b?c');
	});
});
