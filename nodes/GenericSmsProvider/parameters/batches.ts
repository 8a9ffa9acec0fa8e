import type { INodeProperties } from 'n8n-workflow';

import { MOST_NOT_IDEMPOTENT } from '../../../engine/delivery/batches';
import { WITH_BODY } from './request';

function inBatches(more: Record<string, Array<string | boolean>>): INodeProperties['displayOptions'] {
	return { show: { setUpFrom: ['fields'], method: WITH_BODY, bodyType: ['json'], ...more } };
}

/** How many messages go in one request. */
export const batchParameters: INodeProperties[] = [
	{
		displayName: 'Send in Batches',
		name: 'batch',
		type: 'boolean',
		noDataExpression: true,
		default: false,
		description: 'Whether one request carries many messages, in an array under one key of the JSON. What stands outside of that key, and the headers, are the same for all of them.',
		displayOptions: inBatches({}),
	},
	{
		displayName: 'Batched Key',
		name: 'batchKey',
		type: 'string',
		noDataExpression: true,
		default: 'messages',
		required: true,
		placeholder: 'e.g. msgs',
		description: 'Key of the JSON that holds the messages. Write one message under it as the template: { "messages": [{ "to": "$$To", "text": "$$Body" }] }.',
		displayOptions: inBatches({ batch: [true] }),
	},
	{
		displayName: 'Messages per Request',
		name: 'batchSize',
		type: 'number',
		noDataExpression: true,
		typeOptions: { minValue: 1, maxValue: MOST_NOT_IDEMPOTENT, numberPrecision: 0 },
		default: 100,
		description: `At most, up to ${MOST_NOT_IDEMPOTENT}: all of a request are unknown if no answer comes`,
		displayOptions: inBatches({ batch: [true] }),
	},
	{
		displayName: 'An Answer Tells',
		name: 'answerTells',
		type: 'options',
		noDataExpression: true,
		default: 'all',
		options: [
			{ name: 'Of All Messages Alike', value: 'all' },
			{ name: 'Of Each Message', value: 'each', description: 'It has an array with an element for each, where Answer Field and Message ID Field are looked up' },
		],
		displayOptions: inBatches({ batch: [true] }),
	},
	{
		displayName: 'Results Field',
		name: 'resultsPath',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. data.messages',
		description: 'Where the JSON of the answer has that array. Empty: the answer is the array.',
		displayOptions: inBatches({ batch: [true], answerTells: ['each'] }),
	},
	{
		displayName: 'Own ID Field',
		name: 'ownIdPath',
		type: 'string',
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. reference',
		description: 'Where an element has what the request said by $$MessageID. Empty: elements come in the order of the request.',
		displayOptions: inBatches({ batch: [true], answerTells: ['each'] }),
	},
];
