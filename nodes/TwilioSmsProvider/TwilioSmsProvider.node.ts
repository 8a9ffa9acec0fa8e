import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { TwilioSms, type TwilioConfig } from '../../engine/channels/sms/twilio';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, priorityParameter, readOptions, readPace, readText, sendFromParameters, statusCallbackOption, smsOptions } from '../shared/provider-parameters';

interface TwilioCredential {
	authType: 'authToken' | 'apiKey';
	accountSid: string;
	authToken?: string;
	apiKeySid?: string;
	apiKeySecret?: string;
	baseUrl?: string;
}

/** Hands an SMS sender the way to Twilio. */
export class TwilioSmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Twilio SMS Provider',
		name: 'twilioSmsProvider',
		icon: { light: 'file:twilioSmsProvider.svg', dark: 'file:twilioSmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the text messages of an SMS node through Twilio Programmable Messaging',
		defaults: { name: 'Twilio SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsTwilioApi', required: true }],
		properties: [
			connectNoticeTo('an SMS'),
			priorityParameter,
			...sendFromParameters({ name: 'Messaging Service', value: 'service', description: 'Twilio picks the sender from the pool of the service' }, 'A number of the account with its country code, a short code, or an alphanumeric sender ID'),
			{
				displayName: 'Messaging Service SID',
				name: 'messagingServiceSid',
				type: 'string',
				noDataExpression: true,
				default: '',
				required: true,
				placeholder: 'MG...',
				displayOptions: { show: { sendFrom: ['service'] } },
			},
			optionsParameter([
				...smsOptions,
				statusCallbackOption('Twilio'),
				{
					displayName: 'Validity Period (Seconds)',
					name: 'validityPeriod',
					type: 'number',
					default: 36000,
					typeOptions: { minValue: 1, maxValue: 36000, numberPrecision: 0 },
					description: 'How long Twilio may keep a message in its queue before it gives up',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new TwilioSms(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<TwilioConfig> {
	const credential = await context.getCredentials<TwilioCredential>('campaignsTwilioApi');
	const byService = context.getNodeParameter('sendFrom', itemIndex) === 'service';
	const { statusCallback, validityPeriod, ...pace } = readOptions<{ statusCallback?: string; validityPeriod?: number }>(context, itemIndex);
	return {
		label,
		accountSid: credential.accountSid,
		auth:
			credential.authType === 'apiKey'
				? { type: 'apiKey', keySid: credential.apiKeySid ?? '', keySecret: credential.apiKeySecret ?? '' }
				: { type: 'token', authToken: credential.authToken ?? '' },
		...(byService
			? { messagingServiceSid: readText(context, itemIndex, 'messagingServiceSid') }
			: { from: readText(context, itemIndex, 'from') }),
		baseUrl: credential.baseUrl,
		statusCallback: statusCallback || undefined,
		validityPeriod,
		...readPace(pace),
	};
}
