import type { IAuthenticate, ICredentialType, INodeProperties, Icon } from 'n8n-workflow';
import { authenticateHttp, httpAuthProperties } from './http-auth-properties';

/** An SMS gateway with an HTTP API: where it is and how to sign in. What a request looks like is set on the node, which tests it. */
export class CampaignsGenericSmsApi implements ICredentialType {
	name = 'campaignsGenericSmsApi';

	displayName = 'Campaigns Generic SMS API';

	icon: Icon = { light: 'file:../nodes/GenericSmsProvider/genericSmsProvider.svg', dark: 'file:../nodes/GenericSmsProvider/genericSmsProvider.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-campaigns';

	properties: INodeProperties[] = [
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://gateway.example.com/api',
			description: 'Scheme and host of the gateway, with the part of the path that all requests share',
		},
		...httpAuthProperties,
		{
			displayName: 'Test URL',
			name: 'testUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://gateway.example.com/api/balance',
			description: 'An address that answers GET with 200 when the credential is right, such as the balance of the account. Without it the test asks the base URL, which many gateways answer with an error. It never sends a message.',
		},
	];

	authenticate: IAuthenticate = authenticateHttp;
}
