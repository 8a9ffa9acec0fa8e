import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** An AWS account that may send by SES, in one region. */
export class CampaignsAmazonSesApi implements ICredentialType {
	name = 'campaignsAmazonSesApi';

	displayName = 'Campaigns Amazon SES API';

	icon: Icon = { light: 'file:../nodes/AmazonSesEmailProvider/amazonSesEmailProvider.svg', dark: 'file:../nodes/AmazonSesEmailProvider/amazonSesEmailProvider.dark.svg' };

	documentationUrl = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html';

	properties: INodeProperties[] = [
		{
			displayName: 'Access Key ID',
			name: 'accessKeyId',
			type: 'string',
			default: '',
			required: true,
			description: 'Of a user with the permissions ses:SendEmail and ses:SendRawEmail; to test it here also ses:GetAccount',
		},
		{
			displayName: 'Secret Access Key',
			name: 'secretAccessKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
		},
		{
			displayName: 'Session Token',
			name: 'sessionToken',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'For temporary credentials only',
		},
		{
			displayName: 'Region',
			name: 'region',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. eu-west-1',
		},
		{
			displayName: 'Base URL',
			name: 'baseUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://email.eu-west-1.amazonaws.com',
			description: 'For another endpoint than that of the region, a proxy or a mock',
		},
	];
}
