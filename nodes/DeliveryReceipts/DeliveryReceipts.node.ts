import {
	NodeConnectionTypes,
	webhookDescriptionFields,
	type INodeType,
	type INodeTypeDescription,
	type IWebhookDescription,
	type IWebhookFunctions,
	type IWebhookResponseData,
} from 'n8n-workflow';

import { campaignsPostgresTest, campaignsReceiptsTest } from '../shared/credential-tests';
import { answer, type Answer } from './answers';
import { deliveryReceiptsProperties } from './parameters';
import { RECEIPT_PROVIDERS } from './providers';
import { providerIn } from './requests';
import { answerUnsubscribe, UNSUBSCRIBE } from './unsubscribe';

/** What operators call the providers, by their values. */
const NAMES = Object.fromEntries(RECEIPT_PROVIDERS.map(({ name, value }) => [value, name]));

export class DeliveryReceipts implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Delivery Receipts',
		name: 'deliveryReceipts',
		icon: { light: 'file:deliveryReceipts.svg', dark: 'file:deliveryReceipts.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: `={{ $parameter["providers"].map((provider) => (${JSON.stringify(NAMES)})[provider]).join(", ") || "Unsubscribe links only" }}`,
		description: 'Record what providers report of messages: delivered, failed, bounced, viewed, clicked, unsubscribed',
		eventTriggerDescription: 'Waiting for a request of a provider',
		activationMessage: 'The addresses for receipts are published. Providers can call them now.',
		defaults: { name: 'Delivery Receipts' },
		usableAsTool: undefined,
		maxNodes: 1,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [
			{ name: 'campaignsPostgresApi', required: true, testedBy: 'campaignsPostgresTest', displayOptions: { show: { store: ['postgres'] } } },
			{
				name: 'campaignsReceiptsApi', required: true, testedBy: 'campaignsReceiptsTest',
				displayOptions: { show: { providers: ['exotel', 'sms', 'msg91', 'netcore', 'postmark', 'smtp', 'vonage-unsigned'] } },
			},
			{ name: 'campaignsMailgunApi', required: true, displayOptions: { show: { providers: ['mailgun'] } } },
			{ name: 'campaignsPlivoApi', required: true, displayOptions: { show: { providers: ['plivo'] } } },
			{ name: 'campaignsSendGridApi', required: true, displayOptions: { show: { providers: ['sendgrid'] } } },
			{ name: 'campaignsTwilioApi', required: true, displayOptions: { show: { providers: ['twilio'] } } },
			{ name: 'campaignsVonageApi', required: true, displayOptions: { show: { providers: ['vonage'] } } },
		],
		webhooks: [
			...RECEIPT_PROVIDERS.flatMap(({ value, alsoGet }) => [webhookAt(value, 'POST'), ...(alsoGet ? [webhookAt(value, 'GET')] : [])]),
			webhookAt(UNSUBSCRIBE, 'POST', true),
			webhookAt(UNSUBSCRIBE, 'GET'),
		],
		properties: deliveryReceiptsProperties,
	};

	methods = { credentialTest: { campaignsPostgresTest, campaignsReceiptsTest } };

	webhookMethods = {
		// The addresses are ours alone: the operator gives them to the providers.
		default: {
			checkExists: async () => true,
			create: async () => true,
			delete: async () => true,
		},
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		const { status, text, headers, taken } = await respondTo(this);
		this.getResponseObject().status(status).set({ 'Content-Type': 'text/plain; charset=utf-8', ...headers }).end(text);
		if (this.getMode() !== 'manual' && this.getNodeParameter('alsoStart', false) !== true) return { noWebhookResponse: true };
		const startFor = this.getNodeParameter('startFor', []) as string[];
		const items = this.getMode() === 'manual' ? taken : taken.filter(({ json }) => startFor.includes(String(json.status)));
		return items.length > 0 ? { noWebhookResponse: true, workflowData: [items] } : { noWebhookResponse: true };
	}
}

/** One address; shown in the editor once, and only for providers that were chosen, or always. */
function webhookAt(provider: string, httpMethod: 'GET' | 'POST', always = false): IWebhookDescription {
	return {
		name: 'default',
		httpMethod,
		responseMode: 'onReceived',
		isFullPath: true,
		ndvHideUrl: httpMethod === 'GET' || (always ? false : `={{ !$parameter["providers"].includes("${provider}") }}`),
		...webhookDescriptionFields({
			path: {
				template: `={{ $parameter["basePath"].replace(/^[/]+|[/]+$/g, "") }}/${provider}`,
				resolve: ({ basePath }) => `${String(basePath).replace(/^[/]+|[/]+$/g, '')}/${provider}`,
			},
		}),
	} as IWebhookDescription;
}

async function respondTo(context: IWebhookFunctions): Promise<Answer> {
	try {
		const provider = providerIn(context);
		return provider === UNSUBSCRIBE ? await answerUnsubscribe(context) : await answer(context, provider);
	} catch (error) {
		// The provider is told nothing about the inside, and sends it again; the operator finds it in n8n's log.
		context.logger.error(`Delivery Receipts "${context.getNode().name}": ${error instanceof Error ? error.message : 'unknown error'}`);
		return { status: 503, text: 'Try again later', taken: [] };
	}
}
