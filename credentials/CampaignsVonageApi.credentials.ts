import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** A Vonage (Nexmo) account, by its key and secret. */
export class CampaignsVonageApi implements ICredentialType {
	name = 'campaignsVonageApi';

	displayName = 'Campaigns Vonage API';

	icon: Icon = { light: 'file:../nodes/VonageSmsProvider/vonageSmsProvider.svg', dark: 'file:../nodes/VonageSmsProvider/vonageSmsProvider.dark.svg' };

	documentationUrl = 'https://developer.vonage.com/en/getting-started/concepts/authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'API Key',
			name: 'apiKey',
			type: 'string',
			// Not a secret, but the linter reads "key" as one; hiding it does no harm.
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'API Secret',
			name: 'apiSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://rest.nexmo.com',
			description: 'Change it for a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { auth: { username: '={{ $credentials.apiKey }}', password: '={{ $credentials.apiSecret }}' } },
	};

	/** The balance of the account: nothing is sent. */
	test: ICredentialTestRequest = { request: { baseURL: '={{ ($credentials.baseUrl || "https://rest.nexmo.com").replace(/\\/+$/, "") }}', url: '/account/get-balance' } };
}
