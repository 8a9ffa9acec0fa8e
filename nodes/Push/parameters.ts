import type { INodeProperties } from 'n8n-workflow';

import { senderOptions } from '../shared/sender-parameters';
import { storeParameter } from '../shared/store';
import { testParameters } from '../shared/test-parameters';

/** Entries of the Options collection that are a push message's own. */
const pushOptions: INodeProperties[] = [
	{
		displayName: 'Android Channel',
		name: 'androidChannel',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. offers',
		description: 'ID of a notification channel of the app. Android 8 and later shows nothing in a channel that does not exist.',
	},
	{
		displayName: 'Badge',
		name: 'badge',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 0, numberPrecision: 0 },
		default: 1,
		description: 'Number on the icon of the app; 0 removes it',
	},
	{
		displayName: 'CleverTap Payload on Android',
		name: 'cleverTap',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description: 'Whether Android apps get the data-only payload that CleverTap\'s SDK shows by itself (nt, nm, wzrk_...), instead of a notification',
	},
	{
		displayName: 'Collapse Key',
		name: 'collapseKey',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. cart',
		description: 'A later message of the same key replaces one that was not delivered yet',
	},
	{
		displayName: 'Priority',
		name: 'priority',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'High', value: 'high', description: 'Delivered at once, also to a device that sleeps' },
			{ name: 'Normal', value: 'normal', description: 'Delivered when it spares the battery' },
		],
		default: 'high',
	},
	{
		displayName: 'Sound',
		name: 'sound',
		type: 'string',
		noDataExpression: true,
		default: 'default',
		description: 'Name of a sound of the app. Not set: the device makes none of its own accord.',
	},
	{
		displayName: 'Time to Live (Seconds)',
		name: 'ttlSeconds',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 0, maxValue: 2419200, numberPrecision: 0 },
		default: 86400,
		description: 'How long the push service may keep the message for a device that is off, up to four weeks; 0: now or never',
	},
];

function liquid(displayName: string, name: string, placeholder: string, description: string): INodeProperties {
	return { displayName, name, type: 'string', noDataExpression: true, default: '', placeholder, description };
}

export const pushProperties: INodeProperties[] = [
	{
		displayName: 'Title',
		name: 'title',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. {{ Profile.name | default: "Hello" }}, still thinking?',
		description: 'About 35 characters are shown. Liquid, as in the body.',
	},
	{
		displayName: 'Body',
		name: 'body',
		type: 'string',
		typeOptions: { rows: 3 },
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. Your {{ Event.product }} is waiting.',
		description: 'At most 100 to 120 characters are shown. Liquid: {{ Profile.x }} is a property of the person, {{ Event.x }} one of the event, @Add to Cart - price one of an event by its name. Give a default for what may be missing; {% abort %} sends nothing.',
	},
	liquid('Image URL', 'image', 'e.g. https://example.com/sale.jpg', 'Shown large; https. Liquid. Empty: no image.'),
	liquid('Deep Link on Android', 'linkAndroid', 'e.g. myshop://cart/{{ Event.cart }}', 'What a tap opens in the Android app. Liquid. The app gets it as deep_link, or as wzrk_dl with the CleverTap payload.'),
	liquid('Deep Link on iOS', 'linkIos', 'e.g. myshop://cart/{{ Event.cart }}', 'What a tap opens in the iOS app. Liquid. The app gets it as deep_link, or as wzrk_dl with the CleverTap payload.'),
	liquid('Link on the Web', 'linkWeb', 'e.g. https://example.com/cart', 'What a click opens in a browser. Liquid. The service worker gets it as url.'),
	{
		displayName: 'Key-Value Pairs',
		name: 'keyValues',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		noDataExpression: true,
		placeholder: 'Add Pair',
		default: {},
		description: 'Further data for the app',
		options: [
			{
				displayName: 'Pair',
				name: 'pair',
				values: [
					{ displayName: 'Key', name: 'key', type: 'string', noDataExpression: true, default: '' },
					{ displayName: 'Value', name: 'value', type: 'string', noDataExpression: true, default: '', description: 'Liquid' },
				],
			},
		],
	},
	{
		displayName: 'Send To',
		name: 'sendTo',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'All Devices', value: 'all' },
			{ name: 'Last Active Device', value: 'lastActive', description: 'The one the person was last seen on' },
		],
		default: 'all',
		description: 'Which devices of a person get the message. It counts as one message either way.',
	},
	...testParameters('push'),
	{
		displayName: 'Options',
		name: 'options',
		type: 'collection',
		placeholder: 'Add Option',
		default: {},
		options: [...pushOptions, ...senderOptions].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')),
	},
	storeParameter,
];
