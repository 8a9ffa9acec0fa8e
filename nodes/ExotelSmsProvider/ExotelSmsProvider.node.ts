import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { ExotelSms, type ExotelConfig } from '../../engine/channels/sms/exotel';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, dltOptions, optionsParameter, priorityParameter, readDlt, readOptions, readPace, readText, statusCallbackOption, smsOptions } from '../shared/provider-parameters';

interface ExotelCredential {
	accountSid: string;
	apiKey: string;
	apiToken: string;
	baseUrl?: string;
}

interface ExotelOptions {
	dltEntityId?: string;
	dltTemplateId?: string;
	smsType?: ExotelConfig['smsType'];
	statusCallback?: string;
}

/** Hands an SMS sender the way to Exotel. */
export class ExotelSmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Exotel SMS Provider',
		name: 'exotelSmsProvider',
		icon: { light: 'file:exotelSmsProvider.svg', dark: 'file:exotelSmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the text messages of an SMS node through Exotel',
		defaults: { name: 'Exotel SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsExotelApi', required: true }],
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
				placeholder: 'e.g. 08012345678',
				description: 'An ExoPhone of the account, or a sender ID linked to one',
			},
			optionsParameter([
				...smsOptions,
				...dltOptions,
				{
					displayName: 'Message Type',
					name: 'smsType',
					type: 'options',
					default: 'promotional',
					options: [
						{ name: 'Promotional', value: 'promotional' },
						{ name: 'Transactional', value: 'transactional' },
						{ name: 'Transactional, to People Who Opted In', value: 'transactional_opt_in' },
					],
					description: 'As what Exotel sends the messages. Not set: as the account says.',
				},
				statusCallbackOption('Exotel'),
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new ExotelSms(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<ExotelConfig> {
	const { accountSid, apiKey, apiToken, baseUrl } = await context.getCredentials<ExotelCredential>('campaignsExotelApi');
	const { statusCallback, smsType, ...options } = readOptions<ExotelOptions>(context, itemIndex);
	return {
		label,
		accountSid,
		apiKey,
		apiToken,
		baseUrl,
		from: readText(context, itemIndex, 'from'),
		smsType,
		statusCallback: statusCallback || undefined,
		...readDlt(options),
		...readPace(options),
	};
}
