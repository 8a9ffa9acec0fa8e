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
			displayName: 'Signature Secret',
			name: 'signatureSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'Of signed webhooks, for Delivery Receipts. Empty: the account signs nothing, and the address needs a token.',
		},
		{
			displayName: 'Signature Method',
			name: 'signatureMethod',
			type: 'options',
			default: 'md5hash',
			options: [
				{ name: 'MD5 Hash', value: 'md5hash' },
				{ name: 'MD5 HMAC', value: 'md5' },
				{ name: 'SHA-1 HMAC', value: 'sha1' },
				{ name: 'SHA-256 HMAC', value: 'sha256' },
				{ name: 'SHA-512 HMAC', value: 'sha512' },
			],
			description: 'How the account signs its webhooks',
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
