import {
	NodeConnectionTypes,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
	type ITriggerFunctions,
	type ITriggerResponse,
} from 'n8n-workflow';

import { StandardWebhook } from '../../engine/channels/webhook/standard-webhook';
import type { WebhookMessage } from '../../engine/channels/webhook/message';
import { attemptGroup } from '../../engine/delivery/attempt';
import { campaignsPostgresTest, campaignsWebhookTest } from '../shared/credential-tests';
import { withNodeErrors } from '../shared/errors';
import { refuseLoop } from '../shared/graph';
import { checkLinkedContent, linkedContentInput } from '../shared/linked-content';
import { nameLists } from '../shared/load-options';
import { compileParameter, renderInput } from '../shared/personalize';
import type { Recipient } from '../shared/recipients';
import { releaseWaiting, runSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { testHint } from '../shared/test-parameters';
import { webhookProperties } from './parameters';
import { checkUrl, checkWebhookSettings } from './settings';

interface WebhookCredential {
	secret?: string;
	authentication?: 'none' | 'basicAuth' | 'headerAuth';
	user?: string;
	password?: string;
	headerName?: string;
	headerValue?: string;
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
		description: 'Call a URL once for each person, signed, and never twice',
		defaults: { name: 'Webhook Sender' },
		usableAsTool: undefined,
		inputs: [{ type: NodeConnectionTypes.Main }, linkedContentInput],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsWebhookApi', required: true, testedBy: 'campaignsWebhookTest' },
		],
		hints: [testHint],
		properties: webhookProperties,
	};

	methods = { listSearch: nameLists, credentialTest: { campaignsPostgresTest, campaignsWebhookTest } };

	/** Releases people who wait here because the endpoint was not available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			const [url, method, content, body] = ['url', 'method', 'content', 'body'].map((name) => this.getNodeParameter(name, ''));
			checkWebhookSettings({ url, method, content, body } as IDataObject);
			checkLinkedContent(this, this.getNode());
			refuseLoop(this);
			const releaser = await releaseWaiting(this);
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const options = readSenderOptions(this);
			const url = checkUrl(this.getNodeParameter('url', 0, ''));
			const providerOf = await providersByUrl(this);
			const sender: Sender<WebhookMessage> = {
				channel: 'webhook',
				address: ({ user, json, to }) => (to === undefined ? { ok: true, address: `${url} ${user.id ?? JSON.stringify(json)}` } : testUrl(to)),
				render: webhookWriter(this, url, options.missing),
				send: async (message, ledger) =>
					await attemptGroup([providerOf(message.url)], message, {
						...ledger,
						now: Date.now,
						sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
						random: Math.random,
					}),
				show: ({ method, url: target, body }) => ({ method, url: target, body: body ?? null }),
				// Whoever takes the call is to know it from one that counts.
				markTest: (message) => ({ ...message, headers: { ...message.headers, 'x-campaigns-test': 'true' } }),
			};
			return await runSender(this, sender, options);
		});
	}
}

/** A test may go elsewhere: limits and circuit breaker are shared by the server that is called. */
async function providersByUrl(context: IExecuteFunctions): Promise<(url: string) => StandardWebhook> {
	const credential = await context.getCredentials<WebhookCredential>('campaignsWebhookApi');
	const { authentication, user = '', password = '', headerName = '', headerValue = '' } = credential;
	const providers = new Map<string, StandardWebhook>();
	const make = (origin: string) => new StandardWebhook({
		label: context.getNode().name,
		identity: origin,
		secret: credential.secret,
		auth:
			authentication === 'basicAuth'
				? { type: 'basic', user, password }
				: authentication === 'headerAuth'
					? { type: 'header', name: headerName, value: headerValue }
					: { type: 'none' },
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

/** The body is the operator's JSON template, or the person as the item shows them. */
function webhookWriter(context: IExecuteFunctions, ownUrl: string, missing: 'fail' | 'empty'): Sender<WebhookMessage>['render'] {
	const method = context.getNodeParameter('method', 0, 'POST') as WebhookMessage['method'];
	const own = context.getNodeParameter('content', 0, 'person') === 'template';
	const template = own ? compileParameter(context, 'body', { missing, escape: 'json' }) : undefined;
	return (recipient, messageId, now) => {
		const url = recipient.to ?? ownUrl;
		if (method === 'GET') return { ok: true, message: { messageId, url, method, headers: {} } };
		const rendered = template?.render(renderInput(recipient, now)) ?? { ok: true as const, text: JSON.stringify(personBody(recipient)) };
		if (!rendered.ok) return rendered;
		if (own && !isJson(rendered.text)) {
			return { ok: false, reason: 'personalization_failed', detail: 'The body is no JSON after the values were put in' };
		}
		const headers = { 'content-type': 'application/json' };
		return { ok: true, message: { messageId, url, method, headers, body: rendered.text } };
	};
}

function personBody({ json, campaignId }: Recipient): IDataObject {
	const campaign = json.campaign as IDataObject | undefined;
	const { user, event } = json;
	return { campaign: { id: campaignId, name: campaign?.name, labels: campaign?.labels, run: campaign?.run }, user: user ?? json, ...(event ? { event } : {}) };
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}
