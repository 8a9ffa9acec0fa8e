import type { INodeProperties } from 'n8n-workflow';

import { nameField } from '../../shared/name-fields';

/** These bring people in one by one, or at once: no moment that clocks could show. */
const WITHOUT_MOMENT = ['now', 'items', 'liveAction', 'liveInaction', 'liveDate'];

/** When messages may reach somebody: time zones, best time, cut-off, time to live. */
export const deliveryParameters: INodeProperties[] = [
	{
		displayName: 'Time Zone',
		name: 'timeZone',
		type: 'options',
		noDataExpression: true,
		displayOptions: { hide: { schedule: WITHOUT_MOMENT } },
		options: [
			{ name: "The Workflow's", value: 'account', description: 'Everybody at the same moment' },
			{
				name: "Each Person's",
				value: 'person',
				description: 'Everybody when their own clocks show the time: the run begins up to 26 hours before it does here. People without a time zone count in that of this n8n.',
			},
		],
		default: 'account',
		description: 'On whose clocks the time is read. Publish a day before, or people in the east are late for it.',
	},
	{
		displayName: 'Zones That Have Passed',
		name: 'passedZones',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { timeZone: ['person'] }, hide: { schedule: WITHOUT_MOMENT } },
		options: [
			{ name: 'Drop', value: 'drop', description: 'Their people are recorded as too late, and not sent to' },
			{ name: 'Deliver Next Day', value: 'next_day', description: 'At the same time of the next day' },
		],
		default: 'drop',
		description: 'What becomes of people in whose time zone the time had passed when the workflow was published',
	},
	{
		displayName: 'Delivery',
		name: 'delivery',
		type: 'collection',
		placeholder: 'Add Limit',
		default: {},
		options: [
			nameField({
				displayName: 'Best Time Event',
				name: 'bestTimeEvent',
				list: 'searchEventNames',
				description:
					'Sends to everybody at the start of the two hours of the day in which they did this event most often in the last 180 days, within a day from the start on their own clocks. Whoever did not do it is sent to when that day is over. Needs a date and time.',
			}),
			{
				displayName: 'Check Segment Again on Release',
				name: 'checkSegmentAgain',
				type: 'boolean',
				noDataExpression: true,
				default: false,
				description: 'Whether people who were held must still be in the segment when they go on',
			},
			{
				displayName: 'Cut-Off Time',
				name: 'cutOffTime',
				type: 'string',
				noDataExpression: true,
				default: '21:00',
				placeholder: 'e.g. 21:00',
				description: 'From then on until midnight no message is sent. On the clocks of "Time Zone".',
			},
			{
				displayName: 'Cut-Off: Then',
				name: 'cutOffThen',
				type: 'options',
				noDataExpression: true,
				options: [
					{ name: 'Pause Until After Midnight', value: 'pause', description: 'Whoever is left goes on as soon as the next day has begun' },
					{ name: 'Stop', value: 'stop', description: 'Whoever is left is not sent to' },
				],
				default: 'stop',
				description: 'What becomes of people who are still on their way at the cut-off time',
			},
			{
				displayName: 'Time to Live (Hours)',
				name: 'timeToLiveHours',
				type: 'number',
				typeOptions: { minValue: 0 },
				noDataExpression: true,
				default: 24,
				description: 'How long after somebody was due for the campaign they may still be sent to, however they were held',
			},
			{
				displayName: 'Time to Live Until',
				name: 'timeToLiveUntil',
				type: 'dateTime',
				noDataExpression: true,
				default: '',
				description: "From then on nobody is sent to. In the workflow's time zone.",
			},
		],
	},
];
