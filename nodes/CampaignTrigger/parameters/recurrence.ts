import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { LAST, MOST_EVERY } from '../../../engine/campaigns/recurrence/recurrence';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'].map((name, index) => ({ name, value: index + 1 }));

const MONTH_DAYS: INodePropertyOptions[] = [
	...Array.from({ length: 31 }, (_, index) => ({ name: String(index + 1), value: index + 1 })),
	{ name: 'Last Day', value: LAST },
];

type Show = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

function showing(more: Show = {}): INodeProperties['displayOptions'] {
	return { show: { schedule: ['recurring'], ...more } };
}

/** How a campaign recurs: shown for "Recurring". */
export const recurrenceParameters: INodeProperties[] = [
	{
		displayName: 'Repeat By',
		name: 'repeatUnit',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Days', value: 'days' },
			{ name: 'Weeks', value: 'weeks' },
			{ name: 'Months', value: 'months' },
		],
		default: 'weeks',
		displayOptions: showing(),
	},
	{
		displayName: 'Every',
		name: 'repeatEvery',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: MOST_EVERY, numberPrecision: 0 },
		default: 1,
		displayOptions: showing(),
		description: 'Days, weeks (from Monday) or months from one to the next. The one in which the campaign is first published counts as the first.',
	},
	{
		displayName: 'On Weekdays',
		name: 'repeatWeekdays',
		type: 'multiOptions',
		noDataExpression: true,
		options: WEEKDAYS,
		default: [1],
		displayOptions: showing({ repeatUnit: ['weeks'] }),
	},
	{
		displayName: 'On',
		name: 'repeatMonthlyOn',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Days of the Month', value: 'days' },
			{ name: 'A Weekday of the Month', value: 'weekday', description: 'Such as the first Monday or the last Friday' },
		],
		default: 'days',
		displayOptions: showing({ repeatUnit: ['months'] }),
		description: 'Which days of a month it falls on. It never falls on the day on which it is published.',
	},
	{
		displayName: 'Days of the Month',
		name: 'repeatMonthDays',
		type: 'multiOptions',
		noDataExpression: true,
		options: MONTH_DAYS,
		default: [1],
		displayOptions: showing({ repeatUnit: ['months'], repeatMonthlyOn: ['days'] }),
	},
	{
		displayName: 'In Shorter Months',
		name: 'repeatShortMonths',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'On the Last Day', value: 'last_day' },
			{ name: 'Skip the Month', value: 'skip' },
		],
		default: 'last_day',
		displayOptions: showing({ repeatUnit: ['months'], repeatMonthlyOn: ['days'], repeatMonthDays: [29, 30, 31] }),
		description: 'What becomes of the 29th, 30th and 31st in months that do not have them',
	},
	{
		displayName: 'Which',
		name: 'repeatNth',
		type: 'options',
		noDataExpression: true,
		options: ['First', 'Second', 'Third', 'Fourth', 'Last'].map((name, index) => ({ name, value: name === 'Last' ? LAST : index + 1 })),
		default: 1,
		displayOptions: showing({ repeatUnit: ['months'], repeatMonthlyOn: ['weekday'] }),
	},
	{
		displayName: 'Weekday',
		name: 'repeatWeekday',
		type: 'options',
		noDataExpression: true,
		options: WEEKDAYS,
		default: 1,
		displayOptions: showing({ repeatUnit: ['months'], repeatMonthlyOn: ['weekday'] }),
	},
	{
		displayName: 'Time of Day',
		name: 'repeatTime',
		type: 'string',
		noDataExpression: true,
		placeholder: 'e.g. 09:00',
		default: '09:00',
		displayOptions: showing(),
		description: "HH:MM, in the workflow's time zone. A time that the clocks skip in spring is the first moment after, one that comes twice in autumn is the first.",
	},
	{
		displayName: 'Ends',
		name: 'repeatEnds',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'After a Number of Runs', value: 'after' },
			{ name: 'Never', value: 'never' },
			{ name: 'On a Date', value: 'on' },
		],
		default: 'never',
		displayOptions: showing(),
	},
	{
		displayName: 'Number of Runs',
		name: 'repeatRuns',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 10,
		displayOptions: showing({ repeatEnds: ['after'] }),
		description: 'Those that have gone out count; those that were missed or refused do not',
	},
	{
		displayName: 'Last Day',
		name: 'repeatLastDay',
		type: 'dateTime',
		noDataExpression: true,
		required: true,
		default: '',
		displayOptions: showing({ repeatEnds: ['on'] }),
		description: "The last day on which it may run, in the workflow's time zone. The time of day does not matter.",
	},
];
