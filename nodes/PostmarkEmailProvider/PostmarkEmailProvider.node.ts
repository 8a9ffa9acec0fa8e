import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { PostmarkEmail, type PostmarkConfig } from '../../engine/channels/email/postmark';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, messagesPerRequestOption, optionsParameter, paceOptions, priorityParameter, readOptions, readPace, readText } from '../shared/provider-parameters';

type PostmarkCredential = Pick<PostmarkConfig, 'serverToken' | 'baseUrl'>;

interface PostmarkOptions {
	tag?: string;
}

/** Hands an email sender the way to Postmark. */
export class PostmarkEmailProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Postmark Email Provider',
		name: 'postmarkEmailProvider',
		icon: { light: 'file:postmarkEmailProvider.svg', dark: 'file:postmarkEmailProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the messages of an Email node through Postmark',
		defaults: { name: 'Postmark Email Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsPostmarkApi', required: true }],
		properties: [
			connectNoticeTo('an Email'),
			priorityParameter,
			{
				displayName: 'Message Stream',
				name: 'messageStream',
				type: 'string',
				noDataExpression: true,
				required: true,
				default: 'broadcast',
				placeholder: 'e.g. broadcast',
				description: 'ID of a stream of the server: a broadcast stream for campaigns, a transactional one for what people have asked for',
			},
			optionsParameter([
				messagesPerRequestOption(100),
				...paceOptions,
				{
					displayName: 'Tag',
					name: 'tag',
					type: 'string',
					default: '',
					placeholder: 'e.g. spring',
					description: 'For the statistics at Postmark',
				},
			]),
		],
	};

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'email', async (label) => new PostmarkEmail(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<PostmarkConfig> {
	const { serverToken, baseUrl } = await context.getCredentials<PostmarkCredential>('campaignsPostmarkApi');
	const { tag, ...options } = readOptions<PostmarkOptions>(context, itemIndex);
	return { label, serverToken, baseUrl, messageStream: readText(context, itemIndex, 'messageStream'), tag: tag?.trim() || undefined, ...readPace(options) };
}
