import type { INodeProperties } from 'n8n-workflow';

import { storeParameter } from '../shared/store';

const TABLES = ['report', 'people', 'runs'];

const operation: INodeProperties = {
	displayName: 'Operation',
	name: 'operation',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'People of a Run', value: 'people', action: 'Get the people of a run', description: 'Everybody the run touched, with what became of them and why' },
		{ name: "Person's Story", value: 'story', action: 'Get the story of a person', description: 'Why one person did or did not get a campaign, step by step' },
		{ name: 'Report of a Run', value: 'report', action: 'Get the report of a run', description: 'How many qualified, were sent to, were not sent to and why, and converted' },
		{ name: 'Runs of a Campaign', value: 'runs', action: 'Get the runs of a campaign', description: 'When the campaign ran, and for how many people' },
	],
	default: 'report',
};

const campaign: INodeProperties[] = [
	{
		displayName: 'Campaign',
		name: 'campaignFrom',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: "This Workflow's", value: 'workflow' },
			{ name: 'Another', value: 'chosen' },
		],
		default: 'workflow',
		description: 'Whose runs are meant',
	},
	{
		displayName: 'Which Campaign',
		name: 'campaign',
		type: 'resourceLocator',
		required: true,
		default: { mode: 'list', value: '' },
		displayOptions: { show: { campaignFrom: ['chosen'] } },
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				placeholder: 'Choose a campaign',
				typeOptions: { searchListMethod: 'searchCampaigns', searchable: true, skipCredentialsCheckInRLC: true },
			},
			{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. the campaign.id of an item' },
		],
	},
];

const run: INodeProperties[] = [
	{
		displayName: 'Run',
		name: 'runFrom',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All', value: 'all', description: 'Every run of the campaign, the latest first' },
			{ name: 'By Number', value: 'number' },
			{ name: 'Latest', value: 'latest' },
			{ name: "The Item's, Else the Latest", value: 'item', description: 'The run that the item is about, as after "Run finished" of the Campaign Trigger; of another campaign its latest, unless the item is about one of its runs' },
		],
		default: 'item',
		displayOptions: { hide: { operation: ['runs'] } },
	},
	{
		displayName: 'Run Number',
		name: 'run',
		type: 'number',
		required: true,
		typeOptions: { minValue: 1, numberPrecision: 0 },
		default: 1,
		displayOptions: { show: { runFrom: ['number'] }, hide: { operation: ['runs'] } },
	},
	{
		displayName: 'User ID',
		name: 'userId',
		type: 'string',
		required: true,
		default: '={{ $json.user.id }}',
		displayOptions: { show: { operation: ['story'] } },
		description: 'Of the person whose story is wanted',
	},
];

const limits: INodeProperties[] = [
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: { show: { operation: ['people', 'runs'] } },
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { operation: ['people', 'runs'], returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

const file: INodeProperties[] = [
	{
		displayName: 'Output',
		name: 'output',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'CSV File', value: 'csv', description: 'One item with a file, to attach or to store; also for very many people' },
			{ name: 'Items', value: 'items' },
		],
		default: 'items',
		displayOptions: { show: { operation: TABLES } },
	},
	{
		displayName: 'Put File in Field',
		name: 'binaryField',
		type: 'string',
		required: true,
		default: 'data',
		displayOptions: { show: { operation: TABLES, output: ['csv'] } },
		hint: 'The name of the output binary field to put the file in',
	},
];

export const campaignReportProperties: INodeProperties[] = [operation, ...campaign, ...run, ...limits, ...file, storeParameter];
