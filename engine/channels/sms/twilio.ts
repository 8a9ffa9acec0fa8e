import { CampaignError } from '../../errors';
import { basicAuth } from '../http/auth';
import { postForm } from '../http/form';
import { isObject, parseJson } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
import { callbackUrl } from '../receipts/callback-url';
import { baseUrlOf, HttpSms, judged, type SmsProviderConfig, type Verdict } from './http-sms';

export interface TwilioConfig extends SmsProviderConfig {
	accountSid: string;
	/** The account's auth token, or an API key (`SK...`) with its secret; the account SID stays in the path either way. */
	auth: { type: 'token'; authToken: string } | { type: 'apiKey'; keySid: string; keySecret: string };
	/** A sender's number or alphanumeric id. With `messagingServiceSid` it picks that sender of the service's pool. */
	from?: string;
	/** `MG...`; Twilio picks the sender. One of the two is needed. */
	messagingServiceSid?: string;
	/** Default https://api.twilio.com; regional hosts, proxies and mocks go here. */
	baseUrl?: string;
	/** Where Twilio reports deliveries to; our message id is added to its query. */
	statusCallback?: string;
	/** Seconds Twilio may keep the message in its queue, 1 to 36000. */
	validityPeriod?: number;
}

export const TWILIO_BASE_URL = 'https://api.twilio.com';

/**
 * Twilio's error codes (https://www.twilio.com/docs/api/errors) that say "not accepted". Codes that are not listed are
 * judged by their HTTP status.
 */
const ERROR_CODES: Record<number, Verdict> = {
	20003: 'auth', // credentials refused
	20005: 'auth', // account not active
	20404: 'request',
	20429: 'transient', // too many requests
	20503: 'transient', // service unavailable
	21211: 'invalid_recipient', // "To" is not a phone number
	21212: 'request', // "From" is invalid
	21214: 'invalid_recipient', // "To" cannot be reached
	21217: 'invalid_recipient',
	21265: 'invalid_recipient', // landline
	21408: 'request', // region not enabled for the account
	21602: 'request', // body missing
	21603: 'request', // "From" missing
	21604: 'request', // "To" missing
	21606: 'request', // "From" cannot send SMS, or is not ours
	21608: 'invalid_recipient', // trial account, number not verified
	21609: 'request', // StatusCallback invalid
	21610: 'unsubscribed', // the recipient answered STOP
	21611: 'transient', // the sender's queue is full
	21612: 'invalid_recipient', // no route to this recipient
	21614: 'invalid_recipient', // not a mobile number
	21617: 'request', // body longer than 1600 characters
	21619: 'request', // media
	21620: 'request', // media
	21635: 'invalid_recipient', // landline
	21701: 'request', // messaging service missing
	21703: 'request', // messaging service without senders
	21705: 'request', // messaging service invalid
};

/**
 * Twilio Programmable Messaging: `POST /2010-04-01/Accounts/{AccountSid}/Messages.json`, one recipient per request. The
 * API takes no idempotency key, so an unanswered request stays unknown.
 */
export class TwilioSms extends HttpSms {
	readonly kind = 'twilio';

	readonly identity: string;

	readonly #config: TwilioConfig;

	readonly #url: string;

	readonly #authorization: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: TwilioConfig) {
		super(config);
		if (!config.accountSid) throw new CampaignError('twilio_account', 'The Twilio credential has no Account SID');
		if (!config.from && !config.messagingServiceSid) {
			throw new CampaignError('twilio_sender', 'Twilio needs a sender', 'Set a From number or a Messaging Service SID on the provider node.');
		}
		const baseUrl = baseUrlOf(config.baseUrl, TWILIO_BASE_URL, 'Twilio');
		this.identity = ['twilio', baseUrl, config.accountSid, config.messagingServiceSid || config.from].join(' ');
		this.#config = config;
		this.#url = `${baseUrl}/2010-04-01/Accounts/${encodeURIComponent(config.accountSid)}/Messages.json`;
		this.#authorization =
			config.auth.type === 'token' ? basicAuth(config.accountSid, config.auth.authToken) : basicAuth(config.auth.keySid, config.auth.keySecret);
	}

	get secrets(): readonly string[] {
		const { auth } = this.#config;
		return [auth.type === 'token' ? auth.authToken : auth.keySecret, this.#authorization.slice('Basic '.length)];
	}

	request(message: SmsMessage): HttpRequest {
		const { from, messagingServiceSid, statusCallback, validityPeriod } = this.#config;
		const form = new URLSearchParams({ To: message.to });
		if (from) form.set('From', from);
		if (messagingServiceSid) form.set('MessagingServiceSid', messagingServiceSid);
		form.set('Body', message.body);
		if (statusCallback) form.set('StatusCallback', callbackUrl(statusCallback, message.messageId));
		if (validityPeriod) form.set('ValidityPeriod', String(validityPeriod));
		return postForm(this.#url, form, { Authorization: this.#authorization });
	}

	read(response: HttpResponse): ProviderOutcome {
		const body = parseJson(response.body);
		if (isSuccess(response.status)) return readAccepted(response, body);
		return readError(response, body);
	}
}

/** 201 with the message's `sid`. A 2xx without one did not come from Twilio, or not whole. */
function readAccepted(response: HttpResponse, body: unknown): ProviderOutcome {
	if (isObject(body) && typeof body['sid'] === 'string' && body['sid'] !== '') return { outcome: 'sent', providerId: body['sid'] };
	return { outcome: 'unknown', code: `http_${response.status}`, detail: `Accepted without a message sid. ${describe(response)}` };
}

/** `{code, message, more_info, status}`; the code decides, then the status. A 5xx without a listed code stays unknown. */
function readError(response: HttpResponse, body: unknown): ProviderOutcome {
	const number = isObject(body) && (typeof body['code'] === 'number' || typeof body['code'] === 'string') ? Number(body['code']) : undefined;
	const message = isObject(body) && typeof body['message'] === 'string' ? body['message'] : describe(response);
	const code = number ? String(number) : `http_${response.status}`;
	const listed = number && Object.hasOwn(ERROR_CODES, number) ? ERROR_CODES[number] : undefined;
	return judged(listed ?? refusalKind(response.status), code, message, response);
}
