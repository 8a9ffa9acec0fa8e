import type { INodeProperties } from 'n8n-workflow';

import { storeParameter } from '../shared/store';

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Save', value: 'save', action: 'Save the settings', description: 'Replace what holds for all campaigns' },
		{ name: 'Show', value: 'show', action: 'Show the settings', description: 'Get what holds for all campaigns' },
	],
	default: 'show',
};

const show = { show: { operation: ['save'] } };

const channels: INodeProperties = {
	displayName: 'Channels',
	name: 'channels',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true },
	placeholder: 'Add Channel',
	default: {},
	displayOptions: show,
	description: 'Limits over all campaigns. A channel that is not named has none; 0 is no limit.',
	options: [
		{
			displayName: 'Channel',
			name: 'channel',
			values: [
				{
					displayName: 'Channel',
					name: 'channel',
					type: 'options',
					options: [
						{
							name: 'Email',
							value: 'email',
						},
						{
							name: 'Push',
							value: 'push',
						},
						{
							name: 'SMS',
							value: 'sms',
						},
						{
							name: 'Webhook',
							value: 'webhook',
						},
					],
					default: 'sms',
					description: 'Whose messages are limited',
				},
				{
					displayName: 'Minutes Between Messages',
					name: 'dwellMinutes',
					type: 'number',
					default: 0,
					description: 'Least time between two messages to one person: from 5 minutes to 7 days (10080)',
				},
				{
					displayName: 'Most Messages per 5 Minutes',
					name: 'mostPer5Minutes',
					type: 'number',
					default: 0,
					description: 'To everybody together. Messages beyond it wait for the next five minutes.',
				},
				{
					displayName: 'Most Messages to One Person',
					name: 'mostMessages',
					type: 'number',
					default: 0,
					description: 'In the number of days below',
				},
				{
					displayName: 'Number of Days',
					name: 'perDays',
					type: 'number',
					default: 1,
					description: 'Of 24 hours, back from each message, for the most messages to one person',
				},
			],
		},
	],
};

const controlGroups: INodeProperties[] = [
	{
		displayName: 'System Control Group (Percent)',
		name: 'systemControlPercent',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 5 },
		default: 0,
		displayOptions: show,
		description: 'From 2 to 5 percent of everybody, whom campaigns do not send to unless everybody must get them. 0 is nobody.',
	},
	{
		displayName: 'Custom Control Groups',
		name: 'customControlGroups',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		placeholder: 'Add Control Group',
		default: {},
		displayOptions: show,
		description: 'At most 10. A campaign names those that it does not send to.',
		options: [
			{
				displayName: 'Group',
				name: 'group',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', default: '', placeholder: 'e.g. Winter 2026', description: 'As campaigns name it' },
					{ displayName: 'Percent', name: 'percent', type: 'number', typeOptions: { minValue: 2, maxValue: 5 }, default: 5, description: 'From 2 to 5 percent of everybody' },
				],
			},
		],
	},
];

export const campaignSettingsProperties: INodeProperties[] = [operation, channels, ...controlGroups, storeParameter];
