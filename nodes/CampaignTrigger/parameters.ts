import type { INodeProperties } from 'n8n-workflow';

import { DEFAULT_BLOCK_SIZE } from '../../engine/campaigns/definition';
import { segmentParameters } from '../shared/segment-parameters';
import { storeParameter } from '../shared/store';

export const campaignTriggerProperties: INodeProperties[] = [
	{
		displayName: 'When',
		name: 'schedule',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Once, Now', value: 'now', description: 'One run, shortly after the workflow is published' },
			{ name: 'Once, at a Date and Time', value: 'at', description: 'One run, at a moment to come' },
		],
		default: 'now',
		description: 'When people are selected and the campaign goes out to them',
	},
	{
		displayName: 'Run Name',
		name: 'runName',
		type: 'string',
		noDataExpression: true,
		default: 'first',
		placeholder: 'e.g. spring 2',
		displayOptions: { show: { schedule: ['now'] } },
		description: 'A run goes out once. To send again, give a new name and publish. Publishing under the same name never sends twice.',
	},
	{
		displayName: 'Send At',
		name: 'sendAt',
		type: 'dateTime',
		noDataExpression: true,
		default: '',
		required: true,
		displayOptions: { show: { schedule: ['at'] } },
		description: "In the workflow's time zone",
	},
	...segmentParameters,
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
				description: 'People who are overdue by more, because n8n was down or the campaign unpublished, are not sent to',
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
	},
	storeParameter,
];
