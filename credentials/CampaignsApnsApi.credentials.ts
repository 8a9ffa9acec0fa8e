import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** A key for the Apple Push Notification service, and the app it sends to. Tested by the nodes: the key is one. */
export class CampaignsApnsApi implements ICredentialType {
	name = 'campaignsApnsApi';

	displayName = 'Campaigns APNs API';

	icon: Icon = { light: 'file:../nodes/ApnsPushProvider/apnsPushProvider.svg', dark: 'file:../nodes/ApnsPushProvider/apnsPushProvider.dark.svg' };

	documentationUrl = 'https://developer.apple.com/documentation/usernotifications/establishing-a-token-based-connection-to-apns';

	properties: INodeProperties[] = [
		{
			displayName: 'Key ID',
			name: 'keyId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. ABC123DEFG',
			description: 'Ten characters, shown beside the key in Certificates, Identifiers & Profiles',
		},
		{
			displayName: 'Team ID',
			name: 'teamId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. DEF123GHIJ',
			description: 'Ten characters, from the membership details of the developer account',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: '-----BEGIN PRIVATE KEY-----',
			description: 'The whole .p8 file, with its first and last line',
		},
		{
			displayName: 'Topic',
			name: 'topic',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. com.example.shop',
			description: 'Bundle ID of the app',
		},
		{
			displayName: 'Environment',
			name: 'environment',
			type: 'options',
			options: [
				{ name: 'Production', value: 'production', description: 'Apps from the App Store and TestFlight' },
				{ name: 'Sandbox', value: 'sandbox', description: 'Apps installed by Xcode' },
			],
			default: 'production',
			description: 'Devices of one environment look invalid in the other',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			description: 'Instead of Apple\'s: for a proxy or a mock that speaks HTTP/2',
		},
	];
}
