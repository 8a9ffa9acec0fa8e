import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** A mail server and an account on it. */
export class CampaignsSmtpApi implements ICredentialType {
	name = 'campaignsSmtpApi';

	displayName = 'Campaigns SMTP API';

	icon: Icon = { light: 'file:../nodes/SmtpEmailProvider/smtpEmailProvider.svg', dark: 'file:../nodes/SmtpEmailProvider/smtpEmailProvider.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-campaigns';

	properties: INodeProperties[] = [
		{
			displayName: 'Host',
			name: 'host',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. smtp.example.com',
		},
		{
			displayName: 'Security',
			name: 'security',
			type: 'options',
			options: [
				{ name: 'STARTTLS', value: 'starttls', description: 'Encrypted after the greeting; usually port 587. A server without it is not sent to.' },
				{ name: 'TLS', value: 'tls', description: 'Encrypted from the beginning; usually port 465' },
				{ name: 'None', value: 'none', description: 'Not encrypted: only for a server on the same machine or network' },
			],
			default: 'starttls',
		},
		{
			displayName: 'Port',
			name: 'port',
			type: 'number',
			default: 0,
			typeOptions: { minValue: 0, maxValue: 65535, numberPrecision: 0 },
			hint: '0 is the usual one: 465 with TLS, else 587',
		},
		{
			displayName: 'User',
			name: 'user',
			type: 'string',
			default: '',
			description: 'Empty for a server that asks for none',
		},
		{
			displayName: 'Password',
			name: 'password',
			type: 'string',
			typeOptions: { password: true },
			default: '',
		},
		{
			displayName: 'Certificate Authority',
			name: 'ca',
			type: 'string',
			typeOptions: { rows: 3 },
			default: '',
			placeholder: '-----BEGIN CERTIFICATE-----',
			description: 'For a server whose certificate is signed by an authority of your own (PEM)',
		},
	];
}
