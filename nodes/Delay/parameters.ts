import type { INodeProperties } from 'n8n-workflow';

import { nameField } from '../shared/name-fields';
import { filterFields } from '../shared/segment-event-fields';
import { storeParameter } from '../shared/store';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

function when(...waitFor: string[]) {
	return { show: { waitFor } };
}

function lengthFields(displayName: string, name: string, unit: string, waitFor: string, description: string): INodeProperties[] {
	return [
		{
			displayName,
			name,
			type: 'number',
			typeOptions: { minValue: 0 },
			noDataExpression: true,
			displayOptions: when(waitFor),
			default: 1,
			description,
		},
		{
			displayName: 'Unit',
			name: unit,
			type: 'options',
			noDataExpression: true,
			displayOptions: when(waitFor),
			// By length, as people think of them.
			options: [
				{ name: 'Minutes', value: 'minutes' },
				{ name: 'Hours', value: 'hours' },
				{ name: 'Days', value: 'days', description: 'Of 24 hours' },
				{ name: 'Weeks', value: 'weeks' },
			],
			default: 'days',
		},
	];
}

export const delayProperties: INodeProperties[] = [
	{
		displayName: 'Hold People',
		name: 'waitFor',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'For a Time', value: 'time', description: 'So many minutes, hours, days or weeks from when they come here' },
			{ name: 'Until a Local Time of Day', value: 'timeOfDay', description: 'The next time clocks show it, on some days of the week or on all' },
			{ name: 'Until an Event or a Time-Out', value: 'event', description: 'They leave by Happened as soon as they did something, by Timed Out if they did not' },
		],
		default: 'time',
		description: 'How long people stay here before they go on. The outputs of the node depend on it.',
	},
	...lengthFields('Wait', 'amount', 'unit', 'time', 'Counted from when the person comes to this node'),
	{
		displayName: 'Time of Day',
		name: 'timeOfDay',
		type: 'string',
		noDataExpression: true,
		displayOptions: when('timeOfDay'),
		placeholder: 'e.g. 09:00',
		default: '09:00',
		description: 'A time that clocks skip in spring is the first moment after the gap; one that comes twice in autumn is its first occurrence',
	},
	{
		displayName: 'On These Days',
		name: 'days',
		type: 'multiOptions',
		noDataExpression: true,
		displayOptions: when('timeOfDay'),
		options: WEEKDAYS.map((name, index) => ({ name, value: index + 1 })),
		default: [1, 2, 3, 4, 5, 6, 7],
		description: 'Days of the week on which the time counts',
	},
	{
		displayName: 'Time Zone',
		name: 'zone',
		type: 'options',
		noDataExpression: true,
		displayOptions: when('timeOfDay'),
		options: [
			{ name: "Person's, Else the Account's", value: 'person' },
			{ name: "Account's", value: 'account', description: 'N8N_CAMPAIGNS_TIMEZONE, else GENERIC_TIMEZONE of this n8n, else UTC' },
		],
		default: 'person',
		description: 'Whose clock the time is read on',
	},
	nameField({
		displayName: 'Event',
		name: 'event',
		list: 'searchEventNames',
		required: true,
		displayOptions: when('event'),
		description: 'What people may do meanwhile. It counts when it happens after they came to this node.',
	}),
	{ ...filterFields, displayOptions: when('event') },
	...lengthFields('At Most', 'timeoutAmount', 'timeoutUnit', 'event', 'How long the event is waited for, from when the person comes to this node'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [
			{
				displayName: 'Take Out People Who Have Converted',
				name: 'takeOutConverted',
				type: 'boolean',
				noDataExpression: true,
				default: true,
				description: 'Whether people who did what a Goal of this workflow wants since they qualified leave by Dropped. Looked at when they come out.',
			},
			{
				displayName: 'Take Out People Who Left the Segment',
				name: 'takeOutLeft',
				type: 'boolean',
				noDataExpression: true,
				default: true,
				description: "Whether people who are no longer in the campaign's segment leave by Dropped. Looked at when they come out.",
			},
		],
	},
	storeParameter,
];
