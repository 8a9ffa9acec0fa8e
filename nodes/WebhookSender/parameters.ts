import type { INodeProperties } from 'n8n-workflow';

import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';

export const webhookProperties: INodeProperties[] = [
	{
		displayName: 'Method',
		name: 'method',
		type: 'options',
		noDataExpression: true,
		options: ['DELETE', 'GET', 'PATCH', 'POST', 'PUT'].map((method) => ({ name: method, value: method })),
		default: 'POST',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. https://example.com/hook',
		description: 'The same for everybody: values of people never become part of an address',
	},
	{
		displayName: 'Body',
		name: 'content',
		type: 'options',
		noDataExpression: true,
		displayOptions: { hide: { method: ['GET'] } },
		options: [
			{ name: 'The Person', value: 'person', description: 'Campaign, person and event as JSON' },
			{ name: 'Own JSON', value: 'template' },
		],
		default: 'person',
	},
	{
		displayName: 'JSON',
		name: 'body',
		type: 'string',
		typeOptions: { rows: 6 },
		noDataExpression: true,
		displayOptions: { show: { content: ['template'] }, hide: { method: ['GET'] } },
		default: '{ "user": "{{ Profile.id }}", "city": "{{ Profile.city | default: "" }}" }',
		description: 'Liquid, or @Add to Cart - price, within JSON; values are escaped',
	},
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: senderOptions,
	},
	storeParameter,
];
