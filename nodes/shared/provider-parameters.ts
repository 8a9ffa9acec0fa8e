import type { INodeProperties, INodePropertyOptions, ISupplyDataFunctions } from 'n8n-workflow';

import { readCountries, type Countries } from '../../engine/channels/sms/countries';
import { CampaignError } from '../../engine/errors';

/** Parameters that every provider sub-node has. None takes an expression: a provider is the same for every item. */
export const priorityParameter: INodeProperties = {
	displayName: 'Priority',
	name: 'priority',
	type: 'number',
	default: 1,
	noDataExpression: true,
	typeOptions: { minValue: 1, numberPrecision: 0 },
	description: 'Which provider is asked first: 1 before 2. Providers of the same priority are asked from left to right as they stand on the canvas. The next one is asked only when the one before has definitely refused the message.',
};

/** Entries of the Options collection that every provider has, in alphabetical order of their labels. */
export const paceOptions: INodeProperties[] = [
	{
		displayName: 'Requests at Once',
		name: 'concurrency',
		type: 'number',
		noDataExpression: true,
		default: 10,
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
		description: 'How many requests may be under way at the same time, over all campaigns that use this account and sender. In queue mode, if set: over all workers as well.',
	},
	{
		displayName: 'Requests per Second',
		name: 'requestsPerSecond',
		type: 'number',
		noDataExpression: true,
		default: 10,
		typeOptions: { minValue: 0.01, numberPrecision: 2 },
		description: 'How many requests may be started per second, over all campaigns that use this account and sender. Not set: as many as the provider answers.',
	},
	{
		displayName: 'Retries',
		name: 'retries',
		type: 'number',
		noDataExpression: true,
		default: 0,
		typeOptions: { minValue: 0, maxValue: 5, numberPrecision: 0 },
		description: 'How often a message is tried again here after a definite, passing refusal (too many requests, connection refused), before the next provider is asked. An unanswered request is never repeated.',
	},
	{
		displayName: 'Timeout (Seconds)',
		name: 'timeout',
		type: 'number',
		noDataExpression: true,
		default: 15,
		typeOptions: { minValue: 1, maxValue: 120 },
		description: 'How long to wait for an answer. A message whose request was not answered leaves by the Unknown output.',
	},
];

/**
 * How many messages go in one request, of a provider that takes several.
 * @param standard used where the operator sets nothing
 * @param note what else there is to know
 */
export function messagesPerRequestOption(standard: number, note = ''): INodeProperties {
	return {
		displayName: 'Messages per Request',
		name: 'messagesPerRequest',
		type: 'number',
		noDataExpression: true,
		default: standard,
		typeOptions: { minValue: 1, maxValue: 100, numberPrecision: 0 },
		description: `How many messages may share a request. If it is not answered, nobody knows of any of them whether it was sent. 1: each goes alone. ${note}`.trim(),
	};
}

/** Entries of the Options collection that every provider of SMS has, in alphabetical order of their labels. */
export const smsOptions: INodeProperties[] = [
	{
		displayName: 'Not for Countries',
		name: 'notCountries',
		type: 'string',
		default: '',
		placeholder: 'e.g. US, CA',
		description: 'Numbers of these countries are never sent through this provider. Two-letter codes with commas between.',
	},
	{
		displayName: 'Only for Countries',
		name: 'onlyCountries',
		type: 'string',
		default: '',
		placeholder: 'e.g. IN',
		description: 'Only numbers of these countries are sent through this provider. Two-letter codes with commas between.',
	},
	...paceOptions,
];

/** The values of `smsOptions` by which numbers are routed. Throws a CampaignError for what is no country. */
export function readCountryOptions(context: ISupplyDataFunctions, itemIndex: number): Countries {
	const { onlyCountries = '', notCountries = '' } = readOptions<{ onlyCountries?: string; notCountries?: string }>(context, itemIndex);
	return readCountries(splitList(onlyCountries), splitList(notCountries));
}

/**
 * One sender of the account, or a pool of the provider's of which it picks one: *Send From* and *From*.
 * @param pool what stands beside the number; its own parameter is shown where `sendFrom` has its value
 * @param description of *From*
 */
export function sendFromParameters(pool: INodePropertyOptions, description: string): INodeProperties[] {
	return [
		{
			displayName: 'Send From',
			name: 'sendFrom',
			type: 'options',
			noDataExpression: true,
			default: 'number',
			options: [{ name: 'Number or Sender ID', value: 'number', description: 'One sender of the account' }, pool],
		},
		{
			displayName: 'From',
			name: 'from',
			type: 'string',
			noDataExpression: true,
			default: '',
			required: true,
			placeholder: 'e.g. +15005550006',
			description,
			displayOptions: { show: { sendFrom: ['number'] } },
		},
	];
}

/** `paceOptions`, some of them with other words or defaults. Changes by name. */
export function paceOptionsWith(changes: Record<string, Partial<INodeProperties>>): INodeProperties[] {
	return paceOptions.map((option) => ({ ...option, ...changes[option.name] }));
}

/** The Options collection of a provider, in alphabetical order of the labels; `options` with those of `paceOptions`. */
export function optionsParameter(options: INodeProperties[] = paceOptions): INodeProperties {
	return { displayName: 'Options', name: 'options', type: 'collection', placeholder: 'Add Option', noDataExpression: true, default: {}, options: [...options].sort((a, b) => a.displayName.localeCompare(b.displayName, 'en')) };
}

/** The line at the top of a provider's parameters. */
export function connectNoticeTo(sender: string): INodeProperties {
	return { displayName: `Connect this node to the Providers input of ${sender} node`, name: 'notice', type: 'notice', default: '' };
}

export function statusCallbackOption(provider: string): INodeProperties {
	return {
		displayName: 'Status Callback URL',
		name: 'statusCallback',
		type: 'string',
		default: '',
		placeholder: 'e.g. https://n8n.example.com/webhook/...',
		description: `Where ${provider} reports what became of each message`,
	};
}

/** What India asks for: the identifiers under which business and text are registered (DLT). */
export const dltOptions: INodeProperties[] = [
	{
		displayName: 'DLT Entity ID',
		name: 'dltEntityId',
		type: 'string',
		default: '',
		description: 'Your business as registered for messages to India (DLT)',
	},
	{
		displayName: 'DLT Template ID',
		name: 'dltTemplateId',
		type: 'string',
		default: '',
		description: 'The template as registered for messages to India (DLT), where the SMS node names none',
	},
];

/** The values of `dltOptions`; what was left empty is not there. */
export function readDlt({ dltEntityId, dltTemplateId }: { dltEntityId?: string; dltTemplateId?: string }) {
	return { dltEntityId: dltEntityId?.trim() || undefined, dltTemplateId: dltTemplateId?.trim() || undefined };
}

/** A text parameter of a provider sub-node, without the space around it. */
export function readText(context: ISupplyDataFunctions, itemIndex: number, name: string): string {
	return String(context.getNodeParameter(name, itemIndex, '') ?? '').trim();
}

/** What was typed with commas between. */
export function splitList(text: string): string[] {
	return text.split(',').map((part) => part.trim()).filter(Boolean);
}

interface PaceParameters {
	concurrency?: number;
	messagesPerRequest?: number;
	requestsPerSecond?: number;
	retries?: number;
	timeout?: number;
}

/** The values of `paceOptions` and `messagesPerRequestOption` as the engine's providers take them. Throws a CampaignError for what is no number. */
export function readPace(options: PaceParameters) {
	const [concurrency, messagesPerRequest, requestsPerSecond, retries, timeout] = PACE_NAMES.map((name) => numberOf(name, options[name]));
	return { concurrency, messagesPerRequest, requestsPerSecond: requestsPerSecond || undefined, retries, timeoutMs: timeout === undefined ? undefined : timeout * 1000 };
}

const PACE_NAMES = ['concurrency', 'messagesPerRequest', 'requestsPerSecond', 'retries', 'timeout'] as const;

/** An expression of an imported workflow is read as it was typed. */
function numberOf(name: string, value: unknown): number | undefined {
	if (value === undefined || value === '') return undefined;
	if (!Number.isFinite(Number(value))) throw new CampaignError('invalid_option', `The option "${name}" is no number: ${String(value)}`, 'Give it a number. Expressions are not possible there.');
	return Number(value);
}

/** The Options collection of a provider sub-node. */
export function readOptions<T extends object>(context: ISupplyDataFunctions, itemIndex: number): T & PaceParameters {
	return context.getNodeParameter('options', itemIndex, {}) as T & PaceParameters;
}
