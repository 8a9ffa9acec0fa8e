import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { GenericHttpSms } from '../../engine/channels/sms/generic-http';
import { campaignsGenericSmsTest } from '../shared/credential-tests';
import { supplyProvider } from '../shared/provider-group';
import { genericParameters } from './parameters';
import { readGenericConfig } from './read-config';

/** Hands an SMS sender the way to any SMS gateway with an HTTP API. */
export class GenericSmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Generic SMS Provider',
		name: 'genericSmsProvider',
		icon: { light: 'file:genericSmsProvider.svg', dark: 'file:genericSmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the text messages of an SMS node through any gateway with an HTTP API',
		defaults: { name: 'Generic SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsGenericSmsApi', required: true, testedBy: 'campaignsGenericSmsTest' }],
		properties: genericParameters,
	};

	methods = { credentialTest: { campaignsGenericSmsTest } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new GenericHttpSms(await readGenericConfig(this, itemIndex, label)));
	}
}
