import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** A SendGrid account, by an API key of it. */
export class CampaignsSendGridApi implements ICredentialType {
	name = 'campaignsSendGridApi';

	displayName = 'Campaigns SendGrid API';

	icon: Icon = { light: 'file:../nodes/SendGridEmailProvider/sendGridEmailProvider.svg', dark: 'file:../nodes/SendGridEmailProvider/sendGridEmailProvider.dark.svg' };

	documentationUrl = 'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'With the permission to send mail',
		},
		{
			displayName: 'Webhook Verification Key',
			name: 'webhookVerificationKey',
			type: 'string',
			default: '',
			description: 'The public key of the signed event webhook, for Delivery Receipts',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.sendgrid.com',
			description: 'Change it to https://api.eu.sendgrid.com for a subuser in the EU, or for a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{ $credentials.apiKey }}' } },
	};

	/** What the key may do: every key may ask, and nothing is sent. */
	test: ICredentialTestRequest = { request: { baseURL: '={{ ($credentials.baseUrl || "https://api.sendgrid.com").replace(/\\/+$/, "") }}', url: '/v3/scopes' } };
}
