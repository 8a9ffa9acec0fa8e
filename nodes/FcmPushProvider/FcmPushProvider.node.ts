import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { Fcm } from '../../engine/channels/push/fcm';
import { campaignsFcmTest } from '../shared/push-credential-tests';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, priorityParameter, readOptions, readPace } from '../shared/provider-parameters';

interface FcmCredential {
	serviceAccount: string;
	baseUrl?: string;
}

/** Hands a push sender the way to Firebase Cloud Messaging. */
export class FcmPushProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FCM Push Provider',
		name: 'fcmPushProvider',
		icon: { light: 'file:fcmPushProvider.svg', dark: 'file:fcmPushProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the notifications of a Push node to devices registered with Firebase Cloud Messaging',
		defaults: { name: 'FCM Push Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsFcmApi', required: true, testedBy: 'campaignsFcmTest' }],
		properties: [
			connectNoticeTo('a Push'),
			priorityParameter,
			optionsParameter(),
		],
	};

	methods = { credentialTest: { campaignsFcmTest } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'push', async (label) => {
			const { serviceAccount, baseUrl } = await this.getCredentials<FcmCredential>('campaignsFcmApi');
			return new Fcm({ label, serviceAccount, baseUrl, now: Date.now, ...readPace(readOptions<object>(this, itemIndex)) });
		}, 'fcm');
	}
}
