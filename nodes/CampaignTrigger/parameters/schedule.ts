import type { INodeProperties } from 'n8n-workflow';

/** What makes runs, and when. */
export const scheduleParameters: INodeProperties[] = [
	{
		displayName: 'When',
		name: 'schedule',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Once, Now', value: 'now', description: 'One run, shortly after the workflow is published' },
			{ name: 'Once, at a Date and Time', value: 'at', description: 'One run, at a moment to come' },
			{ name: 'When People Are Added', value: 'items', description: 'Items of any workflow hand people in, by "Add People" of the Campaign Control node' },
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
];
