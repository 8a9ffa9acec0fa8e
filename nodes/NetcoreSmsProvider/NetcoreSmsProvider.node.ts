import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { NetcoreSms, type NetcoreConfig } from '../../engine/channels/sms/netcore';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, dltOptions, optionsParameter, priorityParameter, readDlt, readOptions, readPace, readText, splitList, smsOptions } from '../shared/provider-parameters';

interface NetcoreCredential {
	feedId: string;
	username: string;
	password: string;
	baseUrl?: string;
}

interface NetcoreOptions {
	accountCodes?: string;
	dltEntityId?: string;
	dltTemplateId?: string;
	method?: NetcoreConfig['method'];
	passingCodes?: string;
	recipientCodes?: string;
	unicodeType?: string;
}

/** Hands an SMS sender the way to Netcore Cloud. */
export class NetcoreSmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Netcore SMS Provider',
		name: 'netcoreSmsProvider',
		icon: { light: 'file:netcoreSmsProvider.svg', dark: 'file:netcoreSmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the text messages of an SMS node through Netcore Cloud',
		defaults: { name: 'Netcore SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsNetcoreApi', required: true }],
		properties: [
			connectNoticeTo('an SMS'),
			priorityParameter,
			{
				displayName: 'Sender ID',
				name: 'senderId',
				type: 'string',
				noDataExpression: true,
				default: '',
				description: 'The header that people see as the sender. Empty: that of the feed.',
			},
			optionsParameter([
				...smsOptions,
				{
					displayName: 'Account Codes',
					name: 'accountCodes',
					type: 'string',
					default: '',
					placeholder: 'e.g. 101, 102',
					description: 'Codes by which Netcore says that something is wrong with the account, separated by commas. Messages wait until it is mended.',
				},
				...dltOptions,
				{
					displayName: 'Invalid Number Codes',
					name: 'recipientCodes',
					type: 'string',
					default: '',
					placeholder: 'e.g. 201, 202',
					description: 'Codes by which Netcore says that a number cannot be sent to, separated by commas. No other provider is asked then.',
				},
				{
					displayName: 'Method',
					name: 'method',
					type: 'options',
					default: 'POST',
					options: [
						{ name: 'GET', value: 'GET', description: 'Password and text are part of the URL, which servers write into logs' },
						{ name: 'POST', value: 'POST' },
					],
				},
				{
					displayName: 'Passing Codes',
					name: 'passingCodes',
					type: 'string',
					default: '',
					placeholder: 'e.g. 301, 302',
					description: 'Codes by which Netcore says that it takes no message now but may later, separated by commas',
				},
				{
					displayName: 'Unicode Message Type',
					name: 'unicodeType',
					type: 'string',
					default: '1',
					description: 'Parameter "mtype" of texts that do not fit the GSM 7-bit alphabet. Empty: none is sent.',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new NetcoreSms(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<NetcoreConfig> {
	const { feedId, username, password, baseUrl } = await context.getCredentials<NetcoreCredential>('campaignsNetcoreApi');
	const { accountCodes, passingCodes, recipientCodes, method, unicodeType, ...options } = readOptions<NetcoreOptions>(context, itemIndex);
	return {
		label,
		feedId,
		username,
		password,
		baseUrl,
		senderId: readText(context, itemIndex, 'senderId') || undefined,
		method,
		unicodeType: unicodeType?.trim(),
		codes: { account: splitList(accountCodes ?? ''), passing: splitList(passingCodes ?? ''), recipient: splitList(recipientCodes ?? '') },
		...readDlt(options),
		...readPace(options),
	};
}
