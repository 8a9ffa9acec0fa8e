import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** A Mailgun account, by a key of it. */
export class CampaignsMailgunApi implements ICredentialType {
	name = 'campaignsMailgunApi';

	displayName = 'Campaigns Mailgun API';

	icon: Icon = { light: 'file:../nodes/MailgunEmailProvider/mailgunEmailProvider.svg', dark: 'file:../nodes/MailgunEmailProvider/mailgunEmailProvider.dark.svg' };

	documentationUrl = 'https://documentation.mailgun.com/docs/mailgun/api-reference/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'A key of the account. Keys that may only send from one domain work too, but cannot be tested here.',
		},
		{
			displayName: 'Webhook Signing Key',
			name: 'webhookSigningSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'HTTP webhook signing key of the account, for Delivery Receipts',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.mailgun.net',
			description: 'Change it to https://api.eu.mailgun.net for a domain in the EU, or for a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { auth: { username: 'api', password: '={{ $credentials.apiKey }}' } },
	};

	/** The domains of the account: nothing is sent. */
	test: ICredentialTestRequest = { request: { baseURL: '={{ ($credentials.baseUrl || "https://api.mailgun.net").replace(/\\/+$/, "") }}', url: '/v4/domains', qs: { limit: '1' } } };
}
