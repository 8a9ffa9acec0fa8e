import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** A Plivo account or subaccount. */
export class CampaignsPlivoApi implements ICredentialType {
	name = 'campaignsPlivoApi';

	displayName = 'Campaigns Plivo API';

	icon: Icon = { light: 'file:../nodes/PlivoSmsProvider/plivoSmsProvider.svg', dark: 'file:../nodes/PlivoSmsProvider/plivoSmsProvider.dark.svg' };

	documentationUrl = 'https://www.plivo.com/docs/account/api/overview/';

	properties: INodeProperties[] = [
		{ displayName: 'Auth ID', name: 'authId', type: 'string', default: '', required: true },
		{
			displayName: 'Auth Token',
			name: 'authToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.plivo.com',
			description: 'Change it for a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { auth: { username: '={{ $credentials.authId }}', password: '={{ $credentials.authToken }}' } },
	};

	/** The account itself: nothing is sent. */
	test: ICredentialTestRequest = {
		request: { baseURL: '={{ ($credentials.baseUrl || "https://api.plivo.com").replace(/\\/+$/, "") }}', url: '=/v1/Account/{{ encodeURIComponent($credentials.authId) }}/' },
	};
}
