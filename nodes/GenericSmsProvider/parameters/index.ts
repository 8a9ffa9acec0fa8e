import type { INodeProperties } from 'n8n-workflow';

import { optionsParameter, priorityParameter, smsOptions } from '../../shared/provider-parameters';
import { answerParameters } from './answer';
import { batchParameters } from './batches';
import { otherBodies, requestParameters } from './request';

const TOKENS = 'In path, parameters, headers and body these words are replaced: $$To, $$Body, $$MessageID, $$CampaignID, $$TemplateID and $$TemplateVariables. Any other $$name takes its value from the key-value pairs of the SMS node.';

export const genericParameters: INodeProperties[] = [
	{
		displayName: `Connect this node to the Providers input of an SMS node. ${TOKENS}`,
		name: 'notice',
		type: 'notice',
		default: '',
	},
	priorityParameter,
	...requestParameters,
	...batchParameters,
	...otherBodies,
	...answerParameters,
	optionsParameter([
		{
			displayName: 'Add Other Pairs',
			name: 'addOthers',
			type: 'boolean',
			default: true,
			description: 'Whether key-value pairs of the SMS node that no $$name stands for go out as well: in the body (of a request without one: in the query) and in the headers',
		},
		{
			displayName: 'Message ID Field',
			name: 'messageIdPath',
			type: 'string',
			default: 'id',
			placeholder: 'e.g. data.messages[0].reference',
			description: 'Where the JSON of the answer has the message ID of the provider',
		},
		...smsOptions,
		{
			displayName: 'Uncertain Statuses',
			name: 'uncertainStatuses',
			type: 'string',
			default: '409',
			placeholder: 'e.g. 409, 422',
			description: 'Statuses of 300 to 499 after which the message may be on its way all the same, separated by commas. It leaves by the Unknown output then. Not set: 409, by which gateways tell a repetition.',
		},
		{
			displayName: 'Refused Statuses',
			name: 'refusedStatuses',
			type: 'string',
			default: '',
			placeholder: 'e.g. 409, 500, 503',
			description: 'Statuses by which this provider says that it did not take the message, separated by commas: 409, or statuses of 500 and above, which are tried again. All other statuses of 300 to 499 mean it anyway; others leave it unknown whether the message was sent.',
		},
	]),
];
