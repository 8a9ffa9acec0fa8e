import type { INodeProperties, INodePropertyCollection } from 'n8n-workflow';

import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';
import { testParameters } from '../shared/test-parameters';

/** What a run by hand reckons the cost by. */
const priceOptions: INodeProperties[] = [
	{
		displayName: 'Currency',
		name: 'currency',
		type: 'string',
		noDataExpression: true,
		default: 'USD',
		placeholder: 'e.g. EUR',
		description: 'Of Price per Part',
	},
	{
		displayName: 'Price per Part',
		name: 'pricePerPart',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 0, numberPrecision: 6 },
		default: 0.01,
		description: 'What your provider charges for one part of a message. A run by hand then shows what the messages cost.',
	},
];

/** One kind of key-value pairs. */
function pairs(displayName: string, name: string, value: string): INodePropertyCollection {
	return {
		displayName,
		name,
		values: [
			{ displayName: 'Name', name: 'name', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. uid', description: 'As in the provider, where it stands behind $$' },
			{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '', description: value },
		],
	};
}

export const smsProperties: INodeProperties[] = [
	{
		displayName: 'Message',
		name: 'message',
		type: 'string',
		typeOptions: { rows: 4 },
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. Hi {{ Profile.name | default: "there" }}, your cart is waiting.',
		description: 'Liquid: {{ Profile.x }} is a property of the person, {{ Event.x }} one of the event, {{ ConstantEventProperty }} the newest value of the segment\'s "Same Value Of". @Add to Cart - price is one of an event by its name. Give a default for what may be missing; {% abort %} sends nothing.',
	},
	{
		displayName: 'Default Country',
		name: 'defaultCountry',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. US',
		description: 'Two-letter country of phone numbers that are written without a country code. Empty: such numbers are not sent to.',
	},
	{
		displayName: 'Template ID',
		name: 'templateId',
		type: 'string',
		noDataExpression: true,
		default: '',
		description: 'Registered template, for providers and countries that ask for one (DLT in India)',
	},
	{
		displayName: 'Template Variables',
		name: 'templateVariables',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, sortable: true },
		noDataExpression: true,
		placeholder: 'Add Variable',
		default: {},
		description: 'Values of the registered template, in the order in which its variables occur. For MSG91, and for the Generic SMS Provider with $$TemplateVariables.',
		options: [
			{
				displayName: 'Variable',
				name: 'variable',
				values: [{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '', placeholder: 'e.g. {{ Profile.name | default: "there" }}', description: 'Liquid, as in the message' }],
			},
		],
	},
	{
		displayName: 'Key-Value Pairs',
		name: 'keyValues',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		noDataExpression: true,
		placeholder: 'Add Pair',
		default: {},
		description: 'Values for each $$name that a Generic SMS Provider or MSG91 has of its own',
		options: [
			pairs('Message Body Pair', 'body', 'For body, path and query. Liquid, as in the message.'),
			pairs('Header Pair', 'header', 'For headers. Liquid, unless the provider sends in batches.'),
			pairs('Global Pair', 'global', 'For all of them, and for what a batch says once. Fixed text.'),
		],
	},
	...testParameters('sms'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...priceOptions, ...senderOptions].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	},
	storeParameter,
];
