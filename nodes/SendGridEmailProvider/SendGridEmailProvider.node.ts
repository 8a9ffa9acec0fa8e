import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { SendGridEmail, type SendGridConfig } from '../../engine/channels/email/sendgrid';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, messagesPerRequestOption, optionsParameter, paceOptions, priorityParameter, readOptions, readPace, splitList } from '../shared/provider-parameters';

type SendGridCredential = Pick<SendGridConfig, 'apiKey' | 'baseUrl'>;

interface SendGridOptions {
	categories?: string;
	unsubscribeGroup?: number;
}

/** Hands an email sender the way to SendGrid. */
export class SendGridEmailProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SendGrid Email Provider',
		name: 'sendGridEmailProvider',
		icon: { light: 'file:sendGridEmailProvider.svg', dark: 'file:sendGridEmailProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the messages of an Email node through SendGrid',
		defaults: { name: 'SendGrid Email Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsSendGridApi', required: true }],
		properties: [
			connectNoticeTo('an Email'),
			priorityParameter,
			optionsParameter([
				{
					displayName: 'Categories',
					name: 'categories',
					type: 'string',
					default: '',
					placeholder: 'e.g. spring, newsletter',
					description: 'For the statistics at SendGrid, at most 10, with commas between',
				},
				messagesPerRequestOption(1, 'More need SendGrid to write what differs between them into one text; try with a few people whether they get what you expect.'),
				...paceOptions,
				{
					displayName: 'Unsubscribe Group ID',
					name: 'unsubscribeGroup',
					type: 'number',
					typeOptions: { minValue: 0, numberPrecision: 0 },
					default: 0,
					description: 'People who unsubscribed from this group at SendGrid are not sent to',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'email', async (label) => new SendGridEmail(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<SendGridConfig> {
	const { apiKey, baseUrl } = await context.getCredentials<SendGridCredential>('campaignsSendGridApi');
	const { categories = '', unsubscribeGroup, ...options } = readOptions<SendGridOptions>(context, itemIndex);
	return { label, apiKey, baseUrl, categories: splitList(categories), unsubscribeGroup: unsubscribeGroup || undefined, ...readPace(options) };
}
