import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** The keys by which push services of browsers know a sender (VAPID). Tested by the nodes: the keys are a pair. */
export class CampaignsWebPushApi implements ICredentialType {
	name = 'campaignsWebPushApi';

	displayName = 'Campaigns Web Push API';

	icon: Icon = { light: 'file:../nodes/WebPushProvider/webPushProvider.svg', dark: 'file:../nodes/WebPushProvider/webPushProvider.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/web-push';

	properties: INodeProperties[] = [
		{
			displayName: 'Public Key',
			name: 'publicKey',
			type: 'string',
			default: '',
			required: true,
			description: 'VAPID public key, which the page subscribes with (applicationServerKey)',
		},
		{
			displayName: 'Private Key',
			name: 'privateKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'VAPID private key. A pair is made by: npx web-push generate-vapid-keys.',
		},
		{
			displayName: 'Subject',
			name: 'subject',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. mailto:push@example.com',
			description: 'Where push services can reach you: a mailto: or https address',
		},
	];
}
