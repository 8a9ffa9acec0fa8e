import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { VonageSms, type VonageConfig } from '../../engine/channels/sms/vonage';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, dltOptions, optionsParameter, priorityParameter, readDlt, readOptions, readPace, readText, statusCallbackOption, smsOptions } from '../shared/provider-parameters';

interface VonageCredential {
	apiKey: string;
	apiSecret: string;
	baseUrl?: string;
}

interface VonageOptions {
	dltEntityId?: string;
	dltTemplateId?: string;
	statusCallback?: string;
	validityPeriod?: number;
}

/** Hands an SMS sender the way to Vonage (Nexmo). */
export class VonageSmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Vonage SMS Provider',
		name: 'vonageSmsProvider',
		icon: { light: 'file:vonageSmsProvider.svg', dark: 'file:vonageSmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the text messages of an SMS node through the SMS API of Vonage',
		defaults: { name: 'Vonage SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsVonageApi', required: true }],
		properties: [
			connectNoticeTo('an SMS'),
			priorityParameter,
			{
				displayName: 'From',
				name: 'from',
				type: 'string',
				noDataExpression: true,
				default: '',
				required: true,
				placeholder: 'e.g. 15005550006',
				description: 'A number of the account with its country code, or a name of at most 11 letters and digits',
			},
			optionsParameter([
				...smsOptions,
				...dltOptions,
				statusCallbackOption('Vonage'),
				{
					displayName: 'Validity Period (Seconds)',
					name: 'validityPeriod',
					type: 'number',
					default: 259200,
					typeOptions: { minValue: 20, maxValue: 604800, numberPrecision: 0 },
					description: 'How long Vonage may try to deliver a message before it gives up',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new VonageSms(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<VonageConfig> {
	const { apiKey, apiSecret, baseUrl } = await context.getCredentials<VonageCredential>('campaignsVonageApi');
	const { statusCallback, validityPeriod, ...options } = readOptions<VonageOptions>(context, itemIndex);
	return {
		label,
		apiKey,
		apiSecret,
		baseUrl,
		from: readText(context, itemIndex, 'from'),
		statusCallback: statusCallback || undefined,
		validityPeriod,
		...readDlt(options),
		...readPace(options),
	};
}
