import {
	NodeConnectionTypes,
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
import { readHttpAuth, type HttpAuthCredential } from '../shared/http-auth';
import { releaseWaiting, runSender, type Sender } from '../shared/sender';
import { readSenderOptions } from '../shared/sender-parameters';
import { webhookWriter, type WebhookSettings } from './content';
import { webhookProperties } from './parameters';
import { checkWebhookSettings } from './settings';

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
			checkWebhookSettings(this.getNodeParameter('url', ''), (name) => this.getNodeParameter(name, null, { rawExpressions: true }));
			refuseLoop(this);
			const releaser = await releaseWaiting(this);
			return { closeFunction: async () => releaser.stop() };
		});
	}

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await withNodeErrors(this, async () => {
			const options = readSenderOptions(this);
			const settings = checkWebhookSettings(this.getNodeParameter('url', 0, ''), (name) => this.getNodeParameter(name, 0, null, { rawExpressions: true }));
			const { url } = settings;
			const provider = await makeProvider(this, settings);
			const sender: Sender<WebhookMessage> = {
				channel: 'webhook',
				address: ({ user, json }) => ({ ok: true, address: `${url} ${user.id ?? JSON.stringify(json)}` }),
				render: webhookWriter(this, settings, options.missing),
				send: async (message, ledger) =>
					await attemptGroup([provider], message, {
						...ledger,
						now: Date.now,
						sleep: async (ms) => await new Promise((resolve) => setTimeout(resolve, ms)),
						random: Math.random,
					}),
				show: ({ method, url: target, body, envelope }) => ({ method, url: target, body: envelope ? `${envelope.before}[${body}]${envelope.after}` : body ?? null }),
			};
			return await runSender(this, sender, options);
		});
	}
}

async function makeProvider(context: IExecuteFunctions, { url, batch }: WebhookSettings): Promise<StandardWebhook> {
	const credential = await context.getCredentials<WebhookCredential>('campaignsWebhookApi');
	return new StandardWebhook({
		label: context.getNode().name,
		identity: new URL(url).origin,
		secret: credential.secret,
		auth: readHttpAuth(credential),
		batch,
		allowPrivate: credential.allowPrivate === true,
		now: Date.now,
	});
}
