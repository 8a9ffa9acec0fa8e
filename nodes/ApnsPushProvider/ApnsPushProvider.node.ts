import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { Apns, type ApnsConfig } from '../../engine/channels/push/apns';
import { campaignsApnsTest } from '../shared/push-credential-tests';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, priorityParameter, readOptions, readPace } from '../shared/provider-parameters';

type ApnsCredential = Pick<ApnsConfig, 'keyId' | 'teamId' | 'privateKey' | 'topic' | 'environment' | 'baseUrl'>;

/** Hands a push sender the way to Apple's push service. */
export class ApnsPushProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'APNs Push Provider',
		name: 'apnsPushProvider',
		icon: { light: 'file:apnsPushProvider.svg', dark: 'file:apnsPushProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the notifications of a Push node to devices registered with the Apple Push Notification service',
		defaults: { name: 'APNs Push Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsApnsApi', required: true, testedBy: 'campaignsApnsTest' }],
		properties: [
			connectNoticeTo('a Push'),
			priorityParameter,
			optionsParameter(),
		],
	};

	methods = { credentialTest: { campaignsApnsTest } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'push', async (label) => {
			const { keyId, teamId, privateKey, topic, environment, baseUrl } = await this.getCredentials<ApnsCredential>('campaignsApnsApi');
			return new Apns({ label, keyId, teamId, privateKey, topic, environment, baseUrl, now: Date.now, ...readPace(readOptions<object>(this, itemIndex)) });
		}, 'apns');
	}
}
