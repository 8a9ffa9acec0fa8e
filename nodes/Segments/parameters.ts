import type { INodeProperties } from 'n8n-workflow';

import { referenceField } from '../shared/reference-fields';
import { segmentParametersWhen } from '../shared/segment-parameters';
import { storeParameter } from '../shared/store';

const SEGMENT = { resource: ['savedSegment'] };
const LIST = { resource: ['customList'] };

const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Saved Segment', value: 'savedSegment', description: 'A rule with a name, for use in every builder' },
		{ name: 'Custom List', value: 'customList', description: 'A fixed set of people' },
	],
	default: 'savedSegment',
};

const operations: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: SEGMENT },
		options: [
			{ name: 'Delete', value: 'delete', action: 'Delete a saved segment', description: 'Delete a segment that nothing uses any more' },
			{ name: 'Get', value: 'get', action: 'Get a saved segment', description: 'Get its sentence in words, its JSON rule, and who uses it' },
			{ name: 'Get Many', value: 'getAll', action: 'Get many saved segments', description: 'Get many saved segments, one item each' },
			{ name: 'Rename', value: 'rename', action: 'Rename a saved segment', description: 'Give it another name; whatever uses it goes on using it' },
			{ name: 'Save', value: 'save', action: 'Save a segment', description: 'Save a segment under a name, or change the one of that name' },
		],
		default: 'save',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: LIST },
		options: [
			{ name: 'Add People', value: 'addPeople', action: 'Add people to a custom list', description: 'Put people on a list, one per item or per line of a CSV file' },
			{ name: 'Clear', value: 'clear', action: 'Clear a custom list', description: 'Take everybody off a list' },
			{ name: 'Create', value: 'create', action: 'Create a custom list', description: 'Make an empty list; one that exists is left as it is' },
			{ name: 'Delete', value: 'delete', action: 'Delete a custom list', description: 'Delete a list that nothing uses any more. The people stay.' },
			{ name: 'Get Many', value: 'getAll', action: 'Get many custom lists', description: 'Get many lists and their sizes, one item each' },
			{ name: 'Get Members', value: 'getMembers', action: 'Get the members of a custom list', description: 'Get the people on a list, one item each' },
			{ name: 'Remove People', value: 'removePeople', action: 'Remove people from a custom list', description: 'Take people off a list, one per item or per line of a CSV file' },
			{ name: 'Rename', value: 'rename', action: 'Rename a custom list', description: 'Give it another name; whatever uses it goes on using it' },
		],
		default: 'addPeople',
	},
];

const SAVING = { ...SEGMENT, operation: ['save'] };

const saving: INodeProperties[] = [
	{ displayName: 'Name', name: 'name', type: 'string', default: '', required: true, placeholder: 'e.g. VIP', displayOptions: { show: SAVING }, description: 'A segment of this name is changed, else a new one is made' },
	...segmentParametersWhen(SAVING),
	{ displayName: 'Description', name: 'description', type: 'string', default: '', placeholder: 'e.g. Bought three times in a year', displayOptions: { show: SAVING }, description: 'For people who choose the segment. Empty: it stays as it is.' },
];

const CHANGING = { operation: ['rename', 'delete'] };

const references: INodeProperties[] = [
	referenceField({ displayName: 'Segment', name: 'segment', kind: 'segment', required: true, displayOptions: { show: { ...SEGMENT, operation: ['get', ...CHANGING.operation] } } }),
	referenceField({
		displayName: 'List',
		name: 'list',
		kind: 'list',
		required: true,
		displayOptions: { show: { ...LIST, operation: ['addPeople', 'removePeople', 'clear', 'getMembers', ...CHANGING.operation] } },
	}),
	{ displayName: 'Name', name: 'name', type: 'string', default: '', required: true, placeholder: 'e.g. Spring import', displayOptions: { show: { ...LIST, operation: ['create'] } } },
	{ displayName: 'New Name', name: 'newName', type: 'string', default: '', required: true, placeholder: 'e.g. Best customers', displayOptions: { show: { operation: ['rename'] } } },
	{
		displayName: 'Delete Even if Used by Workflows',
		name: 'evenIfUsed',
		type: 'boolean',
		default: false,
		displayOptions: { show: { operation: ['delete'] } },
		description: 'Whether to delete it although published workflows use it. Campaigns that are to select by it pause, other workflows fail. For workflows that are gone.',
	},
];

const PEOPLE = { ...LIST, operation: ['addPeople', 'removePeople'] };

const people: INodeProperties[] = [
	{
		displayName: 'People From',
		name: 'peopleFrom',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Items', value: 'items', description: 'One person per item' },
			{ name: 'CSV File', value: 'csv', description: 'One person per line of the file in a binary field of each item' },
		],
		default: 'items',
		displayOptions: { show: PEOPLE },
	},
	{
		displayName: 'User ID Field',
		name: 'idField',
		type: 'string',
		noDataExpression: true,
		default: 'id',
		placeholder: 'e.g. customer.number',
		displayOptions: { show: { ...PEOPLE, peopleFrom: ['items'] } },
		description: 'Name of the field of the items that holds the user ID. Items of this package have it in user.ID, which is found by itself.',
	},
	{ displayName: 'Binary Field', name: 'binaryField', type: 'string', noDataExpression: true, default: 'data', placeholder: 'e.g. data', displayOptions: { show: { ...PEOPLE, peopleFrom: ['csv'] } }, hint: 'The field of the item that holds the file' },
	{
		displayName: 'Column',
		name: 'column',
		type: 'string',
		noDataExpression: true,
		default: 'identity',
		placeholder: 'e.g. customer_number',
		displayOptions: { show: { ...PEOPLE, peopleFrom: ['csv'] } },
		description: 'Heading of the column with the user ID. A column called type, as in files for CleverTap, says what it is: i for a user ID, g for a device.',
	},
	{
		displayName: 'Delimiter',
		name: 'delimiter',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Comma', value: ',' },
			{ name: 'Semicolon', value: ';' },
			{ name: 'Tab', value: '\t' },
		],
		default: ',',
		displayOptions: { show: { ...PEOPLE, peopleFrom: ['csv'] } },
		description: 'What stands between the columns of the file',
	},
	{
		displayName: 'Create Unknown People',
		name: 'createUnknown',
		type: 'boolean',
		default: false,
		displayOptions: { show: { ...LIST, operation: ['addPeople'] } },
		description: 'Whether IDs that nobody has become people. Otherwise they are reported and left out.',
	},
	{ displayName: 'Return All', name: 'returnAll', type: 'boolean', default: false, displayOptions: { show: { ...LIST, operation: ['getMembers'] } }, description: 'Whether to return all results or only up to a given limit' },
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { ...LIST, operation: ['getMembers'], returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

export const segmentsProperties: INodeProperties[] = [resource, ...operations, ...references, ...saving, ...people, storeParameter];
