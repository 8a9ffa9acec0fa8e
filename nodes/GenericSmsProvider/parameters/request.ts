import type { INodeProperties } from 'n8n-workflow';

import { pairs } from '../../shared/pairs-parameter';

/** Where the operator describes the request in fields. */
const FROM_FIELDS = { show: { setUpFrom: ['fields'] } };

/** Methods whose requests have a body. */
export const WITH_BODY = ['POST', 'PUT', 'PATCH'];

/** Where the request comes from: a curl command, or what makes it, up to a JSON body. */
export const requestParameters: INodeProperties[] = [
	{
		displayName: 'Set Up From',
		name: 'setUpFrom',
		type: 'options',
		noDataExpression: true,
		default: 'fields',
		options: [
			{ name: 'A Curl Command', value: 'curl', description: 'As the documentation of the gateway shows it' },
			{ name: 'Fields', value: 'fields' },
		],
		description: 'Where the node has the request from',
	},
	{
		displayName: 'Curl Command',
		name: 'curl',
		type: 'string',
		noDataExpression: true,
		typeOptions: { rows: 8 },
		default: '',
		required: true,
		placeholder: 'e.g. curl https://gateway.example.com/messages --json \'{ "to": "$$To", "text": "$$Body" }\'',
		description: 'Write $$To and $$Body where number and text stand. Its host must be that of the credential, and what signs in belongs there: user, password, keys and Authorization are refused here. Redirects are not followed.',
		displayOptions: { show: { setUpFrom: ['curl'] } },
	},
	{
		displayName: 'Method',
		name: 'method',
		type: 'options',
		noDataExpression: true,
		default: 'POST',
		options: ['GET', 'PATCH', 'POST', 'PUT'].map((method) => ({ name: method, value: method })),
		displayOptions: FROM_FIELDS,
	},
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. /v1/messages',
		description: 'Appended to the base URL of the credential. Replaced values are percent-encoded.',
		displayOptions: FROM_FIELDS,
	},
	pairs('Query Parameters', 'query', 'Parameter', { displayOptions: FROM_FIELDS }),
	pairs('Headers', 'headers', 'Header', { description: 'Beside those of the credential', displayOptions: FROM_FIELDS }),
	{
		displayName: 'Body',
		name: 'bodyType',
		type: 'options',
		noDataExpression: true,
		default: 'json',
		displayOptions: { show: { setUpFrom: ['fields'], method: WITH_BODY } },
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
		displayOptions: { show: { setUpFrom: ['fields'], method: WITH_BODY, bodyType: ['json'] } },
	},
];

/** Bodies of other kinds. */
export const otherBodies: INodeProperties[] = [
	pairs('Form Fields', 'form', 'Field', { displayOptions: { show: { setUpFrom: ['fields'], method: WITH_BODY, bodyType: ['form'] } } }),
	{
		displayName: 'Content Type',
		name: 'contentType',
		type: 'string',
		noDataExpression: true,
		default: 'application/xml',
		description: 'Also decides how values are escaped: for XML, JSON and forms accordingly, else not at all',
		displayOptions: { show: { setUpFrom: ['fields'], method: WITH_BODY, bodyType: ['raw'] } },
	},
	{
		displayName: 'Raw Body',
		name: 'raw',
		type: 'string',
		noDataExpression: true,
		typeOptions: { rows: 6 },
		default: '',
		displayOptions: { show: { setUpFrom: ['fields'], method: WITH_BODY, bodyType: ['raw'] } },
	},
];
