import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** An Exotel account, by one of its API keys. */
export class CampaignsExotelApi implements ICredentialType {
	name = 'campaignsExotelApi';

	displayName = 'Campaigns Exotel API';

	icon: Icon = { light: 'file:../nodes/ExotelSmsProvider/exotelSmsProvider.svg', dark: 'file:../nodes/ExotelSmsProvider/exotelSmsProvider.dark.svg' };

	documentationUrl = 'https://developer.exotel.com/docs/references/authentication';

	properties: INodeProperties[] = [
		{ displayName: 'Account SID', name: 'accountSid', type: 'string', default: '', required: true },
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
			displayName: 'API Token',
			name: 'apiToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.exotel.com',
			description: 'Accounts of the Mumbai cluster: https://api.in.exotel.com',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { auth: { username: '={{ $credentials.apiKey }}', password: '={{ $credentials.apiToken }}' } },
	};

	/** The list of calls, which every account has, if only an empty one: nothing is sent. */
	test: ICredentialTestRequest = {
		request: {
			baseURL: '={{ ($credentials.baseUrl || "https://api.exotel.com").replace(/\\/+$/, "") }}',
			url: '=/v1/Accounts/{{ encodeURIComponent($credentials.accountSid) }}/Calls.json',
			qs: { PageSize: 1 },
		},
	};
}
