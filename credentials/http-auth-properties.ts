import type { IAuthenticate, INodeProperties } from 'n8n-workflow';

const oauth2 = { show: { authentication: ['oauth2'] } };

/** The ways to sign in that any HTTP endpoint may ask for. */
export const httpAuthProperties: INodeProperties[] = [
	{
		displayName: 'Authentication',
		name: 'authentication',
		type: 'options',
		default: 'none',
		options: [
			{ name: 'None', value: 'none' },
			{ name: 'Basic', value: 'basicAuth', description: 'User and password' },
			{ name: 'Header', value: 'headerAuth', description: 'Such as Authorization: Bearer and a token' },
			{ name: 'OAuth2 Client Credentials', value: 'oauth2', description: 'A client ID and secret, for which a server gives access tokens' },
		],
	},
	{ displayName: 'User', name: 'user', type: 'string', default: '', displayOptions: { show: { authentication: ['basicAuth'] } } },
	{
		displayName: 'Password',
		name: 'password',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		displayOptions: { show: { authentication: ['basicAuth'] } },
	},
	{
		displayName: 'Header Name',
		name: 'headerName',
		type: 'string',
		default: 'Authorization',
		displayOptions: { show: { authentication: ['headerAuth'] } },
	},
	{
		displayName: 'Header Value',
		name: 'headerValue',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'Bearer ...',
		displayOptions: { show: { authentication: ['headerAuth'] } },
	},
	{
		displayName: 'Access Token URL',
		name: 'accessTokenUrl',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. https://auth.example.com/oauth/token',
		description: 'Where client ID and secret are exchanged for an access token',
		displayOptions: oauth2,
	},
	{ displayName: 'Client ID', name: 'clientId', type: 'string', default: '', required: true, displayOptions: oauth2 },
	{ displayName: 'Client Secret', name: 'clientSecret', type: 'string', typeOptions: { password: true }, default: '', required: true, displayOptions: oauth2 },
	{ displayName: 'Scope', name: 'scope', type: 'string', default: '', placeholder: 'e.g. sms.send', description: 'Separated by spaces', displayOptions: oauth2 },
	{
		displayName: 'Client Authentication',
		name: 'clientAuthentication',
		type: 'options',
		default: 'header',
		options: [
			{ name: 'Body', value: 'body', description: 'Client ID and secret in the body' },
			{ name: 'Header', value: 'header', description: 'As basic authentication' },
		],
		description: 'How the request for a token says who the client is',
		displayOptions: oauth2,
	},
	{
		displayName: 'Additional Parameters',
		name: 'tokenParameters',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		placeholder: 'e.g. audience=https://api.example.com&resource=sms',
		description: 'What the request for a token says besides, written as a query',
		displayOptions: oauth2,
	},
];

/** Signs requests of n8n's own nodes in the same way, but for OAuth2, whose tokens are kept by the engine. */
export const authenticateHttp: IAuthenticate = async (credentials, options) => {
	if (credentials['authentication'] === 'basicAuth') {
		return { ...options, auth: { username: String(credentials['user'] ?? ''), password: String(credentials['password'] ?? '') } };
	}
	if (credentials['authentication'] === 'headerAuth') {
		return { ...options, headers: { ...options.headers, [String(credentials['headerName'])]: String(credentials['headerValue'] ?? '') } };
	}
	return options;
};
