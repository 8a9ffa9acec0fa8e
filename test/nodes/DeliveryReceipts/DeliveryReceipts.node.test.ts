import { createHmac, generateKeyPairSync, sign } from 'node:crypto';

import { claimToken } from '../../../engine/delivery/claim';
import { addressHash } from '../../../engine/delivery/address-hash';
import { DeliveryReceipts } from '../../../nodes/DeliveryReceipts/DeliveryReceipts.node';
import { RECEIPT_PROVIDERS } from '../../../nodes/DeliveryReceipts/providers';
import { campaignsReceiptsTest } from '../../../nodes/shared/credential-tests';
import { claimFor, node, release, startRun } from '../../support/campaign';
import { useNodeStore } from '../../support/node-store';
import { hostWebhooks, type WebhookHost, type WebhookSettings } from '../../support/webhook';

const TOKEN = 'an-unguessable-token-0123456789';

describe('DeliveryReceipts', () => {
	const store = useNodeStore();
	let host: WebhookHost;
	let settings: WebhookSettings;
	let messageId: string;

	/** One message that was sent to p1. */
	async function sent(channel: 'sms' | 'email'): Promise<void> {
		await store().call('ingest', { profiles: [{ id: 'p1', email: 'p1@example.com', phone: '+14155550100' }] });
		const { people } = await store().ask('find', { rule: { all: [] } });
		await startRun(store(), [...people]);
		const out = await release(store(), await node(store(), 'trigger'));
		const token = claimToken();
		const [claimed] = await store().call('claimMessages', {
			node: await node(store(), 'sender'), channel, token, messages: (out?.people ?? []).map((one) => claimFor(one, { addressHash: addressHash('p1@example.com') })),
		});
		const message = claimed?.message as number;
		messageId = `${store().fingerprint}-${message}`;
		await store().call('settleMessages', { settlements: [{ message, token, state: 'sent', reason: null, detail: null, provider: 'P', providerId: 'SM1' }] });
	}
	const events = async () => (await store().call('getPerson', { name: { id: 'p1' } }))?.events.map(({ name }) => name).sort();
	const post = async (path: string, body: string, headers: Record<string, string> = {}) => (await fetch(`${host.address}/${path}`, { method: 'POST', body, headers })).status;

	beforeEach(async () => {
		settings = { parameters: { basePath: 'receipts', store: 'embedded' }, credentials: {}, mode: 'webhook' };
		host = await hostWebhooks(DeliveryReceipts, () => settings);
	});
	afterEach(async () => await host.close());

	/** As Twilio signs it, for the address that n8n shows; or for the one that was called. */
	const twilio = async (fields: Record<string, string>, called = 'http://localhost:5678/webhook/receipts/twilio') => {
		const form = { MessageSid: 'SM1', To: '+14155550100', ...fields };
		const query = `?message_id=${messageId}`;
		const text = Object.entries(form).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => name + value).join('');
		const signature = createHmac('sha1', 'twilio-token').update(`${called}${query}${text}`).digest('base64');
		return await post(`receipts/twilio${query}`, new URLSearchParams(form).toString(), { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature });
	};

	it('has one address for each provider', () => {
		const { description } = new DeliveryReceipts();
		const addresses = description.webhooks?.filter(({ httpMethod }) => httpMethod === 'POST').map(({ path }) => path.replace(/^=\{\{.*\}\}/, ''));
		expect(addresses).toEqual([...RECEIPT_PROVIDERS.map(({ value }) => `/${value}`), '/unsubscribe']);
	});

	it('asks for the credential of each provider that has one', () => {
		const { credentials = [] } = new DeliveryReceipts().description;
		for (const { value, credential } of RECEIPT_PROVIDERS) {
			const asked = credentials.filter(({ displayOptions }) => displayOptions?.show?.providers?.includes(value)).map(({ name }) => name);
			expect([value, asked]).toEqual([value, credential === undefined ? [] : [credential]]);
		}
	});

	describe('Twilio', () => {
		beforeEach(async () => {
			settings.parameters.providers = ['twilio'];
			settings.credentials.campaignsTwilioApi = { authType: 'authToken', authToken: 'twilio-token' };
			await sent('sms');
		});

		it('records a delivery, and starts nothing', async () => {
			expect(await twilio({ MessageStatus: 'delivered' })).toBe(200);
			expect(await events()).toEqual(['Notification Delivered', 'Notification Sent']);
			expect(host.started()).toBeUndefined();
		});

		it('believes the address that was called, where a proxy has another one', async () => {
			expect(await twilio({ MessageStatus: 'delivered' }, `${host.address}/receipts/twilio`)).toBe(200);
			expect(await twilio({ MessageStatus: 'delivered' }, 'https://elsewhere.example/receipts/twilio')).toBe(404);
		});

		it('with an API key, the auth token for receipts counts', async () => {
			settings.credentials.campaignsTwilioApi = { authType: 'apiKey', apiKeySecret: 'twilio-token', receiptsAuthToken: 'another' };
			expect(await twilio({ MessageStatus: 'delivered' })).toBe(404);
		});

		it('answers a forgery with 404, and changes nothing', async () => {
			const body = new URLSearchParams({ MessageSid: 'SM1', MessageStatus: 'delivered' }).toString();
			expect(await post(`receipts/twilio?message_id=${messageId}`, body, { 'x-twilio-signature': 'forged' })).toBe(404);
			expect(await post('receipts/twilio', body)).toBe(404);
			expect(await events()).toEqual(['Notification Sent']);
		});

		it('starts the workflow for the kinds that were chosen, with what was new', async () => {
			Object.assign(settings.parameters, { alsoStart: true, startFor: ['failed'] });
			await twilio({ MessageStatus: 'sent' });
			expect(host.started()).toBeUndefined();
			await twilio({ MessageStatus: 'undelivered', ErrorCode: '30005' });
			expect(host.started()).toEqual([
				{
					status: 'failed', provider: 'twilio', channel: 'sms', user: { id: 'p1' }, messageId, reason: 'invalid_recipient', code: '30005', at: expect.any(String),
					campaign: { id: 'workflow:trigger', name: 'Test campaign', labels: ['a', 'b'], run: expect.any(Number) },
				},
			]);
			await twilio({ MessageStatus: 'undelivered', ErrorCode: '30005' });
			expect(host.started()).toBeUndefined();
		});
	});

	it('SendGrid: a signed batch, with a bounce that opts the person out', async () => {
		const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
		settings.parameters.providers = ['sendgrid'];
		settings.credentials.campaignsSendGridApi = { webhookVerificationKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') };
		await sent('email');
		const body = `${JSON.stringify([
			{ event: 'delivered', email: 'p1@example.com', message_id: messageId, sg_message_id: 'x.1' },
			{ event: 'bounce', type: 'bounce', email: 'p1@example.com', message_id: messageId, status: '5.1.1' },
		])}\r\n`;
		const headers = (text: string) => ({
			'x-twilio-email-event-webhook-timestamp': '1600112502',
			'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(`1600112502${text}`), privateKey).toString('base64'),
		});
		expect(await post('receipts/sendgrid', body, headers(body))).toBe(200);
		expect(await events()).toEqual(['Channel Unsubscribed', 'Notification Delivered', 'Notification Failed', 'Notification Sent']);
		expect((await store().call('getPerson', { name: { id: 'p1' } }))?.profile.optedOut).toEqual({ email: true });
		expect(await post('receipts/sendgrid', '{', headers('{'))).toBe(400);
		expect(await post('receipts/sendgrid', body.replace('delivered', 'open'), headers(body))).toBe(404);
	});

	it('providers that sign nothing are believed by the token', async () => {
		Object.assign(settings.parameters, { providers: ['sms', 'netcore'], netcoreFields: { providerId: 'req', status: 'st' } });
		settings.credentials.campaignsReceiptsApi = { token: TOKEN };
		await sent('sms');
		const body = JSON.stringify([{ event: 'delivered', data: [{ ts: 1, meta: messageId }] }]);
		expect(await post('receipts/sms?token=wrong', body)).toBe(404);
		expect(await post(`receipts/sms?token=${TOKEN}`, body)).toBe(200);
		expect((await fetch(`${host.address}/receipts/netcore?token=${TOKEN}&req=SM1&st=UNDELIV`)).status).toBe(200);
		expect(await events()).toEqual(['Notification Delivered', 'Notification Sent']);
		expect(await post(`receipts/msg91?token=${TOKEN}`, body)).toBe(404);
		expect(await post(`receipts/unknown?token=${TOKEN}`, body)).toBe(404);
	});

	it('a token that could be guessed opens no address, and the operator is told', async () => {
		settings.parameters.providers = ['sms'];
		settings.credentials.campaignsReceiptsApi = { token: 'x'.repeat(19) };
		await sent('sms');
		const body = JSON.stringify([{ event: 'delivered', data: [{ ts: 1, meta: messageId }] }]);
		expect(await post(`receipts/sms?token=${'x'.repeat(19)}`, body)).toBe(503);
		expect(host.logged).toEqual([expect.stringContaining('shorter than 20 characters')]);
		expect(await events()).toEqual(['Notification Sent']);
	});

	it('tells Twilio nothing that it would send to whoever has texted', async () => {
		settings.parameters.providers = ['twilio'];
		settings.credentials.campaignsTwilioApi = { authToken: 'twilio-token' };
		await sent('sms');
		const form = { Body: 'STOP', From: '+14155550100', MessageSid: 'SM2', SmsStatus: 'received' };
		const signature = createHmac('sha1', 'twilio-token').update(`http://localhost:5678/webhook/receipts/twilio${Object.entries(form).flat().join('')}`).digest('base64');
		const answer = await fetch(`${host.address}/receipts/twilio`, { method: 'POST', body: new URLSearchParams(form), headers: { 'x-twilio-signature': signature } });
		expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([200, expect.stringContaining('text/xml'), '<Response/>']);
	});

	it('a signature that does not cover the event stands for the first one alone', async () => {
		settings.parameters.providers = ['mailgun'];
		settings.credentials.campaignsMailgunApi = { webhookSigningSecret: 'key-signing' };
		await sent('email');
		const mailgun = async (event: string, token = 'a-token', at = store().clock.now()) => {
			const timestamp = String(Math.floor(at / 1000));
			const signature = { timestamp, token, signature: createHmac('sha256', 'key-signing').update(timestamp + token).digest('hex') };
			return await post('receipts/mailgun', JSON.stringify({ signature, 'event-data': { event, 'user-variables': { message_id: messageId }, recipient: 'p1@example.com' } }));
		};
		expect([await mailgun('delivered'), await mailgun('delivered')]).toEqual([200, 200]);
		expect(await mailgun('unsubscribed')).toBe(404);
		expect(await mailgun('unsubscribed', 'b-token', store().clock.now() - 13 * 3_600_000)).toBe(404);
		expect(await events()).toEqual(['Notification Delivered', 'Notification Sent']);
		expect(await mailgun('unsubscribed', 'b-token')).toBe(200);
		expect(await events()).toEqual(['Channel Unsubscribed', 'Notification Delivered', 'Notification Sent']);
	});

	it('when the store or a credential is not there the provider has to come again, and is told nothing', async () => {
		settings.parameters.providers = ['mailgun'];
		const answer = await fetch(`${host.address}/receipts/mailgun`, { method: 'POST', body: '{}' });
		expect([answer.status, await answer.text()]).toEqual([503, 'Try again later']);
		expect(host.logged).toHaveLength(1);
	});

	it.each([['short', 'Error'], ['with spaces and more than 20', 'Error'], [TOKEN, 'OK']])('tests the token %s: %s', async (token, status) => {
		expect(await campaignsReceiptsTest.call({} as never, { id: '1', name: 'x', type: 'campaignsReceiptsApi', data: { token } })).toMatchObject({ status });
	});
});
