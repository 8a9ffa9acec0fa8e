import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** The PostgreSQL database that keeps people, events and campaigns in place of the embedded store. */
export class CampaignsPostgresApi implements ICredentialType {
	name = 'campaignsPostgresApi';

	displayName = 'Campaigns Postgres API';

	icon: Icon = { light: 'file:icons/postgres.svg', dark: 'file:icons/postgres.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-campaigns';

	properties: INodeProperties[] = [
		{ displayName: 'Host', name: 'host', type: 'string', default: 'localhost', required: true },
		{ displayName: 'Port', name: 'port', type: 'number', default: 5432, typeOptions: { minValue: 1, maxValue: 65535 } },
		{ displayName: 'Database', name: 'database', type: 'string', default: 'campaigns', required: true },
		{ displayName: 'User', name: 'user', type: 'string', default: 'postgres', required: true },
		{ displayName: 'Password', name: 'password', type: 'string', typeOptions: { password: true }, default: '' },
		{
			displayName: 'Schema',
			name: 'schema',
			type: 'string',
			default: 'campaigns',
			description: 'Where the tables are kept. It is made if it does not exist.',
		},
		{
			displayName: 'SSL',
			name: 'ssl',
			type: 'options',
			default: 'disable',
			options: [
				{ name: 'Disable', value: 'disable' },
				{ name: 'Require', value: 'require', description: 'Encrypted, the certificate of the server is not checked' },
				{ name: 'Verify', value: 'verify', description: 'Encrypted, the certificate must be valid for the host' },
			],
		},
		{
			displayName: 'CA Certificate',
			name: 'ca',
			type: 'string',
			typeOptions: { rows: 4 },
			default: '',
			description: 'PEM of the authority that signed the certificate, where it is none of the well-known ones',
			displayOptions: { show: { ssl: ['verify'] } },
		},
	];
}
