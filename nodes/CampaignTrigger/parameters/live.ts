import type { INodeProperties } from 'n8n-workflow';

import { nameField } from '../../shared/name-fields';
import { filterFields } from '../../shared/segment-event-fields';

type Shown = NonNullable<NonNullable<INodeProperties['displayOptions']>['show']>;

/** Values of "When" that are live campaigns; see parameters/schedule.ts. */
export const LIVE_SCHEDULES = ['liveAction', 'liveInaction', 'liveDate'];

const ACTION = { show: { schedule: ['liveAction'] } };
const INACTION = { show: { schedule: ['liveInaction'] } };
const ON_DATE = { show: { schedule: ['liveDate'] } };
const LIVE = { show: { schedule: LIVE_SCHEDULES } };

function amount(displayName: string, name: string, value: number, show: Shown, description?: string, least = 0): INodeProperties {
	return { displayName, name, type: 'number', typeOptions: { minValue: least }, noDataExpression: true, default: value, displayOptions: { show }, ...(description && { description }) };
}

function unit(displayName: string, name: string, value: string, show: Shown): INodeProperties {
	return {
		displayName, name, type: 'options', noDataExpression: true, default: value, displayOptions: { show },
			 
		options: [{ name: 'Minutes', value: 'minutes' }, { name: 'Hours', value: 'hours' }, { name: 'Days', value: 'days' }, { name: 'Weeks', value: 'weeks' }],
	};
}

function flag(displayName: string, name: string, description: string, displayOptions: INodeProperties['displayOptions']): INodeProperties {
	return { displayName, name, type: 'boolean', noDataExpression: true, default: false, displayOptions, description };
}

const events: INodeProperties = {
	displayName: 'When People Do',
	name: 'liveEvents',
	type: 'fixedCollection',
	placeholder: 'Add Event',
	typeOptions: { multipleValues: true, hideEmptyMessage: true },
	default: {},
	displayOptions: { show: { schedule: ['liveAction', 'liveInaction'] } },
	description: 'Any of up to ten events',
	options: [
		{
			displayName: 'Event',
			name: 'event',
			values: [nameField({ displayName: 'Event', name: 'event', list: 'searchEventNames', required: true }), filterFields],
		},
	],
};

const action: INodeProperties[] = [
	amount('Wait After the Event', 'liveDelay', 0, ACTION.show, 'People come this long after the event; 0: at once'),
	unit('Wait Unit', 'liveDelayUnit', 'minutes', ACTION.show),
	flag('Only the First Time', 'firstTimeOnly', 'Whether only people who do it for the first time ever come in', ACTION),
];

const inaction: INodeProperties[] = [
	nameField({ displayName: 'And Then Do Not Do', name: 'secondEvent', list: 'searchEventNames', required: true, displayOptions: INACTION, description: 'The event that ends the wait. Whoever does it in time does not come.' }),
	{ ...filterFields, name: 'secondFilters', displayOptions: INACTION },
	amount('Within', 'liveWithin', 30, INACTION.show, undefined, 1),
	unit('Within Unit', 'liveWithinUnit', 'minutes', INACTION.show),
	nameField({ displayName: 'With the Same', name: 'sameProperty', list: 'searchEventProperties', displayOptions: INACTION, description: 'Property of both events, such as the article: people wait for each of its values. Leave empty if any will do.' }),
	nameField({ displayName: 'Which the Second Event Calls', name: 'sameSecondProperty', list: 'searchEventProperties', displayOptions: INACTION, description: 'Leave empty if both events call it the same' }),
	flag('Begin the Wait Anew', 'restartWait', 'Whether doing the first event again begins the wait anew', INACTION),
];

const onDate: INodeProperties[] = [
	{
		displayName: 'Date Of',
		name: 'dateOf',
		type: 'options',
		noDataExpression: true,
		default: 'profile',
		displayOptions: ON_DATE,
		options: [
			{ name: 'Event', value: 'event', description: 'A date in a property of an event, such as a departure' },
			{ name: 'Person', value: 'profile', description: 'A date in a property of the person, such as a birthday' },
		],
	},
	nameField({ displayName: 'Event', name: 'dateEvent', list: 'searchEventNames', required: true, displayOptions: { show: { ...ON_DATE.show, dateOf: ['event'] } } }),
	{ ...filterFields, name: 'dateFilters', displayOptions: { show: { ...ON_DATE.show, dateOf: ['event'] } } },
	nameField({ displayName: 'Date Property', name: 'dateEventProperty', list: 'searchEventProperties', required: true, displayOptions: { show: { ...ON_DATE.show, dateOf: ['event'] } } }),
	nameField({ displayName: 'Date Property', name: 'dateProfileProperty', list: 'searchProfileProperties', required: true, displayOptions: { show: { ...ON_DATE.show, dateOf: ['profile'] } } }),
	{
		displayName: 'Reach People',
		name: 'dateDirection',
		type: 'options',
		noDataExpression: true,
		default: 'on',
		displayOptions: ON_DATE,
		 
		options: [{ name: 'Before the Date', value: 'before' }, { name: 'On the Date', value: 'on' }, { name: 'After the Date', value: 'after' }],
	},
	amount('By', 'dateOffset', 1, { ...ON_DATE.show, dateDirection: ['before', 'after'] }),
	unit('By Unit', 'dateOffsetUnit', 'days', { ...ON_DATE.show, dateDirection: ['before', 'after'] }),
	{
		displayName: 'Time of Day',
		name: 'dateTime',
		type: 'string',
		noDataExpression: true,
		default: '09:00',
		placeholder: 'e.g. 09:00',
		displayOptions: ON_DATE,
		description: "For dates without a time of day, on the person's clocks",
	},
	flag('Every Year', 'everyYear', 'Whether the date comes round every year, as birthdays do', ON_DATE),
];

const entering: INodeProperties[] = [
	{
		displayName: 'Let People In Again',
		name: 'reentry',
		type: 'options',
		noDataExpression: true,
		default: 'always',
		displayOptions: LIVE,
		 
		options: [
			{ name: 'Every Time', value: 'always' },
			{ name: 'Once in a Period', value: 'period' },
			{ name: 'Once per Person', value: 'once' },
		],
		description: 'Whether people who came in before come in once more',
	},
	amount('Period', 'reentryPeriod', 1, { ...LIVE.show, reentry: ['period'] }, undefined, 1),
	unit('Period Unit', 'reentryUnit', 'days', { ...LIVE.show, reentry: ['period'] }),
	{
		displayName: 'Live Options',
		name: 'liveOptions',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: LIVE,
		options: [
			{ displayName: 'End', name: 'to', type: 'dateTime', noDataExpression: true, default: '', description: "Nobody comes in after it. In the workflow's time zone." },
			{
				displayName: 'Oldest Event (Hours)',
				name: 'maxEventAgeHours',
				type: 'number',
				typeOptions: { minValue: 0 },
				noDataExpression: true,
				default: 24,
				description: 'Events that arrive later than this after they happened bring nobody in',
			},
			{ displayName: 'Start', name: 'from', type: 'dateTime', noDataExpression: true, default: '', description: "Nobody comes in before it. In the workflow's time zone." },
		],
	},
];

/** Which events bring people in: shown for live campaigns. */
export const liveParameters: INodeProperties[] = [events, ...action, ...inaction, ...onDate, ...entering];
