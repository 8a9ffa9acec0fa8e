import type { ICredentialType, INodeProperties, Icon } from 'n8n-workflow';

/** The token in the addresses that are given to providers which sign nothing. */
export class CampaignsReceiptsApi implements ICredentialType {
	name = 'campaignsReceiptsApi';

	displayName = 'Campaigns Receipts API';

	icon: Icon = { light: 'file:icons/receipts.svg', dark: 'file:icons/receipts.dark.svg' };

	documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-campaigns';

	properties: INodeProperties[] = [
		{
			displayName: 'Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'At least 20 letters and digits that nobody can guess. Add it to the addresses that you give to providers which sign nothing: ...?token=&lt;token&gt;',
		},
	];
}
