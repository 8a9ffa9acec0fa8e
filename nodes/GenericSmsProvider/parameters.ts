import type { INodeProperties } from 'n8n-workflow';
import { optionsParameter, paceOptions, priorityParameter } from '../shared/provider-parameters';

const TOKENS = 'In path, parameters, headers and body these words are replaced: $$To, $$Body, $$MessageID, $$CampaignID, $$TemplateID and $$TemplateVariables. Any other $$name takes its value from the key-value pairs of the SMS node.';

/** A list of name and value, both with replacements. */
function pairs(displayName: string, name: string, itemName: string, extra: Partial<INodeProperties>): INodeProperties {
	return {
		displayName,
		name,
		type: 'fixedCollection',
		noDataExpression: true,
		typeOptions: { multipleValues: true },
		placeholder: `Add ${itemName.toLowerCase()}`,
		default: {},
		options: [
			{
				displayName: itemName,
				name: 'pairs',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', noDataExpression: true, default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '' },
				],
			},
		],
		...extra,
	};
}

const withBody = ['POST', 'PUT', 'PATCH'];

export const genericParameters: INodeProperties[] = [
	{
		displayName: `Connect this node to the Providers input of an SMS node. ${TOKENS}`,
		name: 'notice',
		type: 'notice',
		default: '',
	},
	priorityParameter,
	{
		displayName: 'Method',
		name: 'method',
		type: 'options',
		noDataExpression: true,
		default: 'POST',
		options: ['GET', 'PATCH', 'POST', 'PUT'].map((method) => ({ name: method, value: method })),
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: '/v1/messages',
		description: 'Appended to the base URL of the credential. Replaced values are percent-encoded.',
	},
	pairs('Query Parameters', 'query', 'Parameter', {}),
	pairs('Headers', 'headers', 'Header', { description: 'Beside those of the credential' }),
	{
		displayName: 'Body',
		name: 'bodyType',
		type: 'options',
		noDataExpression: true,
		default: 'json',
		displayOptions: { show: { method: withBody } },
		options: [
			{ name: 'Form (URL Encoded)', value: 'form' },
			{ name: 'JSON', value: 'json' },
			{ name: 'None', value: 'none' },
			{ name: 'Raw', value: 'raw', description: 'Such as XML' },
		],
	},
	{
		displayName: 'JSON',
		name: 'json',
		type: 'string',
		noDataExpression: true,
		typeOptions: { rows: 6 },
		default: '{\n  "to": "$$To",\n  "text": "$$Body",\n  "reference": "$$MessageID"\n}',
		description: 'What the request says. Values are escaped inside strings.',
		displayOptions: { show: { method: withBody, bodyType: ['json'] } },
	},
	pairs('Form Fields', 'form', 'Field', { displayOptions: { show: { method: withBody, bodyType: ['form'] } } }),
	{
		displayName: 'Content Type',
		name: 'contentType',
		type: 'string',
		noDataExpression: true,
		default: 'application/xml',
		description: 'Also decides how values are escaped: for XML, JSON and forms accordingly, else not at all',
		displayOptions: { show: { method: withBody, bodyType: ['raw'] } },
	},
	{
		displayName: 'Raw Body',
		name: 'raw',
		type: 'string',
		noDataExpression: true,
		typeOptions: { rows: 6 },
		default: '',
		displayOptions: { show: { method: withBody, bodyType: ['raw'] } },
	},
	{
		displayName: 'Accepted When',
		name: 'acceptedWhen',
		type: 'options',
		noDataExpression: true,
		default: 'status',
		options: [
			{ name: 'The Status Is 2xx', value: 'status' },
			{ name: 'The Status Is 2xx and the Answer Says So', value: 'answer' },
		],
	},
	{
		displayName: 'Answer Field',
		name: 'answerPath',
		type: 'string',
		noDataExpression: true,
		default: 'status',
		placeholder: 'data.messages[0].status',
		required: true,
		description: 'Where the JSON of the answer says whether the message was accepted',
		displayOptions: { show: { acceptedWhen: ['answer'] } },
	},
	{
		displayName: 'Accepted Values',
		name: 'acceptedValues',
		type: 'string',
		noDataExpression: true,
		default: 'success',
		placeholder: 'success, queued',
		required: true,
		description: 'Separated by commas',
		displayOptions: { show: { acceptedWhen: ['answer'] } },
	},
	{
		displayName: 'Any Other Value Means',
		name: 'otherwise',
		type: 'options',
		noDataExpression: true,
		default: 'unknown',
		options: [
			{ name: 'Unknown', value: 'unknown', description: 'The message leaves by the Unknown output and is not sent again' },
			{ name: 'Not Accepted', value: 'refused', description: 'The next provider is asked. Choose it only if the accepted values are complete, else people get messages twice.' },
		],
		displayOptions: { show: { acceptedWhen: ['answer'] } },
	},
	optionsParameter([
		{
			displayName: 'Add Other Pairs',
			name: 'addOthers',
			type: 'boolean',
			default: true,
			description: 'Whether key-value pairs of the SMS node that no $$name stands for go out as well: in the body (of a request without one: in the query) and in the headers',
		},
		{
			displayName: 'Message ID Field',
			name: 'messageIdPath',
			type: 'string',
			default: 'id',
			placeholder: 'data.messages[0].reference',
			description: 'Where the JSON of the answer has the message ID of the provider',
		},
		{
			displayName: 'Not Accepted Statuses',
			name: 'refusedStatuses',
			type: 'string',
			default: '',
			placeholder: '500, 503',
			description: 'Statuses of 500 and above by which this provider says that it did not take the message, separated by commas. Others leave it unknown whether the message was sent.',
		},
		...paceOptions,
	]),
];
