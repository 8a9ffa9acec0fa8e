import { basicAuth } from '../http/auth';
import { postForm } from '../http/form';
import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
import { isGsm7 } from './gsm7';
import { baseUrlOf, HttpSms, judged, required, type SmsProviderConfig, type Verdict } from './http-sms';

export interface ExotelConfig extends SmsProviderConfig {
	accountSid: string;
	apiKey: string;
	apiToken: string;
	/** An ExoPhone, or a sender id linked to one. */
	from: string;
	/** Default https://api.exotel.com (Singapore); https://api.in.exotel.com is Mumbai. */
	baseUrl?: string;
	smsType?: 'transactional' | 'transactional_opt_in' | 'promotional';
	/** Where Exotel reports deliveries to. */
	statusCallback?: string;
	/** India: the business as registered for DLT. */
	dltEntityId?: string;
	/** India: the template as registered for DLT, where the message names none. */
	dltTemplateId?: string;
}

export const EXOTEL_BASE_URL = 'https://api.exotel.com';

/**
 * Detailed status codes that say "will not be sent" (https://developer.exotel.com/docs/sms-api/api-reference/status-codes and
 * /docs/sms-support/sms-status-codes, which have different ranges: both are taken).
 */
const DETAILED_CODES: Record<string, Verdict> = {
	23005: 'unsubscribed', // in the do-not-disturb register
	23010: 'invalid_recipient',
	23015: 'request', // spam
	23020: 'unsubscribed', // in the account's blacklist
	23072: 'request', // sender invalid
	23080: 'request', // DLT: scrubbed
	23081: 'request', // DLT: entity
	23082: 'request', // DLT: template
	23083: 'unsubscribed', // DLT: no consent of the recipient
	...Object.fromEntries(Array.from({ length: 9 }, (_, index) => [30001 + index, 'request' as const])), // DLT failures
};

/** What `Status` says of a message that was not stopped; an answer need not have one. */
const UNDER_WAY = new Set(['', 'queued', 'sending', 'submitted', 'sent', 'delivered']);

/**
 * Exotel: `POST /v1/Accounts/{sid}/Sms/send.json` as a form, one recipient per request. Sources: https://developer.exotel.com
 * (send SMS, status codes, SMS API errors) and support.exotel.com article 48282, which asks to judge by HTTP status and never by
 * the words. No idempotency key. The JSON fields are those of the documented answer about one message; that the answer to sending
 * has the same, and 402, is not seen confirmed.
 *
 * 409 is a duplicate: the message may be on its way, so it is unknown. 503 in Exotel's own words has not taken the message;
 * any other 5xx leaves that open.
 */
export class ExotelSms extends HttpSms {
	readonly kind = 'exotel';

	readonly identity: string;

	readonly #config: ExotelConfig;

	readonly #url: string;

	readonly #authorization: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: ExotelConfig) {
		super(config);
		const accountSid = required(config.accountSid, 'exotel_account', 'The Exotel credential has no Account SID');
		const apiKey = required(config.apiKey, 'exotel_account', 'The Exotel credential has no API Key');
		const apiToken = required(config.apiToken, 'exotel_account', 'The Exotel credential has no API Token');
		const from = required(config.from, 'exotel_sender', 'Exotel needs a sender', 'Set From on the provider node to an ExoPhone or a sender ID linked to it.');
		const baseUrl = baseUrlOf(config.baseUrl, EXOTEL_BASE_URL, 'Exotel');
		this.identity = ['exotel', baseUrl, accountSid, from].join(' ');
		this.#config = { ...config, apiToken, from };
		this.#url = `${baseUrl}/v1/Accounts/${encodeURIComponent(accountSid)}/Sms/send.json`;
		this.#authorization = basicAuth(apiKey, apiToken);
	}

	get secrets(): readonly string[] {
		return [this.#config.apiToken, this.#authorization.slice('Basic '.length)];
	}

	request(message: SmsMessage): HttpRequest {
		const { from, smsType, statusCallback, dltEntityId, dltTemplateId } = this.#config;
		const form = new URLSearchParams({ From: from, To: message.to, Body: message.body });
		form.set('EncodingType', isGsm7(message.body) ? 'plain' : 'unicode');
		form.set('CustomField', message.messageId);
		if (smsType) form.set('SmsType', smsType);
		if (statusCallback) form.set('StatusCallback', statusCallback);
		if (dltEntityId) form.set('DltEntityId', dltEntityId);
		const templateId = message.templateId || dltTemplateId;
		if (templateId) form.set('DltTemplateId', templateId);
		return postForm(this.#url, form, { Authorization: this.#authorization });
	}

	read(response: HttpResponse): ProviderOutcome {
		const body = parseJson(response.body);
		const exception = readPath(body, 'RestException');
		if (isObject(exception)) return readException(response, exception);
		const sms = readPath(body, 'SMSMessage');
		if (isSuccess(response.status) && isObject(sms)) return readMessage(response, sms);
		return judged(byStatus(response.status), `http_${response.status}`, describe(response), response);
	}
}

function byStatus(status: number): Verdict | undefined {
	return status === 409 ? undefined : refusalKind(status);
}

/** `{Status, Message, Code}`. The status repeats that of HTTP; where HTTP says 2xx, it is the one that counts. */
function readException(response: HttpResponse, exception: Record<string, unknown>): ProviderOutcome {
	const said = Number(textOf(exception['Status']));
	const status = isSuccess(response.status) ? said : response.status;
	const detail = textOf(exception['Message']) || describe(response);
	const verdict = status === 503 && said === 503 ? 'transient' : byStatus(status);
	return judged(verdict, textOf(exception['Code']) || `http_${status}`, detail, response);
}

function readMessage(response: HttpResponse, sms: Record<string, unknown>): ProviderOutcome {
	const code = textOf(sms['DetailedStatusCode']) ?? '';
	const status = textOf(sms['Status']) ?? '';
	const detail = [textOf(sms['DetailedStatus']), describe(response)].filter(Boolean).join('. ');
	if (Object.hasOwn(DETAILED_CODES, code)) return judged(DETAILED_CODES[code], code, detail, response);
	const providerId = textOf(sms['Sid']);
	if (providerId && UNDER_WAY.has(status.toLowerCase())) return { outcome: 'sent', providerId };
	return { outcome: 'unknown', code: code || `http_${response.status}`, detail: `The answer does not say whether the message was accepted. ${detail}` };
}
