import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { PlivoSms, type PlivoConfig } from '../../engine/channels/sms/plivo';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, dltOptions, messagesPerRequestOption, optionsParameter, priorityParameter, readDlt, readOptions, readPace, readText, sendFromParameters, smsOptions, statusCallbackOption } from '../shared/provider-parameters';

interface PlivoCredential {
	authId: string;
	authToken: string;
	baseUrl?: string;
}

interface PlivoOptions {
	dltEntityId?: string;
	dltTemplateId?: string;
	dltTemplateCategory?: string;
	log?: PlivoConfig['log'];
	statusCallback?: string;
	validityPeriod?: number;
}

/** Hands an SMS sender the way to Plivo. */
export class PlivoSmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Plivo SMS Provider',
		name: 'plivoSmsProvider',
		icon: { light: 'file:plivoSmsProvider.svg', dark: 'file:plivoSmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the text messages of an SMS node through Plivo',
		defaults: { name: 'Plivo SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsPlivoApi', required: true }],
		properties: [
			connectNoticeTo('an SMS'),
			priorityParameter,
			...sendFromParameters({ name: 'Powerpack', value: 'powerpack', description: 'Plivo picks the sender from the pool of the powerpack' }, 'A number of the account with its country code, or an alphanumeric sender ID'),
			{
				displayName: 'Powerpack UUID',
				name: 'powerpackId',
				type: 'string',
				noDataExpression: true,
				default: '',
				required: true,
				displayOptions: { show: { sendFrom: ['powerpack'] } },
			},
			optionsParameter([
				messagesPerRequestOption(1, 'More go for messages of exactly the same text, if there is no status callback.'),
				...smsOptions,
				...dltOptions,
				{
					displayName: 'DLT Template Category',
					name: 'dltTemplateCategory',
					type: 'string',
					default: '',
					description: 'Category of that template, as registered',
				},
				{
					displayName: 'Keep in Logs of Plivo',
					name: 'log',
					type: 'options',
					default: 'true',
					options: [
						{ name: 'Neither', value: 'false' },
						{ name: 'Number', value: 'number_only' },
						{ name: 'Text', value: 'content_only' },
						{ name: 'Text and Number', value: 'true' },
					],
				},
				statusCallbackOption('Plivo'),
				{
					displayName: 'Validity Period (Seconds)',
					name: 'validityPeriod',
					type: 'number',
					default: 10800,
					typeOptions: { minValue: 1, numberPrecision: 0 },
					description: 'How long Plivo may keep a message before it gives up',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new PlivoSms(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<PlivoConfig> {
	const { authId, authToken, baseUrl } = await context.getCredentials<PlivoCredential>('campaignsPlivoApi');
	const byPowerpack = context.getNodeParameter('sendFrom', itemIndex) === 'powerpack';
	const { statusCallback, validityPeriod, log, dltTemplateCategory, ...options } = readOptions<PlivoOptions>(context, itemIndex);
	return {
		label,
		authId,
		authToken,
		baseUrl,
		...(byPowerpack ? { powerpackId: readText(context, itemIndex, 'powerpackId') } : { from: readText(context, itemIndex, 'from') }),
		statusCallback: statusCallback || undefined,
		validityPeriod,
		log,
		dltTemplateCategory: dltTemplateCategory || undefined,
		...readDlt(options),
		...readPace(options),
	};
}
