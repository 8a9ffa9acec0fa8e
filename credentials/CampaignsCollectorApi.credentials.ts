import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** The keys by which clients prove themselves to an Event Collector. */
export class CampaignsCollectorApi implements ICredentialType {
	name = 'campaignsCollectorApi';

	displayName = 'Campaigns Collector API';

	icon: Icon = { light: 'file:icons/collector.svg', dark: 'file:icons/collector.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-campaigns';

	properties: INodeProperties[] = [
		{
			displayName: 'Public Write Key',
			name: 'publicKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'For web pages and apps, where everybody can read it: tracks events and unprotected properties of the visitor. Empty: no such clients. At least 16 characters.',
		},
		{
			displayName: 'Server Write Key',
			name: 'serverKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'For your own servers only: may set everything, also phone numbers, e-mail addresses and opt-outs of known people. Empty: no such clients. At least 16 characters.',
		},
		{
			displayName: 'CleverTap Account ID',
			name: 'accountId',
			type: 'string',
			default: '',
			placeholder: 'XXX-XXX-XXXX',
			description: 'What CleverTap clients send as X-CleverTap-Account-Id. Empty: no such clients.',
		},
		{
			displayName: 'CleverTap Passcode',
			name: 'passcode',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'What CleverTap clients send as X-CleverTap-Passcode; has the rights of a server key. At least 16 characters.',
		},
	];
}
