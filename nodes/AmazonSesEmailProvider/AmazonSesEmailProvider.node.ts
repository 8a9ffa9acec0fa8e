import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { SesEmail, type SesConfig } from '../../engine/channels/email/ses';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, paceOptions, priorityParameter, readOptions, readPace } from '../shared/provider-parameters';
import { campaignsAmazonSesTest } from './credential-test';

type AmazonSesCredential = Pick<SesConfig, 'accessKeyId' | 'secretAccessKey' | 'sessionToken' | 'region' | 'baseUrl'>;

interface AmazonSesOptions {
	configurationSet?: string;
}

/** Hands an email sender the way to Amazon SES. */
export class AmazonSesEmailProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Amazon SES Email Provider',
		name: 'amazonSesEmailProvider',
		icon: { light: 'file:amazonSesEmailProvider.svg', dark: 'file:amazonSesEmailProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the messages of an Email node through Amazon SES',
		defaults: { name: 'Amazon SES Email Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsAmazonSesApi', required: true, testedBy: 'campaignsAmazonSesTest' }],
		properties: [
			connectNoticeTo('an Email'),
			priorityParameter,
			optionsParameter([
				{
					displayName: 'Configuration Set',
					name: 'configurationSet',
					type: 'string',
					default: '',
					placeholder: 'e.g. campaigns',
					description: 'Name of the set that says where SES reports deliveries, bounces and complaints',
				},
				...paceOptions,
			]),
		],
	};

	methods = { credentialTest: { campaignsAmazonSesTest } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'email', async (label) => new SesEmail(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<SesConfig> {
	const { accessKeyId, secretAccessKey, sessionToken, region, baseUrl } = await context.getCredentials<AmazonSesCredential>('campaignsAmazonSesApi');
	const { configurationSet, ...options } = readOptions<AmazonSesOptions>(context, itemIndex);
	return { label, accessKeyId, secretAccessKey, sessionToken, region, baseUrl, configurationSet: configurationSet?.trim() || undefined, ...readPace(options) };
}
