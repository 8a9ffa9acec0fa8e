import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** A server at Postmark, by its token. */
export class CampaignsPostmarkApi implements ICredentialType {
	name = 'campaignsPostmarkApi';

	displayName = 'Campaigns Postmark API';

	icon: Icon = { light: 'file:../nodes/PostmarkEmailProvider/postmarkEmailProvider.svg', dark: 'file:../nodes/PostmarkEmailProvider/postmarkEmailProvider.dark.svg' };

	documentationUrl = 'https://postmarkapp.com/developer/api/overview#authentication';

	properties: INodeProperties[] = [
		{
			displayName: 'Server API Token',
			name: 'serverToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://api.postmarkapp.com',
			description: 'Change it for a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { 'X-Postmark-Server-Token': '={{ $credentials.serverToken }}', Accept: 'application/json' } },
	};

	/** The server that the token is of: nothing is sent. */
	test: ICredentialTestRequest = { request: { baseURL: '={{ ($credentials.baseUrl || "https://api.postmarkapp.com").replace(/\\/+$/, "") }}', url: '/server' } };
}
