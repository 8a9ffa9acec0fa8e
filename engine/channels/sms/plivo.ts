import { CampaignError } from '../../errors';
import { basicAuth } from '../http/auth';
import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
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

/**
 * Plivo: `POST /v1/Account/{auth id}/Message/` with JSON, one recipient per request. Sources: plivo/plivo-node (messages
 * resource), its reports of error answers, https://www.plivo.com/docs/messaging/api/messages/. Plivo picks the encoding
 * itself. No idempotency key. Errors have words, no codes; 402 and 429 are not seen confirmed. 500 is documented without
 * saying that nothing was sent, so it stays unknown.
 */
export class PlivoSms extends HttpSms {
	readonly kind = 'plivo';

	readonly identity: string;

	readonly #config: PlivoConfig;

	readonly #url: string;

	readonly #authorization: string;

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
	}

	get secrets(): readonly string[] {
		return [this.#config.authToken, this.#authorization.slice('Basic '.length)];
	}

	request(message: SmsMessage): HttpRequest {
		const { from, powerpackId, statusCallback, validityPeriod, log, dltEntityId, dltTemplateId, dltTemplateCategory } = this.#config;
		const templateId = message.templateId || dltTemplateId;
		return {
			method: 'POST',
			url: this.#url,
			headers: { Authorization: this.#authorization, 'Content-Type': 'application/json; charset=utf-8', Accept: 'application/json' },
			body: JSON.stringify({
				...(powerpackId ? { powerpack_uuid: powerpackId } : { src: from }),
				dst: message.to,
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
