import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { Msg91Sms, type Msg91Config } from '../../engine/channels/sms/msg91';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, priorityParameter, readOptions, readPace, readText, smsOptions } from '../shared/provider-parameters';

interface Msg91Credential {
	authKey: string;
	baseUrl?: string;
}

interface Msg91Options {
	promotional?: boolean;
	senderId?: string;
	shortenLinks?: boolean;
}

/** Hands an SMS sender the way to MSG91, by templates kept there. */
export class Msg91SmsProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'MSG91 SMS Provider',
		name: 'msg91SmsProvider',
		icon: { light: 'file:msg91SmsProvider.svg', dark: 'file:msg91SmsProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the messages of an SMS node by a template of MSG91',
		defaults: { name: 'MSG91 SMS Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsMsg91Api', required: true }],
		properties: [
			connectNoticeTo('an SMS'),
			priorityParameter,
			{
				displayName: 'Template ID',
				name: 'templateId',
				type: 'string',
				noDataExpression: true,
				default: '',
				description: 'The template (flow) at MSG91, which holds the text. Empty: the Template ID of the SMS node.',
			},
			{
				displayName: 'Variables',
				name: 'variables',
				type: 'fixedCollection',
				noDataExpression: true,
				typeOptions: { multipleValues: true },
				placeholder: 'Add Variable',
				default: { pairs: [{ name: 'VAR1', value: '$$Body' }] },
				description: 'What fills the variables of the template. $$Body is the message of the SMS node; $$To, $$MessageID, $$CampaignID and $$TemplateID are replaced, too.',
				options: [
					{
						displayName: 'Variable',
						name: 'pairs',
						values: [
							{
								displayName: 'Name',
								name: 'name',
								type: 'string',
								noDataExpression: true,
								default: '',
								description: 'Exactly as in the template, where it stands between ## and ##',
							},
							{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '' },
						],
					},
				],
			},
			optionsParameter([
				...smsOptions,
				{
					displayName: 'Promotional Route',
					name: 'promotional',
					type: 'boolean',
					default: true,
					description: 'Whether messages go by the promotional route, for numeric sender IDs',
				},
				{
					displayName: 'Sender ID',
					name: 'senderId',
					type: 'string',
					default: '',
					description: 'Not set: the sender that the template is registered with',
				},
				{
					displayName: 'Shorten Links',
					name: 'shortenLinks',
					type: 'boolean',
					default: true,
					description: 'Whether MSG91 shortens the links of the text',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'sms', async (label) => new Msg91Sms(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<Msg91Config> {
	const { authKey, baseUrl } = await context.getCredentials<Msg91Credential>('campaignsMsg91Api');
	const { promotional, senderId, shortenLinks, ...options } = readOptions<Msg91Options>(context, itemIndex);
	const pairs = context.getNodeParameter('variables.pairs', itemIndex, []) as Msg91Config['variables'];
	return {
		label,
		authKey,
		baseUrl,
		templateId: readText(context, itemIndex, 'templateId') || undefined,
		variables: pairs.filter(({ name }) => name !== ''),
		senderId: senderId?.trim() || undefined,
		promotional,
		shortenLinks,
		...readPace(options),
	};
}
