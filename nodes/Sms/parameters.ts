import type { INodeProperties } from 'n8n-workflow';

import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';

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
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: senderOptions,
	},
	storeParameter,
];
