import { CampaignError } from '../../errors';
import { postForm } from '../http/form';
import { parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
import { isGsm7 } from './gsm7';
import { baseUrlOf, HttpSms, judged, required, type SmsProviderConfig, type Verdict } from './http-sms';

export interface VonageConfig extends SmsProviderConfig {
	apiKey: string;
	apiSecret: string;
	/** A number of the account, or up to 11 letters and digits. */
	from: string;
	/** Default https://rest.nexmo.com; proxies and mocks go here. */
	baseUrl?: string;
	/** Where Vonage reports deliveries to, instead of the account's own setting. */
	statusCallback?: string;
	/** Seconds Vonage may try to deliver, 20 to 604800. */
	validityPeriod?: number;
	/** India: the business as registered for DLT. */
	dltEntityId?: string;
	/** India: the template as registered for DLT, where the message names none. */
	dltTemplateId?: string;
}

export const VONAGE_BASE_URL = 'https://rest.nexmo.com';

const LONGEST_NAME = 11;

/** The API's statuses that say "not accepted" (https://developer.vonage.com/en/api-errors/sms). 0 is the only other one. */
const STATUSES: Record<string, Verdict> = {
	1: 'transient', // throttled
	2: 'request', // a parameter is missing
	3: 'request', // a parameter is invalid
	4: 'auth', // key or secret refused
	5: 'transient', // internal error while it was processed
	6: 'invalid_recipient', // no route to the number's prefix
	7: 'invalid_recipient', // the number is barred
	8: 'auth', // the account is barred
	9: 'auth', // no credit left
	10: 'transient', // too many connections
	11: 'auth', // the account may not use HTTP
	12: 'request', // too long
	14: 'auth', // signature refused
	15: 'request', // sender not allowed
	22: 'request', // network code
	23: 'request', // callback URL
	29: 'request', // trial account, number not in its list: another provider may reach it
	32: 'auth', // signature and secret in one request
	33: 'invalid_recipient', // the number is not in use any more
};

/**
 * Vonage's SMS API: `POST /sms/json` as a form, signed in by key and secret inside of it; one recipient per request. Sources:
 * the OpenAPI definition of the SMS API in Nexmo/api-specification, and the list of errors above. The answer is HTTP 200
 * whatever became of the message, so its statuses decide. No idempotency key. Not seen confirmed anywhere: signing in by
 * HTTP Basic, and how requests are signed; neither is used.
 */
export class VonageSms extends HttpSms {
	readonly kind = 'vonage';

	readonly identity: string;

	readonly #config: VonageConfig;

	readonly #url: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: VonageConfig) {
		super(config);
		const apiKey = required(config.apiKey, 'vonage_account', 'The Vonage credential has no API Key');
		const apiSecret = required(config.apiSecret, 'vonage_account', 'The Vonage credential has no API Secret');
		const from = senderOf(required(config.from, 'vonage_sender', 'Vonage needs a sender', 'Set From on the provider node.'));
		const baseUrl = baseUrlOf(config.baseUrl, VONAGE_BASE_URL, 'Vonage');
		this.identity = ['vonage', baseUrl, apiKey, from].join(' ');
		this.#config = { ...config, apiKey, apiSecret, from };
		this.#url = `${baseUrl}/sms/json`;
	}

	get secrets(): readonly string[] {
		return [this.#config.apiSecret];
	}

	request(message: SmsMessage): HttpRequest {
		const { apiKey, apiSecret, from, statusCallback, validityPeriod, dltEntityId, dltTemplateId } = this.#config;
		const form = new URLSearchParams({ api_key: apiKey, api_secret: apiSecret, from, to: digits(message.to), text: message.body });
		if (!isGsm7(message.body)) form.set('type', 'unicode');
		form.set('client-ref', message.messageId);
		if (statusCallback) {
			form.set('callback', statusCallback);
			form.set('status-report-req', 'true');
		}
		if (validityPeriod) form.set('ttl', String(validityPeriod * 1000));
		if (dltEntityId) form.set('entity-id', dltEntityId);
		const contentId = message.templateId || dltTemplateId;
		if (contentId) form.set('content-id', contentId);
		return postForm(this.#url, form);
	}

	read(response: HttpResponse): ProviderOutcome {
		const parts = readPath(parseJson(response.body), 'messages');
		if (Array.isArray(parts) && parts.length > 0) return readParts(response, parts);
		return judged(refusalKind(response.status), `http_${response.status}`, describe(response), response);
	}
}

/** Vonage writes numbers without a plus sign. */
function digits(number: string): string {
	return number.replace(/^\+/, '');
}

function senderOf(from: string): string {
	const sender = digits(from);
	if (/^\d{1,15}$/.test(sender) || sender.length <= LONGEST_NAME) return sender;
	throw new CampaignError('vonage_sender', `"${from}" is no sender for Vonage`, `Set From to a number of the account, or to a name of at most ${LONGEST_NAME} letters and digits.`);
}

/** One item per part of a long message. Accepted when all parts are; when some are, somebody may get a piece of it. */
function readParts(response: HttpResponse, parts: unknown[]): ProviderOutcome {
	const statuses = parts.map((part) => textOf(readPath(part, 'status')));
	const accepted = statuses.filter((status) => status === '0').length;
	if (accepted === parts.length) return readAccepted(response, parts);
	if (accepted > 0) return { outcome: 'unknown', code: 'partly_accepted', detail: `${accepted} of ${parts.length} parts were accepted. ${describe(response)}` };
	const verdicts = statuses.map((status) => (status !== undefined && Object.hasOwn(STATUSES, status) ? STATUSES[status] : undefined));
	const detail = textOf(readPath(parts[0], 'error-text')) || describe(response);
	const listed = verdicts.includes(undefined) ? refusalKind(response.status) : verdicts[0];
	return judged(listed, statuses[0] || `http_${response.status}`, detail, response);
}

/** Each part is reported on under an id of its own. */
function readAccepted(response: HttpResponse, parts: unknown[]): ProviderOutcome {
	const ids = parts.flatMap((part) => textOf(readPath(part, 'message-id')) || []);
	if (ids.length > 0 && isSuccess(response.status)) return { outcome: 'sent', providerId: ids.join(' ') };
	return { outcome: 'unknown', code: `http_${response.status}`, detail: `Accepted without a message ID. ${describe(response)}` };
}
