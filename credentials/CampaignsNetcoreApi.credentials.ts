import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** A feed of a Netcore Cloud account. */
export class CampaignsNetcoreApi implements ICredentialType {
	name = 'campaignsNetcoreApi';

	displayName = 'Campaigns Netcore API';

	icon: Icon = { light: 'file:../nodes/NetcoreSmsProvider/netcoreSmsProvider.svg', dark: 'file:../nodes/NetcoreSmsProvider/netcoreSmsProvider.dark.svg' };

	documentationUrl = 'https://netcorecloud.com';

	properties: INodeProperties[] = [
		{ displayName: 'Feed ID', name: 'feedId', type: 'string', default: '', required: true },
		{ displayName: 'User', name: 'username', type: 'string', default: '', required: true },
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://bulkpush.mytoday.com',
			description: 'Change it for the test host of Netcore, a proxy or a mock',
		},
		{
			displayName: 'Test URL',
			name: 'testUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://gateway.example.com/status',
			description: 'An address that answers GET with 200. It is asked as it stands, without feed ID, user and password: Netcore documents none that looks at them and sends nothing. Without it the test asks the base URL. Either shows only whether it can be reached.',
		},
	];

	test: ICredentialTestRequest = { request: { method: 'GET', url: '={{ $credentials.testUrl || $credentials.baseUrl || "https://bulkpush.mytoday.com" }}' } };
}
