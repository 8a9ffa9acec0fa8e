import type { INodeProperties } from 'n8n-workflow';

import { nameField } from '../shared/name-fields';
import { filterFields } from '../shared/segment-event-fields';
import { storeParameter } from '../shared/store';

export const goalProperties: INodeProperties[] = [
	{
		displayName: 'The goal counts wherever it stands in the workflow, from when that is published. People pass it unchanged.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	nameField({
		displayName: 'Event',
		name: 'event',
		list: 'searchEventNames',
		required: true,
		description: 'What people are to do, for example buy something',
	}),
	filterFields,
	nameField({
		displayName: 'Revenue Property',
		name: 'revenueProperty',
		list: 'searchEventProperties',
		description: 'Property of the event that says what it is worth. The report adds it up. Leave empty for goals without revenue.',
	}),
	{
		displayName: 'Conversion Time',
		name: 'windowAmount',
		type: 'number',
		typeOptions: { minValue: 1 },
		noDataExpression: true,
		default: 3,
		description: 'How long after a message the event counts: from one minute to five months',
	},
	{
		displayName: 'Conversion Time Unit',
		name: 'windowUnit',
		type: 'options',
		noDataExpression: true,
		// By length, as people think of them.
		// eslint-disable-next-line n8n-nodes-base/node-param-options-type-unsorted-items
		options: [
			{ name: 'Minutes', value: 'minutes' },
			{ name: 'Hours', value: 'hours' },
			{ name: 'Days', value: 'days' },
			{ name: 'Weeks', value: 'weeks' },
			{ name: 'Months', value: 'months', description: 'Of 30 days' },
		],
		default: 'days',
	},
	storeParameter,
];
