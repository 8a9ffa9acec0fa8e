import type { IAuthenticate, ICredentialTestRequest, ICredentialType, INodeProperties, INodePropertyOptions, Icon } from 'n8n-workflow';
import { authenticateHttp, httpAuthProperties } from './http-auth-properties';

const [kinds, ...allFields] = httpAuthProperties;

/** Answers are kept by what signs their request in, which a token that changes is not. */
const isOffered = (kind: unknown) => kind !== 'oauth2';
const offered = ((kinds?.options ?? []) as INodePropertyOptions[]).filter(({ value }) => isOffered(value));
const fields = allFields.filter(({ displayOptions }) => (displayOptions?.show?.authentication ?? []).every(isOffered));

/** Signs in by the other fields. */
const byFields = authenticateHttp as Exclude<IAuthenticate, { type: string }>;

/** An API that messages take values from: where it is and how to sign in. What is asked is set on the node. */
export class CampaignsLinkedContentApi implements ICredentialType {
	name = 'campaignsLinkedContentApi';

	displayName = 'Campaigns Linked Content API';

	icon: Icon = { light: 'file:../nodes/LinkedContent/linkedContent.svg', dark: 'file:../nodes/LinkedContent/linkedContent.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-campaigns';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://api.example.com',
			description: 'Scheme, host and port of the API. What signs a request in is sent nowhere else.',
		},
		{ ...(kinds as INodeProperties), options: [...offered, { name: 'Query Parameter', value: 'queryAuth', description: 'A key in the address' }] },
		...fields,
		{ displayName: 'Parameter Name', name: 'queryName', type: 'string', default: '', placeholder: 'e.g. api_key', displayOptions: { show: { authentication: ['queryAuth'] } } },
		{
			displayName: 'Parameter Value',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			displayOptions: { show: { authentication: ['queryAuth'] } },
		},
		{
			displayName: 'Allow Private Addresses',
			name: 'allowPrivate',
			type: 'boolean',
			default: false,
			description: 'Whether the API may be at a loopback, private or link-local address, such as a service beside n8n',
		},
		{
			displayName: 'Test URL',
			name: 'testUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://api.example.com/status',
			description: 'An address that answers GET with 200 when the credential is right. Without it the test asks the base URL, which many APIs answer with an error.',
		},
	];

	authenticate: IAuthenticate = async (credentials, options) =>
		credentials['authentication'] === 'queryAuth'
			? { ...options, qs: { ...options.qs, [String(credentials['queryName'])]: String(credentials['apiKey'] ?? '') } }
			: await byFields(credentials, options);

	test: ICredentialTestRequest = { request: { method: 'GET', url: '={{ $credentials.testUrl || $credentials.baseUrl }}' } };
}
