import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';
import { httpAuthProperties } from './http-auth-properties';

/** How webhook calls of a campaign are signed and signed in. Tested by the nodes that use it: there is no address in it. */
export class CampaignsWebhookApi implements ICredentialType {
	name = 'campaignsWebhookApi';

	displayName = 'Campaigns Webhook API';

	icon: Icon = { light: 'file:icons/webhook.svg', dark: 'file:icons/webhook.dark.svg' };

	documentationUrl = 'https://www.standardwebhooks.com';

	properties: INodeProperties[] = [
		{
			displayName: 'Signing Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			placeholder: 'whsec_...',
			description: 'Signs every call by Standard Webhooks, so that the receiver knows it is yours. Two secrets separated by a space sign with both while you rotate them. Empty: not signed.',
		},
		...httpAuthProperties,
		{
			displayName: 'Allow Private Addresses',
			name: 'allowPrivate',
			type: 'boolean',
			default: false,
			description: 'Whether calls may go to loopback, private and link-local addresses, such as a service beside n8n',
		},
	];
}
