import type { INodeProperties } from 'n8n-workflow';

import { credentialsHere } from '../shared/credentials-here';
import { nameField } from '../shared/name-fields';
import { paceOptionsWith } from '../shared/provider-parameters';
import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';

const TRACK = { show: { calls: ['track', 'both'] } };

/** Entries of the Options collection that are Segment's own. */
const segmentOptions: INodeProperties[] = [
	{
		displayName: 'Context (JSON)',
		name: 'context',
		type: 'string',
		typeOptions: { rows: 3 },
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. { "locale": "{{ Profile.locale | default: "en-US" }}" }',
		description: 'Added to the context of every call. Liquid within JSON; values are escaped.',
	},
	{
		displayName: 'Destinations (JSON)',
		name: 'integrations',
		type: 'string',
		typeOptions: { rows: 3 },
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. { "All": false, "Mixpanel": true }',
		description: 'Which destinations Segment hands the calls on to. Not set: all.',
	},
	{
		displayName: 'Time of the Calls',
		name: 'timestamp',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Now', value: 'now', description: 'When the message is written' },
			{ name: 'Of the Event', value: 'event', description: 'When the event happened that brought the person in; now where there is none' },
		],
		default: 'now',
		description: 'What Segment records as the time of the calls',
	},
	...paceOptionsWith({ retries: { default: 2, description: 'How often a call is repeated after a passing refusal, and when it was not answered: Segment recognizes a repetition by its message ID' } }),
];

function pairs(displayName: string, name: string, description: string, displayOptions: INodeProperties['displayOptions']): INodeProperties {
	return {
		displayName,
		name,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		noDataExpression: true,
		placeholder: 'Add Pair',
		default: {},
		displayOptions,
		description,
		options: [
			{
				displayName: 'Pair',
				name: 'pair',
				values: [
					{ displayName: 'Key', name: 'key', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. plan' },
					{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. {{ Profile.plan | default: "free" }}', description: 'Liquid. A pair whose value is empty is left out.' },
					{
						displayName: 'Send As',
						name: 'type',
						type: 'options',
						noDataExpression: true,
						options: [
							{ name: 'JSON', value: 'json', description: 'A list, an object, true or false' },
							{ name: 'Number', value: 'number' },
							{ name: 'Text', value: 'text' },
						],
						default: 'text',
					},
				],
			},
		],
	};
}

export const segmentExportProperties: INodeProperties[] = [
	credentialsHere,
	{
		displayName: 'Calls',
		name: 'calls',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Identify', value: 'identify', description: 'Say who the person is, with traits' },
			{ name: 'Identify and Track', value: 'both' },
			{ name: 'Track', value: 'track', description: 'Say that something happened to the person' },
		],
		default: 'identify',
		description: 'What Segment is told of each person. It counts as one message either way.',
	},
	{
		displayName: 'Profile Attributes',
		name: 'attributes',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All', value: 'all', description: 'Every property, email, phone and time zone' },
			{ name: 'Chosen Ones', value: 'chosen' },
			{ name: 'None', value: 'none' },
		],
		default: 'chosen',
		description: 'What is known of the person goes out as traits: of the identify call, or as context.traits of the track call where there is no other',
	},
	{
		displayName: 'Attributes',
		name: 'chosen',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		noDataExpression: true,
		placeholder: 'Add Attribute',
		default: {},
		displayOptions: { show: { attributes: ['chosen'] } },
		description: 'What a person does not have is left out',
		options: [
			{
				displayName: 'Attribute',
				name: 'attribute',
				values: [
					nameField({ displayName: 'Property', name: 'property', list: 'searchProfileProperties' }),
					{ displayName: 'Send As', name: 'name', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. first_name', description: 'Name of the trait. Empty: that of the property.' },
				],
			},
		],
	},
	{
		displayName: 'Push Tokens',
		name: 'tokens',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All Devices', value: 'all', description: 'The last active one as context.device, and all in the trait pushTokens' },
			{ name: 'Last Active Device', value: 'lastActive', description: 'As context.device' },
			{ name: 'None', value: 'none' },
		],
		default: 'none',
		description: 'Whether Segment gets the addresses of the devices of a person',
	},
	pairs('Further Traits', 'traits', 'Own key-value pairs of the identify call', { show: { calls: ['identify', 'both'] } }),
	{
		displayName: 'Event',
		name: 'event',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. Winter Sale Sent, or {{ Event.name }}',
		displayOptions: TRACK,
		description: 'Name of the event of the track call. Liquid: {{ Event.name }} is that of the event that brought the person in.',
	},
	{
		displayName: 'With the Properties of the Event',
		name: 'eventProperties',
		type: 'boolean',
		noDataExpression: true,
		default: true,
		displayOptions: TRACK,
		description: 'Whether the track call carries the properties of the event that brought the person in, where there is one',
	},
	pairs('Properties', 'properties', 'Own key-value pairs of the track call', TRACK),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...segmentOptions, ...senderOptions].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	},
	storeParameter,
];
