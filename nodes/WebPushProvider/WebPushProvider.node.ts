import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { WebPush } from '../../engine/channels/push/web-push';
import { campaignsWebPushTest } from '../shared/push-credential-tests';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, paceOptions, priorityParameter, readOptions, readPace } from '../shared/provider-parameters';

interface WebPushCredential {
	publicKey: string;
	privateKey: string;
	subject: string;
}

/** Hands a push sender the way to the push services of browsers. */
export class WebPushProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Web Push Provider',
		name: 'webPushProvider',
		icon: { light: 'file:webPushProvider.svg', dark: 'file:webPushProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the notifications of a Push node to browsers that have subscribed',
		defaults: { name: 'Web Push Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsWebPushApi', required: true, testedBy: 'campaignsWebPushTest' }],
		properties: [
			connectNoticeTo('a Push'),
			priorityParameter,
			optionsParameter([
				{
					displayName: 'Allow Private Addresses',
					name: 'allowPrivate',
					type: 'boolean',
					default: false,
					description: 'Whether subscriptions may lead to loopback and private addresses, and to http. Only for a push service of your own: subscriptions come from browsers, and so from anybody.',
				},
				...paceOptions,
			]),
		],
	};

	methods = { credentialTest: { campaignsWebPushTest } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'push', async (label) => {
			const { publicKey, privateKey, subject } = await this.getCredentials<WebPushCredential>('campaignsWebPushApi');
			const { allowPrivate, ...pace } = readOptions<{ allowPrivate?: boolean }>(this, itemIndex);
			return new WebPush({ label, publicKey, privateKey, subject, allowPrivate: allowPrivate === true, ...readPace(pace) });
		}, 'webpush');
	}
}
