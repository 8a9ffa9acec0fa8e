import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** An ad account at Meta. Tested by the nodes that use it: the proof of the app secret has to be computed. */
export class CampaignsMetaApi implements ICredentialType {
	name = 'campaignsMetaApi';

	displayName = 'Campaigns Meta API';

	icon: Icon = { light: 'file:../nodes/MetaAudience/metaAudience.svg', dark: 'file:../nodes/MetaAudience/metaAudience.dark.svg' };

	documentationUrl = 'https://developers.facebook.com/docs/marketing-api/system-users';

	properties: INodeProperties[] = [
		{
			displayName: 'Access Token',
			name: 'accessToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'Of a system user that has the ad account, with the permission ads_management. Such a token does not expire.',
		},
		{
			displayName: 'App Secret',
			name: 'appSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Of the app that the token was made for. With it every request carries a proof (appsecret_proof), which the app can be set to require. Empty: no proof.',
		},
		{
			displayName: 'Ad Account ID',
			name: 'adAccountId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. act_1234567890',
			description: 'The number behind "act=" in the address of the Ads Manager',
		},
		{
			displayName: 'API Version',
			name: 'apiVersion',
			type: 'string',
			default: 'v25.0',
			placeholder: 'e.g. v25.0',
			description: 'Version of the Marketing API. Meta ends each about two years after it came.',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://graph.facebook.com',
			description: 'Change it for a proxy or a mock',
		},
	];
}
