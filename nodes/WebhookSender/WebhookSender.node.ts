import {
	NodeConnectionTypes,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { authHeaderNames } from '../../engine/channels/http/auth';
import { checkWebhookHeaders, TEST_HEADER } from '../../engine/channels/webhook/headers';
import { StandardWebhook } from '../../engine/channels/webhook/standard-webhook';
import type { WebhookMessage } from '../../engine/channels/webhook/message';
import { attemptGroup } from '../../engine/delivery/attempt';
import { campaignsPostgresTest, campaignsWebhookTest } from '../shared/credential-tests';
import { failingClosed } from '../shared/failing-closed';
import { readHttpAuth, type HttpAuthCredential } from '../shared/http-auth';
import { IN_REAL_TIME } from '../shared/in-real-time';
import { completeFromStore } from '../shared/known-people';
import { linkedContentInput } from '../shared/linked-content';
import { nameLists } from '../shared/load-options';
import { compileTexts } from '../shared/personalized-texts';
import { runSender, startSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { dryRunHint, testHint } from '../shared/test-parameters';
import { webhookWriter, type WebhookSettings } from './content';
import { webhookProperties } from './parameters';
import { checkUrl, checkWebhookSettings } from './settings';
import { webhookTexts } from './texts';

interface WebhookCredential extends HttpAuthCredential {
	secret?: string;
	allowPrivate?: boolean;
}

export class WebhookSender implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Webhook Sender',
		name: 'webhookSender',
		icon: { light: 'file:webhookSender.svg', dark: 'file:webhookSender.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.method + " " + $parameter.url }}',
		description: 'Call a URL for each person, or for many at once, signed, and never twice',
		defaults: { name: 'Webhook Sender' },
		usableAsTool: undefined,
		inputs: [{ type: NodeConnectionTypes.Main }, linkedContentInput],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsWebhookApi', required: true, testedBy: 'campaignsWebhookTest' },
		],
		hints: [testHint, dryRunHint('A run by hand shows each call as it would be, and makes none.')],
		properties: webhookProperties,
	};

	methods = { listSearch: nameLists, credentialTest: { campaignsPostgresTest, campaignsWebhookTest } };

	/** Releases people who wait here because the endpoint was not available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		const credential = await this.getCredentials<WebhookCredential>('campaignsWebhookApi');
		return await startSender(this, () => {
			const { headers } = checkWebhookSettings(this.getNodeParameter('url', ''), (name) => this.getNodeParameter(name, null, { rawExpressions: true }));
			checkWebhookHeaders([...authHeaderNames(readHttpAuth(credential)), ...headers.map(({ name }) => name)]);
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await failingClosed(this, 1, async () => {
			const options = readSenderOptions(this);
			const settings = checkWebhookSettings(this.getNodeParameter('url', 0, ''), (name) => this.getNodeParameter(name, 0, null, { rawExpressions: true }));
			const { url } = settings;
			const providerOf = await providersByUrl(this, settings);
			const texts = webhookTexts(settings);
			const templates = compileTexts(texts, options.missing);
			const sender: Sender<WebhookMessage> = {
				channel: 'webhook',
				texts,
				templates,
				// Only this payload tells of devices and opt-outs, which items do not carry.
				...(settings.content === 'clevertap' && { complete: completeFromStore }),
				address: ({ user, json, to }) => (to === undefined ? { ok: true, address: `${url} ${user.id ?? JSON.stringify(json)}` } : testUrl(to)),
				render: webhookWriter(settings, templates),
				send: async (message, ledger) =>
					await attemptGroup([providerOf(message.url)], message, {
						...ledger,
						...IN_REAL_TIME,
					}),
				show: ({ method, url: target, headers, body, envelope }) => ({ method, url: target, headers, body: envelope ? `${envelope.before}[${body}]${envelope.after}` : body ?? null }),
				// Whoever takes the call is to know it from one that counts.
				markTest: (message) => ({ ...message, headers: { ...message.headers, [TEST_HEADER]: 'true' } }),
			};
			return await runSender(this, sender, options);
		});
	}
}

/** A test may go elsewhere, without what signs in to the sender's own server. Limits and circuit breaker are shared by the server that is called. */
async function providersByUrl(context: IExecuteFunctions, { url: ownUrl, headers, batch, pace }: WebhookSettings): Promise<(url: string) => StandardWebhook> {
	const credential = await context.getCredentials<WebhookCredential>('campaignsWebhookApi');
	const auth = readHttpAuth(credential);
	checkWebhookHeaders([...authHeaderNames(auth), ...headers.map(({ name }) => name)]);
	const providers = new Map<string, StandardWebhook>();
	const make = (origin: string) => new StandardWebhook({
		label: context.getNode().name,
		identity: origin,
		secret: credential.secret,
		auth: origin === new URL(ownUrl).origin ? auth : { type: 'none' },
		batch,
		...pace,
		allowPrivate: credential.allowPrivate === true,
		now: Date.now,
	});
	return (url) => {
		const { origin } = new URL(url);
		const provider = providers.get(origin) ?? make(origin);
		providers.set(origin, provider);
		return provider;
	};
}

function testUrl(to: string): ReturnType<Sender<WebhookMessage>['address']> {
	try {
		return { ok: true, address: checkUrl(to) };
	} catch {
		return { ok: false, reason: 'invalid_recipient', detail: `Not an http or https address: ${to}` };
	}
}
