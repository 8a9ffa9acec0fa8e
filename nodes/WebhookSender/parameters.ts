import type { INodeProperties } from 'n8n-workflow';

import { credentialsHere } from '../shared/credentials-here';
import { pairs } from '../shared/pairs-parameter';
import { paceOptionsWith } from '../shared/provider-parameters';
import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';
import { testParameters } from '../shared/test-parameters';

const pace = paceOptionsWith({
	concurrency: { description: 'How many calls may be under way at the same time, over all campaigns that call this server. In queue mode, if set: over all workers as well.' },
	requestsPerSecond: { description: 'How many calls may be started per second, over all campaigns that call this server. Not set: as many as it answers.' },
	retries: { default: 2, description: 'How often a call is made again after a failure that may pass, and when it was not answered: the receiver knows it by its webhook-id. One for many people is made again without an answer only where the receiver recognizes repetitions.' },
	timeout: { default: 5, description: 'How long to wait for an answer' },
});

export const webhookProperties: INodeProperties[] = [
	credentialsHere,
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
		description: 'The same for everybody. Values of people never become part of it; they may stand in Query Parameters.',
	},
	pairs('Query Parameters', 'query', 'Parameter', { description: 'Added to the URL, percent-encoded. Values are Liquid, or @Add to Cart - price, unless many people share a call.' }),
	pairs('Headers', 'headers', 'Header', { description: 'Beside those of the credential, where secrets belong. Values are Liquid, or @Add to Cart - price, unless many people share a call.' }),
	{
		displayName: 'Body',
		name: 'content',
		type: 'options',
		noDataExpression: true,
		displayOptions: { hide: { method: ['GET'] } },
		options: [
			{ name: 'CleverTap Payload', value: 'clevertap', description: 'Profiles and key-values as webhook campaigns of CleverTap send them' },
			{ name: 'Own JSON', value: 'template' },
			{ name: 'The Person', value: 'person', description: 'Campaign, person and event as JSON' },
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
		displayName: 'Profile',
		name: 'profileParts',
		type: 'multiOptions',
		noDataExpression: true,
		displayOptions: { show: { content: ['clevertap'] }, hide: { method: ['GET'] } },
		options: [
			{ name: 'Email', value: 'email' },
			{ name: 'Event Properties', value: 'eventProperties', description: 'Of live campaigns' },
			{ name: 'Phone', value: 'phone' },
			{ name: 'Profile Data', value: 'profileData', description: 'All properties of the person' },
			{ name: 'Push Tokens', value: 'pushTokens' },
			{ name: 'System Profile Data', value: 'systemProfileData', description: 'Subscriptions and time zone' },
		],
		default: ['email', 'eventProperties', 'phone', 'profileData', 'systemProfileData'],
		description: 'What the payload says of a person, beside their identity',
	},
	{
		displayName: 'Key-Value Pairs',
		name: 'keyValues',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		noDataExpression: true,
		placeholder: 'Add Pair',
		displayOptions: { show: { content: ['clevertap'] }, hide: { method: ['GET'] } },
		default: {},
		options: [
			{
				displayName: 'Pair',
				name: 'pair',
				values: [
					{ displayName: 'Name', name: 'name', type: 'string', noDataExpression: true, default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '', description: 'Liquid' },
				],
			},
		],
		description: 'Go out as key_values. In a call for many people, those with Liquid stand in the profile of each.',
	},
	{
		displayName: 'Many People per Call',
		name: 'batch',
		type: 'boolean',
		noDataExpression: true,
		displayOptions: { hide: { method: ['DELETE', 'GET'] } },
		default: false,
		description: 'Whether one call carries an array of people. Each of them has a messageId of its own in it.',
	},
	{
		displayName: 'People per Call',
		name: 'batchSize',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: 1000, numberPrecision: 0 },
		displayOptions: { show: { batch: [true] }, hide: { method: ['DELETE', 'GET'] } },
		default: 100,
		description: 'At most. More than 100 count only where the receiver recognizes repetitions.',
	},
	{
		displayName: 'Key of the Array',
		name: 'batchKey',
		type: 'string',
		noDataExpression: true,
		displayOptions: { show: { batch: [true], content: ['person', 'template'] }, hide: { method: ['DELETE', 'GET'] } },
		default: 'people',
		description: 'Under which the body has the array of people',
	},
	{
		displayName: 'Receiver Recognizes Repetitions',
		name: 'deduplicated',
		type: 'boolean',
		noDataExpression: true,
		displayOptions: { show: { batch: [true] }, hide: { method: ['DELETE', 'GET'] } },
		default: false,
		description: 'Whether the receiver leaves out people whose messageId it has seen before. Only then is an unanswered call, or one answered with 500 and above, made again; else its people leave by Unknown.',
	},
	...testParameters('webhook'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...pace, ...senderOptions].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	},
	storeParameter,
];
