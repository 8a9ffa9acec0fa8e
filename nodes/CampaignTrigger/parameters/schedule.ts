import type { INodeProperties } from 'n8n-workflow';

import { recurrenceParameters } from './recurrence';

/** What makes runs, and when. */
export const scheduleParameters: INodeProperties[] = [
	{
		displayName: 'When',
		name: 'schedule',
		type: 'options',
		noDataExpression: true,
		// The simplest first.
		// eslint-disable-next-line n8n-nodes-base/node-param-options-type-unsorted-items
		options: [
			{ name: 'Once, Now', value: 'now', description: 'One run, shortly after the workflow is published' },
			{ name: 'Once, at a Date and Time', value: 'at', description: 'One run, at a moment to come' },
			{ name: 'On Several Dates', value: 'dates', description: 'One run at each of several moments' },
			{ name: 'Recurring', value: 'recurring', description: 'One run every so many days, weeks or months' },
			{ name: 'Live, Single Action', value: 'liveAction', description: 'Whenever people do something' },
			{ name: 'Live, Inaction Within Time', value: 'liveInaction', description: 'Whenever people do one thing and then not another' },
			{ name: 'Live, on a Date or Time', value: 'liveDate', description: 'Before, on or after a date of a person or of an event' },
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
		description: "In the workflow's time zone. Can be changed and published again until five minutes before.",
	},
	{
		displayName: 'Dates',
		name: 'sendDates',
		type: 'fixedCollection',
		placeholder: 'Add Date',
		typeOptions: { multipleValues: true, sortable: true },
		default: { date: [{ at: '' }] },
		displayOptions: { show: { schedule: ['dates'] } },
		description: "In the workflow's time zone. Each can be changed and published again until five minutes before; dates that have had their run may stay.",
		options: [
			{
				displayName: 'Date',
				name: 'date',
				values: [
					{
						displayName: 'Send At',
						name: 'at',
						type: 'dateTime',
						noDataExpression: true,
						default: '',
					},
				],
			},
		],
	},
	...recurrenceParameters,
];
