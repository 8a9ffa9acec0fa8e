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
import type { CompiledTemplate } from '../../engine/personalization/liquid';
import { campaignsPostgresTest, campaignsWebhookTest } from '../shared/credential-tests';
import { withNodeErrors } from '../shared/errors';
import { refuseLoop } from '../shared/graph';
import { renderInput } from '../shared/personalize';
import { compileTexts } from '../shared/personalized-texts';
import type { Recipient } from '../shared/recipients';
import { releaseWaiting, runSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { webhookProperties } from './parameters';
import { checkUrl, checkWebhookSettings } from './settings';
import { webhookTexts } from './texts';

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
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main, NodeConnectionTypes.Main, NodeConnectionTypes.Main],
		outputNames: ['Sent', 'Not sent', 'Unknown'],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{ name: 'campaignsWebhookApi', required: true, testedBy: 'campaignsWebhookTest' },
		],
		properties: webhookProperties,
	};

	methods = { credentialTest: { campaignsPostgresTest, campaignsWebhookTest } };

	/** Releases people who wait here because the endpoint was not available. */
	async trigger(this: ITriggerFunctions): Promise<ITriggerResponse> {
		return await withNodeErrors(this, async () => {
			const [url, method, content, body] = ['url', 'method', 'content', 'body'].map((name) => this.getNodeParameter(name, ''));
			checkWebhookSettings({ url, method, content, body } as IDataObject);
			refuseLoop(this);
			const releaser = await releaseWaiting(this);
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const options = readSenderOptions(this);
			const url = checkUrl(this.getNodeParameter('url', 0, ''));
			const provider = await makeProvider(this, url);
			const texts = webhookTexts((name) => this.getNodeParameter(name, 0, ''));
			const templates = compileTexts(texts, options.missing);
			const sender: Sender<WebhookMessage> = {
				channel: 'webhook',
				texts,
				templates,
				address: ({ user, json }) => ({ ok: true, address: `${url} ${user.id ?? JSON.stringify(json)}` }),
				render: webhookWriter(this, url, templates.body),
				send: async (message, ledger) =>
					await attemptGroup([provider], message, {
						...ledger,
						now: Date.now,
						sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
						random: Math.random,
					}),
				show: ({ method, url: target, body }) => ({ method, url: target, body: body ?? null }),
			};
			return await runSender(this, sender, options);
		});
	}
}

async function makeProvider(context: IExecuteFunctions, url: string): Promise<StandardWebhook> {
	const credential = await context.getCredentials<WebhookCredential>('campaignsWebhookApi');
	const { authentication, user = '', password = '', headerName = '', headerValue = '' } = credential;
	return new StandardWebhook({
		label: context.getNode().name,
		identity: new URL(url).origin,
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
}

/** The body is the operator's JSON template, or the person as the item shows them. */
function webhookWriter(context: IExecuteFunctions, url: string, template: CompiledTemplate | undefined): Sender<WebhookMessage>['render'] {
	const method = context.getNodeParameter('method', 0, 'POST') as WebhookMessage['method'];
	return (recipient, messageId, now) => {
		if (method === 'GET') return { ok: true, message: { messageId, url, method, headers: {} } };
		const rendered = template?.render(renderInput(recipient, now)) ?? { ok: true as const, text: JSON.stringify(personBody(recipient)) };
		if (!rendered.ok) return rendered;
		if (template && !isJson(rendered.text)) {
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
