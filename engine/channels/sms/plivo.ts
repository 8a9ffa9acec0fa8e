import { CampaignError } from '../../errors';
import { basicAuth } from '../http/auth';
import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import { notEach } from '../http/together';
import type { Batching, HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
import { callbackUrl } from '../receipts/callback-url';
import { baseUrlOf, HttpSms, judged, required, type SmsProviderConfig, type Verdict } from './http-sms';

export interface PlivoConfig extends SmsProviderConfig {
	authId: string;
	authToken: string;
	/** A number of the account or an alphanumeric sender id. */
	from?: string;
	/** Plivo picks the sender from this pool. Exactly one of the two is needed. */
	powerpackId?: string;
	/** Default https://api.plivo.com; proxies and mocks go here. */
	baseUrl?: string;
	/** Where Plivo reports deliveries to; our message id is added to its query. */
	statusCallback?: string;
	/** Seconds Plivo may keep the message before it gives up. */
	validityPeriod?: number;
	/** What Plivo keeps of text and number in its logs; default: all. */
	log?: 'true' | 'false' | 'content_only' | 'number_only';
	/** India: the business as registered for DLT. */
	dltEntityId?: string;
	/** India: the template as registered for DLT, where the message names none. */
	dltTemplateId?: string;
	/** India: the category of that template. */
	dltTemplateCategory?: string;
}

export const PLIVO_BASE_URL = 'https://api.plivo.com';

const MOST_PER_REQUEST = 1000;

/**
 * Plivo: `POST /v1/Account/{auth id}/Message/` with JSON, one recipient per request. Sources: plivo/plivo-node (messages
 * resource), its reports of error answers, https://www.plivo.com/docs/messaging/api/messages/. On request messages of the same
 * text share one (https://www.plivo.com/docs/messaging/api/message/bulk-messaging/): their numbers with `<` between, each but
 * once; the answer lists the invalid ones, and one UUID per valid one. In which order is not documented, so the messages have
 * no UUID, and with a status callback each goes alone. Plivo picks the encoding
 * itself. No idempotency key. Errors have words, no codes; 402 and 429 are not seen confirmed. 500 is documented without
 * saying that nothing was sent, so it stays unknown.
 */
export class PlivoSms extends HttpSms {
	readonly kind = 'plivo';

	readonly identity: string;

	readonly #config: PlivoConfig;

	readonly #url: string;

	readonly #authorization: string;

	readonly batch: Batching<SmsMessage, string>;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: PlivoConfig) {
		super(config);
		const authId = required(config.authId, 'plivo_account', 'The Plivo credential has no Auth ID');
		const authToken = required(config.authToken, 'plivo_account', 'The Plivo credential has no Auth Token');
		const { from, powerpackId } = config;
		if (!from && !powerpackId) throw new CampaignError('plivo_sender', 'Plivo needs a sender', 'Set a From number or a Powerpack UUID on the provider node.');
		if (from && powerpackId) throw new CampaignError('plivo_sender', 'Plivo takes one sender, not two', 'Set either a From number or a Powerpack UUID.');
		const baseUrl = baseUrlOf(config.baseUrl, PLIVO_BASE_URL, 'Plivo');
		this.identity = ['plivo', baseUrl, authId, powerpackId || from].join(' ');
		this.#config = { ...config, authId, authToken };
		this.#url = `${baseUrl}/v1/Account/${encodeURIComponent(authId)}/Message/`;
		this.#authorization = basicAuth(authId, authToken);
		this.batch = {
			most: Math.min(config.messagesPerRequest ?? 1, MOST_PER_REQUEST),
			key: ({ body, templateId }) => (config.statusCallback ? undefined : JSON.stringify([body, templateId])),
			recipient: ({ to }) => to,
			part: ({ to }) => to,
			request: (numbers, [message]) => this.post(message as SmsMessage, numbers.join('<')),
			read: (response, messages) => this.readEach(response, messages),
		};
	}

	get secrets(): readonly string[] {
		return [this.#config.authToken, this.#authorization.slice('Basic '.length)];
	}

	request(message: SmsMessage): HttpRequest {
		return this.post(message, message.to);
	}

	private post(message: SmsMessage, to: string): HttpRequest {
		const { from, powerpackId, statusCallback, validityPeriod, log, dltEntityId, dltTemplateId, dltTemplateCategory } = this.#config;
		const templateId = message.templateId || dltTemplateId;
		return {
			method: 'POST',
			url: this.#url,
			headers: { Authorization: this.#authorization, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: JSON.stringify({
				...(powerpackId ? { powerpack_uuid: powerpackId } : { src: from }),
				dst: to,
				text: message.body,
				type: 'sms',
				...(statusCallback && { url: callbackUrl(statusCallback, message.messageId), method: 'POST' }),
				...(validityPeriod && { message_expiry: validityPeriod }),
				...(log && { log }),
				...(dltEntityId && { dlt_entity_id: dltEntityId }),
				...(templateId && { dlt_template_id: templateId }),
				...(dltTemplateCategory && { dlt_template_category: dltTemplateCategory }),
			}),
		};
	}

	read(response: HttpResponse, message: SmsMessage): ProviderOutcome {
		const body = parseJson(response.body);
		const said = textOf(readPath(body, 'error'));
		const detail = said || describe(response);
		if (isSuccess(response.status)) return readAccepted(response, body, detail);
		const verdict: Verdict | undefined = response.status === 400 && said && this.isAboutRecipient(said, message) ? 'invalid_recipient' : refusalKind(response.status);
		return judged(verdict, `http_${response.status}`, detail, response);
	}

	private readEach(response: HttpResponse, messages: readonly SmsMessage[]): ProviderOutcome | ProviderOutcome[] {
		const body = parseJson(response.body);
		const said = textOf(readPath(body, 'error'));
		const uuids = listOf(readPath(body, 'message_uuid'));
		const invalid = new Set(listOf(readPath(body, 'invalid_number')).map(digits));
		const valid = messages.filter(({ to }) => !invalid.has(digits(to))).length;
		// Only if each number is in one of the lists is it known in which.
		if (!isSuccess(response.status) || uuids.length !== valid || messages.length - valid !== invalid.size) {
			return notEach(judged(refusalKind(response.status), `http_${response.status}`, said || describe(response), response), response);
		}
		const refused = judged('invalid_recipient', 'invalid_number', 'Plivo lists the number as invalid', response);
		return messages.map(({ to }) => (invalid.has(digits(to)) ? refused : { outcome: 'sent', providerId: null }));
	}

	/** Sender and recipient are called "not a valid phone number" alike; the number in the text, or its parameter, tells them apart. */
	private isAboutRecipient(said: string, { to }: SmsMessage): boolean {
		if (!/invalid|not (a )?valid/i.test(said)) return false;
		if (said.includes(to.replace('+', ''))) return true;
		const sender = this.#config.from?.replace('+', '');
		const aboutSender = /\b(src|sender|powerpack)/i.test(said) || (sender !== undefined && said.includes(sender));
		return !aboutSender && /\bdst\b|\b(phone|destination|invalid) numbers?\b/i.test(said);
	}
}

/** 202 with one UUID per recipient, or with the recipient among the invalid numbers. */
function readAccepted(response: HttpResponse, body: unknown, detail: string): ProviderOutcome {
	const providerId = textOf(readPath(body, 'message_uuid[0]'));
	if (providerId) return { outcome: 'sent', providerId };
	const refused = textOf(readPath(body, 'invalid_number[0]'));
	if (refused) return judged('invalid_recipient', 'invalid_number', detail, response);
	return { outcome: 'unknown', code: `http_${response.status}`, detail: `Accepted without a message UUID. ${detail}` };
}

function listOf(value: unknown): string[] {
	return Array.isArray(value) ? value.flatMap((one) => textOf(one) || []) : [];
}

function digits(number: string): string {
	return number.replace(/\D/g, '');
}
