import type { INodeProperties } from 'n8n-workflow';

import { storeParameter } from '../shared/store';

const CAMPAIGN = { resource: ['campaign'] };
const UNKNOWN = { resource: ['unknownMessage'] };
const REMOVED = { resource: ['removedNode'] };

const resource: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: [
		{ name: 'Campaign', value: 'campaign' },
		{ name: 'Removed Node', value: 'removedNode', description: 'A node that people still wait at and that is no longer in the published workflow' },
		{ name: 'Unknown Message', value: 'unknownMessage', description: 'A message of which nobody can tell whether it was delivered' },
	],
	default: 'campaign',
};

const operations: INodeProperties[] = [
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: CAMPAIGN },
		options: [
			{ name: 'Add People', value: 'addPeople', action: 'Add people to a campaign', description: 'Hand people in, one per item, to a campaign that takes them' },
			{ name: 'Get Status', value: 'status', action: 'Get the status of a campaign', description: 'What it does now, how far its runs are, and what waits for a decision' },
			{ name: 'Pause', value: 'pause', action: 'Pause a campaign', description: 'Release nobody until it is resumed or published' },
			{ name: 'Resume', value: 'resume', action: 'Resume a campaign', description: 'Go on where a paused campaign stands' },
			{ name: 'Start New Run', value: 'newRun', action: 'Start a new run of a campaign', description: 'Send a completed "Once, Now" campaign again, to whoever is in its segment then' },
			{ name: 'Stop', value: 'stop', action: 'Stop a campaign', description: 'End its runs for good: whoever waits is not sent to' },
		],
		default: 'status',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: UNKNOWN },
		options: [
			{ name: 'Get Many', value: 'getAll', action: 'Get many unknown messages', description: 'Those that nobody has decided about, one item each' },
			{ name: 'Leave as They Are', value: 'leave', action: 'Leave unknown messages as they are', description: 'Accept that nobody knows: they are listed no more' },
			{ name: 'Send Again', value: 'sendAgain', action: 'Send unknown messages again', description: 'Their sender sends them again. Somebody may get one twice.' },
		],
		default: 'getAll',
	},
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: REMOVED },
		options: [
			{ name: 'Drop People', value: 'drop', action: 'Drop people at a removed node', description: 'End whoever waits there, with the reason that the workflow was deleted' },
			{ name: 'Get Many', value: 'getAll', action: 'Get many removed nodes', description: 'Nodes that are gone and people who wait at them, one item each' },
			{ name: 'Release People', value: 'release', action: 'Release people at a removed node', description: 'Let whoever waits there go. No node comes after it, so they leave the workflow.' },
		],
		default: 'getAll',
	},
];

const campaign: INodeProperties = {
	displayName: 'Campaign',
	name: 'campaign',
	type: 'resourceLocator',
	required: true,
	default: { mode: 'list', value: '' },
	displayOptions: { show: CAMPAIGN },
	description: 'Campaigns are known once their workflow was published',
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
};

const ofCampaign: INodeProperties[] = [
	{
		displayName: 'Stop',
		name: 'stopWhat',
		type: 'options',
		noDataExpression: true,
		displayOptions: { show: { ...CAMPAIGN, operation: ['stop'] } },
		options: [
			{ name: 'The Campaign', value: 'campaign', description: 'All its runs that are scheduled or running; no other comes until it is published or started anew' },
			{ name: 'One Run', value: 'run' },
		],
		default: 'campaign',
		description: 'What is to end. What is being sent at that moment is seen to its end.',
	},
	{
		displayName: 'Run Number',
		name: 'run',
		type: 'number',
		required: true,
		typeOptions: { minValue: 1, numberPrecision: 0 },
		displayOptions: { show: { ...CAMPAIGN, operation: ['stop'], stopWhat: ['run'] } },
		default: 1,
		description: 'As the status says',
	},
	{
		displayName: 'Reason',
		name: 'reason',
		type: 'string',
		displayOptions: { show: { ...CAMPAIGN, operation: ['pause'] } },
		default: '',
		placeholder: 'e.g. the offer has a mistake',
		description: 'What status, report and Alert say about the pause',
	},
	{
		displayName: 'User ID',
		name: 'userId',
		type: 'string',
		required: true,
		displayOptions: { show: { ...CAMPAIGN, operation: ['addPeople'] } },
		default: '={{ $json.user?.id ?? $json.id }}',
		description: 'Of the person to add. Other fields of the item come out of the Campaign Trigger with them, up to 16 KB.',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		displayOptions: { show: { ...CAMPAIGN, operation: ['addPeople'] } },
		default: {},
		options: [
			{
				displayName: 'Add for Real in Manual Runs',
				name: 'addInManualRuns',
				type: 'boolean',
				noDataExpression: true,
				default: true,
				description: 'Whether a run by hand adds people, who are then sent to for real',
			},
			{
				displayName: 'Let People In Again',
				name: 'reentry',
				type: 'boolean',
				noDataExpression: true,
				default: true,
				description: 'Whether people who are in the run already come in once more. A retry of the same execution adds nobody twice.',
			},
		],
	},
];

const ofOthers: INodeProperties[] = [
	{
		displayName: 'Message Number',
		name: 'message',
		type: 'number',
		required: true,
		typeOptions: { minValue: 1, numberPrecision: 0 },
		displayOptions: { show: { ...UNKNOWN, operation: ['leave', 'sendAgain'] } },
		// An expression that gives a number.
		// eslint-disable-next-line n8n-nodes-base/node-param-default-wrong-for-number
		default: '={{ $json.message }}',
		description: 'Of the unknown message, as "Get Many" puts it out',
	},
	{
		displayName: 'Node Number',
		name: 'node',
		type: 'number',
		required: true,
		typeOptions: { minValue: 1, numberPrecision: 0 },
		displayOptions: { show: { ...REMOVED, operation: ['drop', 'release'] } },
		// An expression that gives a number.
		// eslint-disable-next-line n8n-nodes-base/node-param-default-wrong-for-number
		default: '={{ $json.node }}',
		description: 'Of the removed node, as "Get Many" puts it out',
	},
	{
		displayName: 'Return All',
		name: 'returnAll',
		type: 'boolean',
		default: false,
		displayOptions: { show: { ...UNKNOWN, operation: ['getAll'] } },
		description: 'Whether to return all results or only up to a given limit',
	},
	{
		displayName: 'Limit',
		name: 'limit',
		type: 'number',
		typeOptions: { minValue: 1 },
		default: 50,
		displayOptions: { show: { ...UNKNOWN, operation: ['getAll'], returnAll: [false] } },
		description: 'Max number of results to return',
	},
];

export const campaignControlProperties: INodeProperties[] = [
	resource,
	...operations,
	campaign,
	{ ...campaign, displayOptions: { show: { resource: ['unknownMessage', 'removedNode'], operation: ['getAll'] } } },
	...ofCampaign,
	...ofOthers,
	storeParameter,
];
