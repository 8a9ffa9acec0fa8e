import type { INodeProperties } from 'n8n-workflow';

import { credentialsHere } from '../shared/credentials-here';
import { storeParameter } from '../shared/store';

export const eventCollectorProperties: INodeProperties[] = [
	{
		displayName:
			'Point your clients at this n8n. Segment: host = this server, path = /webhook/&lt;base path&gt;/v1/batch, and the write key of the credential. CleverTap: endpoint = /webhook/&lt;base path&gt;/1. The addresses answer when the workflow is published.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	credentialsHere,
	{
		displayName: 'Base Path',
		name: 'basePath',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: 'campaigns',
		placeholder: 'e.g. campaigns',
		description: 'Where the addresses begin, below /webhook/. One published workflow may have a base path; a second one with the same is refused by n8n.',
	},
	{
		displayName: 'Also Start the Workflow',
		name: 'alsoStart',
		type: 'boolean',
		default: false,
		description: 'Whether each request also starts an execution with the records that were stored as items. Costs far more than storing them: leave it off for more than a few requests per second.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Emails Identify People',
				name: 'identifyByEmail',
				type: 'boolean',
				default: false,
				description: 'Whether an email address names a person as a user ID does. Only for server keys: an email address is no secret.',
			},
			{
				displayName: 'Protected Properties',
				name: 'protectedProperties',
				type: 'string',
				default: '',
				placeholder: 'e.g. plan, credit, VIP',
				description: 'Properties of people that a public key may not set, separated by commas',
			},
			{
				displayName: 'Public Key: Records per Second',
				name: 'publicRate',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 1000,
				description: 'More than this in the long run is answered with 429; twenty times as much may come at once',
			},
			{
				displayName: 'Server Key: Records per Second',
				name: 'serverRate',
				type: 'number',
				typeOptions: { minValue: 1 },
				default: 20000,
				description: 'More than this in the long run is answered with 429; ten times as much may come at once',
			},
		],
	},
	storeParameter,
];
