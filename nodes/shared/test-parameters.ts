import type { IExecuteFunctions, INodeProperties, NodeHint } from 'n8n-workflow';

import { CampaignError } from '../../engine/errors';
import type { Channel } from '../../engine/people/records';
import { readJson } from './read-json';

/** Most addresses of one test. */
export const MAX_TESTS = 10;

interface ChannelWords {
	to: string;
	placeholder: string;
	description: string;
	/** What a test begins with by default. Absent: there is no room for a mark. */
	prefix?: string;
}

/** What a channel calls its addresses, and whether its messages have room for a mark. */
const WORDS = {
	sms: { to: 'numbers', placeholder: 'e.g. +14155550100', description: 'With commas or on lines of their own. Written without a country code they are of Default Country.', prefix: '' },
	email: { to: 'addresses', placeholder: 'e.g. me@example.com, boss@example.com', description: 'With commas or on lines of their own', prefix: '[Test] ' },
	push: {
		to: 'devices',
		placeholder: 'e.g. the registration token that the app logs',
		description: 'Tokens with commas or on lines of their own: those of hexadecimal digits are of APNs, others of FCM. Or the subscription of a browser as JSON, or a list of them.',
		prefix: '[Test] ',
	},
	webhook: { to: 'URLs', placeholder: 'e.g. https://example.com/try', description: 'With spaces between or on lines of their own. They are called with the signature of the credential, and at the server of the URL above with its authentication, too.' },
} satisfies Partial<Record<Channel, ChannelWords>>;

const ON = { sendTest: [true] };
const OF_STORE = { ...ON, testAs: ['person'] };

/** The fields of every sender by which a run by hand sends a test. None is required: n8n would refuse published executions for it. */
export function testParameters(channel: keyof typeof WORDS): INodeProperties[] {
	const { to, placeholder, description, prefix }: ChannelWords = WORDS[channel];
	return [
		{
			displayName: 'Send Test',
			name: 'sendTest',
			type: 'boolean',
			noDataExpression: true,
			default: false,
			description: `Whether a run by hand really sends one message to each of the ${to} below. It counts nowhere: no cap, no goal, no report. A published workflow ignores it.`,
		},
		{
			displayName: 'Test To',
			name: 'testTo',
			type: 'string',
			typeOptions: { rows: 2 },
			noDataExpression: true,
			default: '',
			placeholder,
			description: `Up to ${MAX_TESTS} ${to}. ${description}.`.replace('..', '.'),
			displayOptions: { show: ON },
		},
		{
			displayName: 'Test As',
			name: 'testAs',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: 'A Person of the Store', value: 'person' },
				{ name: 'The Person of the First Item', value: 'item' },
			],
			default: 'item',
			description: 'For whom the message is written',
			displayOptions: { show: ON },
		},
		{
			displayName: 'Test Person',
			name: 'testPerson',
			type: 'resourceLocator',
			noDataExpression: true,
			default: { mode: 'list', value: '' },
			description: 'The message is written for this person and goes to the test addresses, never to the person',
			displayOptions: { show: OF_STORE },
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					placeholder: 'Search by ID, email, phone or name',
					typeOptions: { searchListMethod: 'searchPeople', searchable: true, skipCredentialsCheckInRLC: true },
				},
				{ displayName: 'By User ID', name: 'id', type: 'string', placeholder: 'e.g. customer-17' },
				{ displayName: 'By Email', name: 'email', type: 'string', placeholder: 'e.g. ada@example.com' },
				{ displayName: 'By Phone', name: 'phone', type: 'string', placeholder: 'e.g. +14155550100' },
			],
		},
		{
			displayName: 'Test Event',
			name: 'testEvent',
			type: 'options',
			noDataExpression: true,
			options: [
				{ name: "The Person's Own", value: 'own', description: 'The event of the item; of a person of the store, their latest of the same name' },
				{ name: 'JSON', value: 'json' },
			],
			default: 'own',
			description: 'What {{ Event.x }} is in a live campaign',
			displayOptions: { show: ON },
		},
		{
			displayName: 'Event as JSON',
			name: 'testEventJson',
			type: 'json',
			noDataExpression: true,
			default: '{ "name": "Added to Cart", "properties": { "product": "Lamp" } }',
			displayOptions: { show: { ...ON, testEvent: ['json'] } },
		},
		...(prefix === undefined ? [] : [{
			displayName: 'Test Mark',
			name: 'testMark',
			type: 'string' as const,
			noDataExpression: true,
			default: prefix,
			placeholder: 'e.g. [Test]',
			description: `What the ${channel === 'sms' ? 'message' : channel === 'email' ? 'subject' : 'title'} of a test begins with. Empty: nothing.`,
			displayOptions: { show: ON },
		}]),
	];
}

/** Stands above the fields of a sender while it is set to send tests. */
export const testHint: NodeHint = {
	message: '"Send Test" is on: each run by hand really sends to the test addresses.',
	type: 'warning',
	location: 'ndv',
	whenToDisplay: 'always',
	displayCondition: '={{ $parameter["sendTest"] === true }}',
};

/** What a run by hand of a sender does but for tests. */
export function dryRunHint(message: string): NodeHint {
	return { message, type: 'info', location: 'outputPane', whenToDisplay: 'beforeExecution', displayCondition: '={{ $parameter["sendTest"] !== true }}' };
}

/** How somebody of the store is named as the person of a test. */
export interface TestPersonName {
	by: 'id' | 'email' | 'phone';
	value: string;
}

/** A test as the operator has set it. */
export interface TestSettings {
	/** What was typed; `addressesIn` of the channel reads it. */
	to: string;
	/** Undefined: the person of the first item. */
	person: TestPersonName | undefined;
	/** Undefined: the person's own. */
	event: { name?: string; properties: Record<string, unknown> } | undefined;
	mark: string;
}

/** The test that a run by hand is to send; undefined when it is off. Throws a CampaignError for one that cannot be sent. */
export function readTest(context: IExecuteFunctions, channel: Channel): TestSettings | undefined {
	const parameter = (name: string, fallback: unknown) => context.getNodeParameter(name, 0, fallback as string, { rawExpressions: true }) as unknown;
	if (parameter('sendTest', false) !== true) return undefined;
	return {
		to: String(parameter('testTo', '') ?? ''),
		person: parameter('testAs', 'item') === 'person' ? readPerson(parameter('testPerson', '')) : undefined,
		event: parameter('testEvent', 'own') === 'json' ? readEvent(parameter('testEventJson', '')) : undefined,
		mark: String(parameter('testMark', (WORDS as Partial<Record<Channel, ChannelWords>>)[channel]?.prefix ?? '') ?? ''),
	};
}

function readPerson(given: unknown): TestPersonName {
	const { mode = 'id', value = '' } = (typeof given === 'object' && given !== null ? given : { value: given }) as { mode?: string; value?: unknown };
	const name = String(value ?? '').trim();
	if (name === '') throw new CampaignError('test_person', 'No person is chosen for the test', 'Choose one in "Test Person", or set "Test As" to the person of the first item.');
	return { by: mode === 'email' || mode === 'phone' ? mode : 'id', value: name };
}

/** `{ name, properties }`, or the properties alone. */
function readEvent(given: unknown): TestSettings['event'] {
	const read = typeof given === 'string' ? readJson(given) : { ok: true as const, value: given };
	if (!read.ok) throw new CampaignError('test_event', `The event of the test is not JSON: ${read.why}`, 'Correct "Event as JSON".');
	const event = read.value;
	if (typeof event !== 'object' || event === null || Array.isArray(event)) throw new CampaignError('test_event', 'The event of the test is not an object', 'Write it as { "name": "...", "properties": { ... } }.');
	const { name, properties } = event as { name?: unknown; properties?: unknown };
	const whole = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
	return whole ? { ...(typeof name === 'string' && { name }), properties: properties as Record<string, unknown> } : { properties: event as Record<string, unknown> };
}
