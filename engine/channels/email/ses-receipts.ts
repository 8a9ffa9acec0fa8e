import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { fromIso, objectsOf } from '../receipts/read';
import type { Receipt, ReceiptReader, ReceiptRequest } from '../receipts/receipt';
import { fetchFromSns, isOfSns, isSignedBySns, toSnsMessage, type SnsFetch, type SnsMessage } from './sns';

export interface SesReceiptSettings {
	/** ARNs of the topics that the account publishes its events to: SNS signs for everybody. */
	topics: readonly string[];
	/** Default: over the connections of this process. */
	fetch?: SnsFetch;
}

/**
 * Events of Amazon SES that come by way of an SNS topic. The signature of SNS is verified, and that the topic is one of ours; the
 * subscription of such a topic is confirmed. "Raw message delivery" must be off: it has no signature. Sources: AWS' pages on
 * verifying SNS messages and on SES event publishing; AWS publishes no signed example, so the tests sign their own. Our message id
 * comes back as a tag of the message, with event publishing of a configuration set; else the id of SES has to do.
 */
export function sesReceipts({ topics, fetch = fetchFromSns }: SesReceiptSettings): ReceiptReader {
	return {
		verify: async (request) => {
			const message = messageOf(request);
			return message !== undefined && topics.includes(message['TopicArn'] ?? '') && (await isSignedBySns(message, fetch));
		},
		parse: (request) => {
			const message = messageOf(request);
			return message?.['Type'] === 'Notification' ? receiptsOf(parseJson(message['Message'] ?? '')) : [];
		},
		attend: async (request) => {
			const message = messageOf(request);
			const url = message?.['SubscribeURL'] ?? '';
			if (message?.['Type'] === 'SubscriptionConfirmation' && isOfSns(url)) await fetch(url);
		},
	};
}

function messageOf(request: ReceiptRequest): SnsMessage | undefined {
	try {
		const [body] = objectsOf(request);
		return body && toSnsMessage(body);
	} catch {
		return undefined;
	}
}

function receiptsOf(event: unknown): Receipt[] {
	const read = (path: string) => textOf(readPath(event, path));
	const tags = readPath(event, 'mail.tags.message_id');
	const messageId = Array.isArray(tags) ? textOf(tags[0]) : undefined;
	const about = { channel: 'email' as const, messageId, providerId: read('mail.messageId') };
	if (about.messageId === undefined && about.providerId === undefined) return [];
	const at = (part: string) => ({ ...about, at: fromIso(read(`${part}.timestamp`)) });
	switch (read('eventType') ?? read('notificationType')) {
		case 'Send':
			return [{ ...about, status: 'sent' }];
		case 'Delivery':
			return addressesIn(event, 'delivery.recipients').map((address) => ({ ...at('delivery'), status: 'delivered', address }));
		case 'Open':
			return [{ ...at('open'), status: 'viewed' }];
		case 'Click':
			return [{ ...at('click'), status: 'clicked', url: read('click.link') }];
		case 'Reject':
			return [{ ...about, status: 'failed', reason: 'provider_rejected', code: 'Reject', detail: read('reject.reason') }];
		case 'RenderingFailure':
			return [{ ...about, status: 'failed', reason: 'provider_rejected', code: 'RenderingFailure', detail: read('failure.errorMessage') }];
		case 'Complaint':
			// A feedback that says it is no spam takes a complaint back.
			if (read('complaint.complaintFeedbackType') === 'not-spam') return [];
			return addressesIn(event, 'complaint.complainedRecipients').map((address) => ({ ...at('complaint'), status: 'complained', address }));
		case 'Subscription':
			return subscribed(event, at('subscription'));
		case 'Bounce':
			return bounced(event, at('bounce'));
		default:
			return [];
	}
}

/** Of all topics at once; a change of one topic says nothing of the channel. */
function subscribed(event: unknown, about: Omit<Receipt, 'status'>): Receipt[] {
	const [isOut, wasOut] = ['new', 'old'].map((which) => readPath(event, `subscription.${which}TopicPreferences.unsubscribeAll`));
	if (isOut === true) return [{ ...about, status: 'unsubscribed' }];
	return isOut === false && wasOut === true ? [{ ...about, status: 'resubscribed' }] : [];
}

/** Permanent ones are of no use any more, but for those of the suppression of the account, which may say more than that. */
function bounced(event: unknown, about: Omit<Receipt, 'status'>): Receipt[] {
	const type = textOf(readPath(event, 'bounce.bounceType'));
	const code = [type, textOf(readPath(event, 'bounce.bounceSubType'))].filter(Boolean).join(' ');
	const recipients = readPath(event, 'bounce.bouncedRecipients');
	return (Array.isArray(recipients) ? recipients.filter(isObject) : []).map((recipient) => ({
		...about,
		status: type === 'Permanent' ? 'bounced' : 'failed',
		reason: type === 'Permanent' ? 'invalid_recipient' : 'provider_rejected',
		address: textOf(recipient['emailAddress']),
		code,
		detail: textOf(recipient['diagnosticCode']),
	}));
}

/** Addresses, or objects that have one. */
function addressesIn(event: unknown, path: string): Array<string | undefined> {
	const list = readPath(event, path);
	const read = Array.isArray(list) ? list.map((one) => textOf(one) ?? textOf(readPath(one, 'emailAddress'))) : [];
	return read.length > 0 ? read : [undefined];
}
