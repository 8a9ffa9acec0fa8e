import type { IAuthenticate, INodeProperties } from 'n8n-workflow';

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
];

/** Signs the credential's test request in the same way. */
export const authenticateHttp: IAuthenticate = async (credentials, options) => {
	if (credentials['authentication'] === 'basicAuth') {
		return { ...options, auth: { username: String(credentials['user'] ?? ''), password: String(credentials['password'] ?? '') } };
	}
	if (credentials['authentication'] === 'headerAuth') {
		return { ...options, headers: { ...options.headers, [String(credentials['headerName'])]: String(credentials['headerValue'] ?? '') } };
	}
	return options;
};
