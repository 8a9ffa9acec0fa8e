import type { ICredentialTestRequest, ICredentialType, INodeProperties, Icon, IAuthenticateGeneric } from 'n8n-workflow';

/** An MSG91 account, by its auth key. */
export class CampaignsMsg91Api implements ICredentialType {
	name = 'campaignsMsg91Api';

	displayName = 'Campaigns MSG91 API';

	icon: Icon = { light: 'file:../nodes/Msg91SmsProvider/msg91SmsProvider.svg', dark: 'file:../nodes/Msg91SmsProvider/msg91SmsProvider.dark.svg' };

	documentationUrl = 'https://msg91.com/help/api';

	properties: INodeProperties[] = [
		{
			displayName: 'Auth Key',
			name: 'authKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://control.msg91.com',
			description: 'Change it for a proxy or a mock',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { authkey: '={{ $credentials.authKey }}' }, qs: { authkey: '={{ $credentials.authKey }}' } },
	};

	/**
	 * The balance of the transactional route: nothing is sent. This older interface reads the key from the query and may say 200 to a
	 * wrong one; what it says in the body is not documented, so both names that MSG91 gives the kind of an answer are looked at.
	 */
	test: ICredentialTestRequest = {
		request: { baseURL: '={{ ($credentials.baseUrl || "https://control.msg91.com").replace(/\\/+$/, "") }}', url: '/api/balance.php', qs: { type: '4' } },
		rules: [
			{ type: 'responseSuccessBody', properties: { key: 'type', value: 'error', message: 'MSG91 has refused the auth key' } },
			{ type: 'responseSuccessBody', properties: { key: 'msg_type', value: 'error', message: 'MSG91 has refused the auth key' } },
		],
	};
}
