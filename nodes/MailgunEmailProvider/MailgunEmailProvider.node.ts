import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { MailgunEmail, type MailgunConfig } from '../../engine/channels/email/mailgun';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, messagesPerRequestOption, optionsParameter, paceOptions, priorityParameter, readOptions, readPace, readText, splitList } from '../shared/provider-parameters';

type MailgunCredential = Pick<MailgunConfig, 'apiKey' | 'baseUrl'>;

interface MailgunOptions {
	tags?: string;
}

/** Hands an email sender the way to Mailgun. */
export class MailgunEmailProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Mailgun Email Provider',
		name: 'mailgunEmailProvider',
		icon: { light: 'file:mailgunEmailProvider.svg', dark: 'file:mailgunEmailProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the messages of an Email node through Mailgun',
		defaults: { name: 'Mailgun Email Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsMailgunApi', required: true }],
		properties: [
			connectNoticeTo('an Email'),
			priorityParameter,
			{
				displayName: 'Domain',
				name: 'domain',
				type: 'string',
				noDataExpression: true,
				required: true,
				default: '',
				placeholder: 'e.g. mg.example.com',
				description: 'The domain that sends, as it is named at Mailgun',
			},
			optionsParameter([
				messagesPerRequestOption(1, 'More need Mailgun to write what differs between them into one text; try with a few people whether they get what you expect.'),
				...paceOptions,
				{
					displayName: 'Tags',
					name: 'tags',
					type: 'string',
					default: '',
					placeholder: 'e.g. spring, newsletter',
					description: 'For the statistics at Mailgun, at most 3, with commas between',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'email', async (label) => new MailgunEmail(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<MailgunConfig> {
	const { apiKey, baseUrl } = await context.getCredentials<MailgunCredential>('campaignsMailgunApi');
	const { tags = '', ...options } = readOptions<MailgunOptions>(context, itemIndex);
	return { label, apiKey, baseUrl, domain: readText(context, itemIndex, 'domain'), tags: splitList(tags), ...readPace(options) };
}
