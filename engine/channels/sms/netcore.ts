import { describe, isSuccess, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, ProviderOutcome, SmsMessage } from '../provider';
import { isGsm7 } from './gsm7';
import { baseUrlOf, HttpSms, judged, required, type SmsProviderConfig, type Verdict } from './http-sms';

export interface NetcoreConfig extends SmsProviderConfig {
	feedId: string;
	username: string;
	password: string;
	/** The sender's header; default: that of the feed. */
	senderId?: string;
	/** Default https://bulkpush.mytoday.com; the test host, proxies and mocks go here. */
	baseUrl?: string;
	/** POST keeps the password out of the URL, and of the logs of what lies between. */
	method?: 'POST' | 'GET';
	/** `mtype` of texts outside of the GSM 7-bit alphabet. Default 1; empty: none is sent. */
	unicodeType?: string;
	/** India: the business as registered for DLT. */
	dltEntityId?: string;
	/** India: the template as registered for DLT, where the message names none. */
	dltTemplateId?: string;
	/** What the account's error codes mean. Others refuse the message, and the next provider is asked. */
	codes?: { recipient?: readonly string[]; account?: readonly string[]; passing?: readonly string[] };
}

export const NETCORE_BASE_URL = 'https://bulkpush.mytoday.com';

/**
 * Netcore Cloud: `/BulkSms/SingleMsgApi` with the parameters feedid, username, password, To and Text; one recipient per request.
 *
 * Netcore publishes no reference of this API. The endpoint and the first five parameters, senderid and time are used alike by
 * many clients in public. Not confirmed: that parameters may come as a POST form, senderid, templateid, entityid and mtype=1,
 * the XML of the answer, and all error codes. Therefore only `<RESULT REQID="...">` with a `<MID>` and without an `<ERROR>` is
 * accepted, only an `<ERROR>` without a `<MID>` is refused, and everything else is unknown; what codes mean is a setting.
 * Retry-After and idempotency keys are not known of.
 */
export class NetcoreSms extends HttpSms {
	readonly kind = 'netcore';

	readonly identity: string;

	readonly #config: NetcoreConfig;

	readonly #url: string;

	/** Throws a CampaignError naming what is missing. */
	constructor(config: NetcoreConfig) {
		super(config);
		const feedId = required(config.feedId, 'netcore_account', 'The Netcore credential has no Feed ID');
		const username = required(config.username, 'netcore_account', 'The Netcore credential has no User');
		required(config.password, 'netcore_account', 'The Netcore credential has no Password');
		const baseUrl = baseUrlOf(config.baseUrl, NETCORE_BASE_URL, 'Netcore');
		this.identity = ['netcore', baseUrl, feedId, config.senderId].filter(Boolean).join(' ');
		this.#config = { ...config, feedId, username };
		this.#url = `${baseUrl}/BulkSms/SingleMsgApi`;
	}

	/** The password also as an answer in XML would repeat it. */
	get secrets(): readonly string[] {
		const { password } = this.#config;
		return [password, password.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')];
	}

	request(message: SmsMessage): HttpRequest {
		const parameters = this.parameters(message).toString();
		const headers = { Accept: 'application/xml' };
		if (this.#config.method === 'GET') return { method: 'GET', url: `${this.#url}?${parameters}`, headers };
		return { method: 'POST', url: this.#url, headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' }, body: parameters };
	}

	read(response: HttpResponse): ProviderOutcome {
		const { accepted, error } = readXml(response.body);
		if (isSuccess(response.status) && accepted && !error) return { outcome: 'sent', providerId: accepted };
		if (error && !accepted && !error.withMessage && response.status < 500) {
			const verdict = this.byCode(error.code) ?? refusalKind(response.status) ?? byWords(error.text);
			return judged(verdict, error.code || `http_${response.status}`, error.text || describe(response), response);
		}
		return judged(refusalKind(response.status), `http_${response.status}`, describe(response), response);
	}

	private parameters(message: SmsMessage): URLSearchParams {
		const { feedId, username, password, senderId, unicodeType = '1', dltEntityId, dltTemplateId } = this.#config;
		const parameters = new URLSearchParams({ feedid: feedId, username, password, To: message.to.replace(/^\+/, ''), Text: message.body });
		if (senderId) parameters.set('senderid', senderId);
		if (unicodeType && !isGsm7(message.body)) parameters.set('mtype', unicodeType);
		if (dltEntityId) parameters.set('entityid', dltEntityId);
		const templateId = message.templateId || dltTemplateId;
		if (templateId) parameters.set('templateid', templateId);
		return parameters;
	}

	private byCode(code: string): Verdict | undefined {
		const { recipient = [], account = [], passing = [] } = this.#config.codes ?? {};
		if (recipient.includes(code)) return 'invalid_recipient';
		if (account.includes(code)) return 'auth';
		return passing.includes(code) ? 'transient' : undefined;
	}
}

/** Credentials that are refused must be loud even where nobody has listed the code. */
function byWords(error: string): Verdict {
	return /user ?name|password|authenticat|authori[sz]|feed ?id|credential/i.test(error) ? 'auth' : 'request';
}

interface XmlAnswer {
	/** The request's id; undefined where no message was made of it. */
	accepted?: string;
	error?: { code: string; text: string; withMessage: boolean };
}

/** Reads only a whole document whose root is RESULT or ERROR. */
function readXml(body: string): XmlAnswer {
	const document = /^\s*(?:<\?xml[^>]*\?>\s*)?<(RESULT|ERROR)\b([^>]*)>(.*)<\/\1>\s*$/is.exec(body);
	if (!document) return {};
	const [, root = '', attributes = '', inside = ''] = document;
	const withMessage = /<MID\b/i.test(inside);
	const id = /\bREQID\s*=\s*["']([^"']+)["']/i.exec(attributes)?.[1];
	const failed = /^ERROR$/i.test(root) || /<ERROR\b/i.test(inside);
	return {
		...(withMessage && id && { accepted: id }),
		...(failed && { error: { code: element(inside, 'CODE'), text: element(inside, 'DESC'), withMessage } }),
	};
}

function element(xml: string, name: string): string {
	return new RegExp(`<${name}\\b[^>]*>([^<]*)</${name}>`, 'i').exec(xml)?.[1]?.trim() ?? '';
}
