import type { INodeProperties } from 'n8n-workflow';

import { nameField } from '../shared/name-fields';
import { segmentParametersWhen } from '../shared/segment-parameters';
import { storeParameter } from '../shared/store';

const UPSERT = { operation: ['upsert'] };
const TRACK = { operation: ['track'] };
const IMPORT = { operation: ['upsert', 'track'] };
const ONE = { operation: ['get', 'erase'] };
const SEGMENT = { operation: ['find', 'reach', 'breakdown'] };
const FIND = { operation: ['find'] };
const BREAKDOWN = { operation: ['breakdown'] };

/** The name of a field of the items: read as it stands, so that a table of many rows needs no expression per row. */
function field(name: string, displayName: string, preset: string, description: string): INodeProperties {
	return { displayName, name, type: 'string', noDataExpression: true, default: preset, placeholder: 'e.g. customer.email', description };
}

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Break Down', value: 'breakdown', action: 'Break down a segment by a property', description: 'Count the people of a segment by the values of a property, as items or as a chart' },
		{ name: 'Create or Update', value: 'upsert', action: 'Upsert people', description: 'Create a new record, or update the current one if it already exists (upsert)' },
		{ name: 'Erase', value: 'erase', action: 'Erase a person', description: 'Delete everything that says who a person is, and their events, for good' },
		{ name: 'Estimate Reach', value: 'reach', action: 'Estimate the reach of a segment', description: 'Count the people of a segment, and how many each channel reaches' },
		{ name: 'Find', value: 'find', action: 'Find people by segment', description: 'Get the people of a segment, one item each' },
		{ name: 'Get', value: 'get', action: 'Get a person with their activity', description: 'Get what is known of a person, and their latest events' },
		{ name: 'Track Events', value: 'track', action: 'Track events', description: 'Store one event per item' },
	],
	default: 'upsert',
};

const ids: INodeProperties[] = [
	{ ...field('userIdField', 'User ID Field', 'id', 'Name of the field of the items that holds the user ID'), displayOptions: { show: IMPORT } },
	{
		displayName: 'Event Name',
		name: 'eventName',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. Charged',
		description: 'What happened, the same for all items. Leave empty to take it from a field.',
		displayOptions: { show: TRACK },
	},
	{
		...field('eventNameField', 'Event Name Field', 'event', 'Name of the field of the items that holds the name of the event'),
		displayOptions: { show: { ...TRACK, eventName: [''] } },
	},
	{ ...field('timeField', 'Time Field', 'ts', 'Name of the field that holds when it happened: ISO 8601, or epoch milliseconds. Without a value: now.'), displayOptions: { show: TRACK } },
];

const properties: INodeProperties[] = [
	{
		displayName: 'Properties',
		name: 'propertiesFrom',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All Other Fields', value: 'rest', description: 'Every field of the item that means nothing else' },
			{ name: 'An Object in One Field', value: 'object' },
			{ name: 'None', value: 'none' },
			{ name: 'Only These Fields', value: 'list' },
		],
		default: 'rest',
		displayOptions: { show: IMPORT },
	},
	{ ...field('propertiesField', 'Properties Field', 'properties', 'Name of the field that holds an object with all properties'), displayOptions: { show: { ...IMPORT, propertiesFrom: ['object'] } } },
	{
		displayName: 'Property Fields',
		name: 'propertyFields',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. city, plan, age',
		description: 'Names of fields, separated by commas',
		displayOptions: { show: { ...IMPORT, propertiesFrom: ['list'] } },
	},
];

const historical: INodeProperties = {
	displayName: 'Historical Import',
	name: 'historical',
	type: 'boolean',
	default: true,
	description: 'Whether these events only tell what was. Events of a historical import never start a live campaign.',
	displayOptions: { show: TRACK },
};

const anonymousIdField = field('anonymousIdField', 'Anonymous ID Field', '', 'Name of the field that holds the ID of a device or visitor');

const upsertOptions: INodeProperties = {
	displayName: 'Options',
	name: 'upsertOptions',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	displayOptions: { show: UPSERT },
	options: [
		anonymousIdField,
		{
			displayName: 'Empty Fields',
			name: 'blanks',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'Leave What Is Known', value: 'keep' },
				{ name: 'Remove What Is Known', value: 'remove' },
			],
			default: 'keep',
			description: 'What an empty field of an item means',
		},
		field('emailField', 'Email Field', 'email', 'Name of the field that holds the email address'),
		{
			displayName: 'Emails Identify People',
			name: 'identifyByEmail',
			type: 'boolean',
			default: false,
			description: 'Whether an email address names a person as a user ID does; items may then have an email address and no user ID',
		},
		field('optedOutField', 'Opt-Out Field', 'optedOut', 'Name of the field that holds an object such as { "SMS": true } in lower-case letters, for those who want no messages of a channel'),
		field('phoneField', 'Phone Field', 'phone', 'Name of the field that holds the phone number'),
		field('timeField', 'Time Field', '', 'Name of the field that says as of when this is true; of two statements the newer wins. Without it: now.'),
		field('timezoneField', 'Time Zone Field', 'timezone', 'Name of the field that holds the IANA time zone'),
	],
};

const trackOptions: INodeProperties = {
	displayName: 'Options',
	name: 'trackOptions',
	type: 'collection',
	placeholder: 'Add Option',
	default: {},
	displayOptions: { show: TRACK },
	options: [
		anonymousIdField,
		field('messageIdField', 'Message ID Field', '', 'Name of the field that holds an ID of the event itself: the same one is stored once, however often it is sent'),
	],
};

const one: INodeProperties[] = [
	{
		displayName: 'Person By',
		name: 'by',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Anonymous ID', value: 'anonymousId' },
			{ name: 'Email', value: 'email' },
			{ name: 'User ID', value: 'id' },
		],
		default: 'id',
		displayOptions: { show: ONE },
	},
	{
		displayName: 'Value',
		name: 'value',
		type: 'string',
		required: true,
		default: '',
		placeholder: 'e.g. {{ $json.customer }}',
		displayOptions: { show: ONE },
	},
	{
		displayName: 'Events',
		name: 'events',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 1000 },
		default: 20,
		description: 'How many of the latest events to get',
		displayOptions: { show: { operation: ['get'] } },
	},
];

const many: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		description: 'Whether to return all results or only up to a given limit',
		displayOptions: { show: FIND },
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		description: 'Max number of results to return',
		displayOptions: { show: { ...FIND, returnAll: [false] } },
	},
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Items', value: 'items', description: 'One item per person' },
			{ name: 'CSV File', value: 'csv', description: 'One item with a file; for very many people' },
		],
		default: 'items',
		displayOptions: { show: FIND },
	},
	{
		displayName: 'Contents',
		name: 'contents',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Whole Profiles', value: 'profiles' },
			{ name: 'IDs Only', value: 'ids' },
		],
		default: 'profiles',
		displayOptions: { show: { ...FIND, output: ['items'] } },
	},
	{
		displayName: 'Columns',
		name: 'columns',
		type: 'string',
		noDataExpression: true,
		default: 'id, email, phone, timezone',
		placeholder: 'e.g. email, city, plan',
		description: 'Fields and properties of people, separated by commas; also reachable.email, optedOut.sms and the like',
		displayOptions: { show: { ...FIND, output: ['csv'] } },
	},
];

const breakdown: INodeProperties[] = [
	nameField({ displayName: 'Property', name: 'property', list: 'searchProfileProperties', required: true, displayOptions: { show: BREAKDOWN } }),
	{
		displayName: 'Chart',
		name: 'chart',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'HTML Page', value: 'html' },
			{ name: 'No Chart', value: 'none', description: 'One item per value' },
			{ name: 'PNG Picture', value: 'png' },
			{ name: 'SVG Picture', value: 'svg' },
		],
		default: 'none',
		displayOptions: { show: BREAKDOWN },
	},
	{
		displayName: 'Values',
		name: 'rows',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 40 },
		default: 20,
		displayOptions: { show: BREAKDOWN },
		description: 'How many values at most; the others are put together. More different numbers become ranges, dates become months or years.',
	},
];

export const peopleProperties: INodeProperties[] = [
	operation,
	...ids,
	...properties,
	historical,
	upsertOptions,
	trackOptions,
	...one,
	...segmentParametersWhen(SEGMENT),
	...many,
	...breakdown,
	storeParameter,
];
