import type { INodeProperties } from 'n8n-workflow';

import { credentialsHere } from '../shared/credentials-here';
import { pairs } from '../shared/pairs-parameter';
import { connectNoticeTo, optionsParameter, paceOptionsWith } from '../shared/provider-parameters';

const notice = connectNoticeTo('a sender');

const requestParameters: INodeProperties[] = [
	{
		displayName: 'Method',
		name: 'method',
		type: 'options',
		noDataExpression: true,
		default: 'GET',
		options: ['GET', 'POST'].map((method) => ({ name: method, value: method })),
		description: 'A request may be made again after a failure, so it must only ask and change nothing',
	},
	{
		displayName: 'URL',
		name: 'url',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. https://api.example.com/cities/{{ Profile.city }}/weather',
		description: 'Values of the person ({{ Profile.x }}) and the event ({{ Event.x }}) may stand in the path and after the question mark, never in scheme, host or port. They are percent-encoded.',
	},
	{
		displayName: 'Authentication',
		name: 'authentication',
		type: 'options',
		noDataExpression: true,
		default: 'none',
		options: [
			{ name: 'None', value: 'none', description: 'A public API' },
			{ name: 'Credential', value: 'credential', description: 'User and password, a header or a key; or an address of your own network' },
		],
	},
	credentialsHere,
	pairs('Query Parameters', 'query', 'Parameter', { description: 'Values are Liquid' }),
	pairs('Headers', 'headers', 'Header', { description: 'Values are Liquid. Beside that of the credential.' }),
	{
		displayName: 'JSON',
		name: 'json',
		type: 'string',
		typeOptions: { rows: 5 },
		noDataExpression: true,
		default: '',
		placeholder: 'e.g. { "city": "{{ Profile.city }}" }',
		description: 'Body of the request: Liquid within JSON; values are escaped. Empty: the request has none.',
		displayOptions: { show: { method: ['POST'] } },
	},
];

const answerParameters: INodeProperties[] = [
	{
		displayName: 'Keep Answers (Minutes)',
		name: 'cacheMinutes',
		type: 'number',
		noDataExpression: true,
		default: 10,
		typeOptions: { minValue: 0 },
		description: 'How long an answer is used again for people whose request is the same. 0: only by messages of the same batch.',
	},
	{
		displayName: 'On Failure',
		name: 'onFailure',
		type: 'options',
		noDataExpression: true,
		default: 'drop',
		options: [
			{ name: 'Do Not Send', value: 'drop', description: 'The person leaves by Not sent, and the detail says what failed' },
			{ name: 'Use Default JSON', value: 'default', description: 'The message is written as if this had been the answer' },
		],
		description: 'What becomes of a message when there is no answer, one that is not JSON, or one of another status than 2xx',
	},
	{
		displayName: 'Default JSON',
		name: 'defaultJson',
		type: 'json',
		noDataExpression: true,
		required: true,
		default: '{}',
		description: 'Stands for the answer as it is: no values are put in',
		displayOptions: { show: { onFailure: ['default'] } },
	},
];

const options: INodeProperties[] = [
	{
		displayName: 'Accepted Statuses',
		name: 'acceptedStatuses',
		type: 'string',
		default: '',
		placeholder: 'e.g. 404',
		description: 'Statuses beside 2xx whose answers are used, separated by commas. {{ Linked.Name.http_status_code }} tells them apart.',
	},
	{
		displayName: 'Ask in Manual Runs',
		name: 'askInManualRuns',
		type: 'boolean',
		default: false,
		description: 'Whether a run by hand asks the API, so that it shows messages as they will be. Otherwise it shows what would be asked, and messages with the default JSON.',
	},
	...paceOptionsWith({
		concurrency: { description: 'How many requests may be under way at the same time, over all campaigns that ask this URL. In queue mode, if set: over all workers as well.' },
		requestsPerSecond: { description: 'How many requests may be started per second, over all campaigns that ask this URL. Not set: as many as the API answers.' },
		retries: { default: 1, description: 'How often a request is made again after a failure that may pass, such as no answer in time' },
		timeout: { default: 5, typeOptions: { minValue: 0.1, maxValue: 60 }, description: 'How long to wait for an answer' },
	}),
];

/** None takes an expression: the node is the same for every item, and values of people come in by Liquid. */
export const linkedContentParameters: INodeProperties[] = [
	{ ...notice, displayName: 'Connect this node to the Linked Content input of a sender, and write {{ Linked.Name.field }} in its messages' },
	{
		displayName: 'Name',
		name: 'apiName',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. Weather',
		description: 'What templates call it: with the name Weather they write {{ Linked.Weather.temperature }}. Letters, digits and underscores.',
	},
	...requestParameters,
	...answerParameters,
	optionsParameter(options),
];
