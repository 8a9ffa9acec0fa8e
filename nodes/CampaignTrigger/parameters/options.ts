import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_BLOCK_SIZE } from '../../../engine/campaigns/definition';

/** What the campaign is called, and how it runs. */
export const naming: INodeProperties[] = [
	{
		displayName: 'Campaign Name',
		name: 'campaignName',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'The name of the workflow',
		description: 'What reports and events call this campaign',
	},
	{
		displayName: 'Labels',
		name: 'labels',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. cart, spring',
		description: 'Separated by commas; recorded with every message',
	},
];

export const options: INodeProperties =
{
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	options: [
		{
			displayName: 'Maximum Lateness (Hours)',
			name: 'maxLatenessHours',
			type: 'number',
			typeOptions: { minValue: 0 },
			noDataExpression: true,
			default: 24,
			description: 'People who are overdue by more, because n8n was down or the campaign unpublished, are not sent to. At least a minute.',
		},
		{
			displayName: 'People per Batch',
			name: 'peoplePerBatch',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 5000, numberPrecision: 0 },
			noDataExpression: true,
			default: DEFAULT_BLOCK_SIZE,
			description: 'How many people travel in one execution',
		},
		{
			displayName: 'Wait Before Sending Now (Seconds)',
			name: 'waitSeconds',
			type: 'number',
			typeOptions: { minValue: 0, numberPrecision: 0 },
			noDataExpression: true,
			default: 60,
			description: 'Time in which a run that was published by mistake can be stopped by unpublishing',
		},
	],
};
