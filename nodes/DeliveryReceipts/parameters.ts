import type { INodeProperties } from 'n8n-workflow';

import { RECEIPT_STATUSES } from '../../engine/channels/receipts/receipt';
import { NETCORE_FIELDS } from '../../engine/channels/sms/netcore-receipts';
import type { ReceiptFields } from '../../engine/channels/sms/generic-receipts';
import { credentialsHere } from '../shared/credentials-here';
import { storeParameter } from '../shared/store';
import { RECEIPT_PROVIDERS } from './providers';
import { UNSUBSCRIBE_TEXTS, type UnsubscribeTexts } from './unsubscribe-page';

/** Names as in CleverTap's own callbacks, where there is one. */
export const GENERIC_FIELDS: ReceiptFields = { messageId: 'meta', providerId: 'id', status: 'status', address: 'to', code: 'code', detail: 'description' };

const LABELS: Record<string, string> = {
	sent: 'Sent', delivered: 'Delivered', viewed: 'Viewed', clicked: 'Clicked', replied: 'Replied', failed: 'Failed', bounced: 'Bounced', complained: 'Complained', unsubscribed: 'Unsubscribed', resubscribed: 'Resubscribed',
};

export const deliveryReceiptsProperties: INodeProperties[] = [
	{
		displayName:
			'Give each provider its address from the list above, and set the same one as Status Callback URL on its provider node where there is one. Where a provider signs nothing, add ?token= and the token of the credential. The addresses answer when the workflow is published.',
		name: 'notice',
		type: 'notice',
		default: '',
	},
	{
		displayName: 'Providers',
		name: 'providers',
		type: 'multiOptions',
		noDataExpression: true,
		default: [],
		options: RECEIPT_PROVIDERS.map(({ name, value, description }) => ({ name, value, description })),
		description: 'Whose receipts are taken. Requests to the addresses of others are answered with 404. Unsubscribe links of Email nodes work with any.',
	},
	credentialsHere,
	{
		displayName: 'Base Path',
		name: 'basePath',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: 'receipts',
		placeholder: 'e.g. receipts',
		description: 'Where the addresses begin, below /webhook/. One published workflow may have a base path; a second one with the same is refused by n8n.',
	},
	{
		displayName: 'SNS Topics',
		name: 'snsTopics',
		type: 'string',
		noDataExpression: true,
		required: true,
		default: '',
		placeholder: 'e.g. arn:aws:sns:eu-west-1:123456789012:email-events',
		description: 'ARNs of the topics that Amazon SES publishes its events to, separated by commas. Messages of other topics are answered with 404. Leave "Raw message delivery" off.',
		displayOptions: { show: { providers: ['ses'] } },
	},
	fieldsParameter('netcoreFields', 'Netcore Fields', 'netcore', NETCORE_FIELDS),
	fieldsParameter('genericFields', 'Generic SMS Fields', 'sms', GENERIC_FIELDS),
	{
		displayName: 'Unsubscribe Page',
		name: 'unsubscribePage',
		type: 'collection',
		placeholder: 'Add Text',
		noDataExpression: true,
		default: {},
		description: 'What people read who open an unsubscribe link. Its address ends in /unsubscribe: give it to Email nodes whose "Unsubscribe Link" is of this node. Plain text.',
		options: [
			pageText('Button', 'button', 'What is on the button that unsubscribes'),
			pageText('Done', 'done', 'What is said once they are unsubscribed'),
			pageText('Language', 'language', 'Language of the texts, such as en or pt-BR'),
			pageText('Question', 'question', 'What is asked above the button'),
			pageText('Title', 'title', 'Title and heading of the page'),
		],
	},
	{
		displayName: 'Also Start the Workflow',
		name: 'alsoStart',
		type: 'boolean',
		default: false,
		description: 'Whether each request also starts an execution with what was new in it as items. Costs far more than recording it: leave it off for more than a few requests per second.',
	},
	{
		displayName: 'Start For',
		name: 'startFor',
		type: 'multiOptions',
		default: ['failed', 'bounced', 'complained', 'unsubscribed'],
		options: RECEIPT_STATUSES.map((value) => ({ name: LABELS[value] as string, value })).sort((a, b) => a.name.localeCompare(b.name)),
		description: 'What starts an execution',
		displayOptions: { show: { alsoStart: [true] } },
	},
	storeParameter,
];

/** One text of the unsubscribe page. */
function pageText(displayName: string, name: keyof UnsubscribeTexts, description: string): INodeProperties {
	return Object.assign({ displayName, name, type: 'string' as const, noDataExpression: true, default: '' }, { default: UNSUBSCRIBE_TEXTS[name], description });
}

/** How the fields of a report are called, where every account may have other names. */
function fieldsParameter(name: string, displayName: string, provider: string, fields: ReceiptFields): INodeProperties {
	const field = (label: string, key: keyof ReceiptFields, description: string): INodeProperties => Object.assign({ displayName: label, name: key, type: 'string' as const, noDataExpression: true, default: '' }, { default: fields[key], description });
	return {
		displayName,
		name,
		type: 'collection',
		placeholder: 'Add Field',
		noDataExpression: true,
		default: {},
		description: 'Names of the fields of a report, or paths in its JSON such as data.status. Reports in the format of CleverTap need none.',
		options: [
			field('Code', 'code', 'Field of the code of an error'),
			field('Detail', 'detail', 'Field of the words of an error'),
			field('Message ID', 'messageId', 'Field that gives back $$MessageID, if there is one'),
			field('Number', 'address', 'Field of the number of the recipient'),
			field('Provider\'s ID', 'providerId', 'Field of the ID that the provider gave the message when it took it'),
			field('Status', 'status', 'Field of the status: a word such as delivered, failed, DELIVRD or UNDELIV'),
		],
		displayOptions: { show: { providers: [provider] } },
	};
}
