import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import { storable } from '../../engine/storable';
import type { SenderOptions } from './sender';

const HOUR_MS = 3_600_000;
const DEFAULT_MAX_WAIT_HOURS = 24;

interface Options {
	deduplicateBy?: string;
	maxWaitHours?: number;
	messageKey?: string;
	missing?: 'fail' | 'empty';
	sendInManualRuns?: boolean;
}

/** Entries of the Options collection that every sender has, in alphabetical order of their labels. */
export const senderOptions: INodeProperties[] = [
	{
		displayName: 'Deduplicate By',
		name: 'deduplicateBy',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.orderId }}',
		description: 'For items that come from no Campaign Trigger: the same value is sent to once, ever. Not set: once per execution and item.',
	},
	{
		displayName: 'Message Key',
		name: 'messageKey',
		type: 'string',
		default: '',
		placeholder: 'e.g. {{ $json.lineNumber }}',
		description: 'Lets one person get several messages from this node on one visit, one per value. Not set: a second item of a person is a duplicate.',
	},
	{
		displayName: 'Send for Real in Manual Runs',
		name: 'sendInManualRuns',
		type: 'boolean',
		default: false,
		description: 'Whether items that come from no Campaign Trigger are sent to in a run by hand. People of a campaign never are.',
	},
	{
		displayName: 'Values That Are Missing',
		name: 'missing',
		type: 'options',
		noDataExpression: true,
		options: [
			{ name: 'Do Not Send', value: 'fail', description: 'The person leaves by Not sent, and the reason names the value' },
			{ name: 'Leave Empty', value: 'empty', description: 'The message goes out without it' },
		],
		default: 'fail',
		description: 'What to do when a value in the message is unknown and the template gives no default',
	},
	{
		displayName: 'Wait for Providers (Hours)',
		name: 'maxWaitHours',
		type: 'number',
		typeOptions: { minValue: 0 },
		noDataExpression: true,
		default: DEFAULT_MAX_WAIT_HOURS,
		description: 'How long people wait at this node while no provider is available, before they leave by Not sent',
	},
];

/** What every sender reads from its options. Deduplication and message key may differ per item. */
export function readSenderOptions(context: IExecuteFunctions): SenderOptions & { missing: 'fail' | 'empty' } {
	const options = context.getNodeParameter('options', 0, {}, { rawExpressions: true }) as Options;
	// A key that was cut short must not keep a batch from being sent.
	const perItem = (name: 'deduplicateBy' | 'messageKey', index: number) =>
		storable(String((context.getNodeParameter('options', index, {}) as Options)[name] ?? '').trim());
	return {
		maxWaitMs: (options.maxWaitHours ?? DEFAULT_MAX_WAIT_HOURS) * HOUR_MS,
		sendInManualRuns: options.sendInManualRuns === true,
		missing: options.missing ?? 'fail',
		messageKey: options.messageKey ? (index) => perItem('messageKey', index) : () => '',
		deduplicateBy: options.deduplicateBy ? (index) => perItem('deduplicateBy', index) : undefined,
	};
}
