import { NodeConnectionTypes, type INodeType, type INodeTypeDescription, type ISupplyDataFunctions, type SupplyData } from 'n8n-workflow';
import { SmtpEmail, type SmtpConfig } from '../../engine/channels/email/smtp';
import { supplyProvider } from '../shared/provider-group';
import { connectNoticeTo, optionsParameter, paceOptions, priorityParameter, readOptions, readPace } from '../shared/provider-parameters';
import { campaignsSmtpTest } from './credential-test';

type SmtpCredential = Pick<SmtpConfig, 'host' | 'port' | 'security' | 'user' | 'password' | 'ca'>;

interface SmtpOptions {
	bounceAddress?: string;
}

/** Hands an email sender the way to a mail server. */
export class SmtpEmailProvider implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'SMTP Email Provider',
		name: 'smtpEmailProvider',
		icon: { light: 'file:smtpEmailProvider.svg', dark: 'file:smtpEmailProvider.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ "Priority " + $parameter["priority"] }}',
		description: 'Sends the messages of an Email node through a mail server',
		defaults: { name: 'SMTP Email Provider' },
		inputs: [],
		outputs: [NodeConnectionTypes.AiChain],
		outputNames: ['Provider'],
		credentials: [{ name: 'campaignsSmtpApi', required: true, testedBy: 'campaignsSmtpTest' }],
		properties: [
			connectNoticeTo('an Email'),
			priorityParameter,
			optionsParameter([
				{
					displayName: 'Bounce Address',
					name: 'bounceAddress',
					type: 'string',
					default: '',
					placeholder: 'e.g. bounces@example.com',
					description: 'Where mail that cannot be delivered comes back to, if not to the sender',
				},
				...paceOptions,
			]),
		],
	};

	methods = { credentialTest: { campaignsSmtpTest } };

	async supplyData(this: ISupplyDataFunctions, itemIndex: number): Promise<SupplyData> {
		return await supplyProvider(this, itemIndex, 'email', async (label) => new SmtpEmail(await readConfig(this, itemIndex, label)));
	}
}

async function readConfig(context: ISupplyDataFunctions, itemIndex: number, label: string): Promise<SmtpConfig> {
	const { host, port, security, user, password, ca } = await context.getCredentials<SmtpCredential>('campaignsSmtpApi');
	const { bounceAddress, ...options } = readOptions<SmtpOptions>(context, itemIndex);
	return { label, host, port, security, user, password, ca, bounceAddress, ...readPace(options) };
}
