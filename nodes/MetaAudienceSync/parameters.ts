import type { INodeProperties } from 'n8n-workflow';

import { credentialsHere } from '../shared/credentials-here';
import { audienceField, identifiersField, metaOptions } from '../shared/meta-parameters';
import { segmentParametersWhen } from '../shared/segment-parameters';
import { storeParameter } from '../shared/store';

const CREATE = { show: { operation: ['create'] } };
const WITH_SEGMENT = { operation: ['sync', 'replace'] };

const syncOptions: INodeProperties[] = [
	{
		displayName: 'Send for Real in Manual Runs',
		name: 'sendInManualRuns',
		type: 'boolean',
		default: false,
		description: 'Whether a run by hand changes the audience. Otherwise it says what it would do.',
	},
	{
		displayName: 'Wait for Meta (Minutes)',
		name: 'maxWaitMinutes',
		type: 'number',
		typeOptions: { minValue: 0, maxValue: 60 },
		noDataExpression: true,
		default: 10,
		description: 'How long to wait, each time, while Meta asks for a pause. After that the run fails; the next one does the rest.',
	},
];

export const metaAudienceSyncProperties: INodeProperties[] = [
	credentialsHere,
	{
		displayName: 'Operation',
		name: 'operation',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Create Audience', value: 'create', action: 'Create an audience', description: 'Make an empty customer list in the ad account' },
			{ name: 'Get Audience', value: 'get', action: 'Get an audience', description: 'Get what Meta says of an audience, and what was sent to it' },
			{ name: 'Replace With Segment', value: 'replace', action: 'Replace an audience with a segment', description: 'Replace everybody in the audience with the people of a segment, in one upload' },
			{ name: 'Sync With Segment', value: 'sync', action: 'Sync an audience with a segment', description: 'Send the difference to what was sent before: add who is new, remove who has left' },
		],
		default: 'sync',
	},
	{ displayName: 'Name', name: 'name', type: 'string', default: '', required: true, placeholder: 'e.g. VIP customers', displayOptions: CREATE, description: 'Every run makes another audience, also of a name that there is already' },
	{ displayName: 'Description', name: 'description', type: 'string', default: '', placeholder: 'e.g. Bought three times in a year', displayOptions: CREATE, description: 'Shown in the Audience Manager' },
	{
		displayName: 'Where the Data Come From',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Both', value: 'BOTH_USER_AND_PARTNER_PROVIDED' },
			{ name: 'From Partners', value: 'PARTNER_PROVIDED_ONLY', description: 'Such as agencies or data providers' },
			{ name: 'From the People Themselves', value: 'USER_PROVIDED_ONLY' },
		],
		default: 'USER_PROVIDED_ONLY',
		displayOptions: CREATE,
		description: 'What you state to Meta about the origin of the data (customer_file_source)',
	},
	audienceField({ show: { operation: ['sync', 'replace', 'get'] } }),
	...segmentParametersWhen(WITH_SEGMENT),
	identifiersField({ show: WITH_SEGMENT }),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		displayOptions: { show: WITH_SEGMENT },
		options: [...metaOptions, ...syncOptions].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	},
	storeParameter,
];
