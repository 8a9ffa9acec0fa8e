import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** A service account that may send messages of a Firebase project. Tested by the nodes: a token is asked for. */
export class CampaignsFcmApi implements ICredentialType {
	name = 'campaignsFcmApi';

	displayName = 'Campaigns FCM API';

	icon: Icon = { light: 'file:../nodes/FcmPushProvider/fcmPushProvider.svg', dark: 'file:../nodes/FcmPushProvider/fcmPushProvider.dark.svg' };

	documentationUrl = 'https://firebase.google.com/docs/cloud-messaging/auth-server';

	properties: INodeProperties[] = [
		{
			displayName: 'Service Account',
			name: 'serviceAccount',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			placeholder: '{ "type": "service_account", ... }',
			description: 'The whole JSON file of a service account: Firebase console, Project settings, Service accounts, Generate new private key',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: 'https://fcm.googleapis.com',
			description: 'Change it for a proxy or a mock',
		},
	];
}
