import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** A Twilio account: by its auth token, or by an API key, which can be revoked on its own. */
export class CampaignsTwilioApi implements ICredentialType {
	name = 'campaignsTwilioApi';

	displayName = 'Campaigns Twilio API';

	icon: Icon = { light: 'file:../nodes/TwilioSmsProvider/twilioSmsProvider.svg', dark: 'file:../nodes/TwilioSmsProvider/twilioSmsProvider.dark.svg' };

	documentationUrl = 'https://www.twilio.com/docs/iam/api-keys';

	properties: INodeProperties[] = [
		{
			displayName: 'Sign In With',
			name: 'authType',
			type: 'options',
			default: 'authToken',
			options: [
				{ name: 'Auth Token', value: 'authToken' },
				{ name: 'API Key', value: 'apiKey' },
			],
		},
		{ displayName: 'Account SID', name: 'accountSid', type: 'string', default: '', required: true, placeholder: 'AC...' },
		{
			displayName: 'Auth Token',
			name: 'authToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { authType: ['authToken'] } },
		},
		{
			displayName: 'API Key SID',
			name: 'apiKeySid',
			type: 'string',
			// Not a secret, but the linter reads "key" as one; hiding it does no harm.
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: 'SK...',
			displayOptions: { show: { authType: ['apiKey'] } },
		},
		{
			displayName: 'API Key Secret',
			name: 'apiKeySecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			displayOptions: { show: { authType: ['apiKey'] } },
		},
		{
			displayName: 'Auth Token for Receipts',
			name: 'receiptsAuthToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Twilio signs its status callbacks by the auth token of the account, never by an API key. Only for Delivery Receipts.',
			displayOptions: { show: { authType: ['apiKey'] } },
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.twilio.com',
			description: 'Change it for a region, such as https://api.dublin.ie1.twilio.com, a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: {
			auth: {
				username: '={{ $credentials.authType === "apiKey" ? $credentials.apiKeySid : $credentials.accountSid }}',
				password: '={{ $credentials.authType === "apiKey" ? $credentials.apiKeySecret : $credentials.authToken }}',
			},
		},
	};

	/** The list of messages, as standard API keys may not read the account itself. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ ($credentials.baseUrl || "https://api.twilio.com").replace(/\\/+$/, "") }}',
			url: '=/2010-04-01/Accounts/{{ encodeURIComponent($credentials.accountSid) }}/Messages.json',
			qs: { PageSize: 1 },
		},
	};
}
