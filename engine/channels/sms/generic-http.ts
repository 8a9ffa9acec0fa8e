import { CampaignError } from '../../errors';
import type { HttpAuth } from '../http/auth';
import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { RequestAuth, withAuth } from '../http/request-auth';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import { fixedOrigin } from '../http/url-template';
import type { HttpRequest, HttpResponse, HttpProvider, ProviderOutcome, SmsMessage } from '../provider';
import { checkRequest, renderRequest, type GenericRequest } from './generic-request';

export interface GenericHttpConfig extends GenericRequest {
	label: string;
	auth: HttpAuth;
	/** Where an answer says what became of the message. Omitted: its status alone counts. */
	success?: {
		/** Such as `data.status`, in the JSON of the answer. */
		path: string;
		/** Compared as text; a 2xx with any of them is accepted. */
		values: string[];
		/** Not accepted, whatever the status. */
		refusedValues?: string[];
		/** Not accepted because of the number. */
		invalidRecipientValues?: string[];
		/** What a 2xx with another value means. Default unknown: it may be a way of saying yes that was not foreseen. */
		otherwise?: 'unknown' | 'refused';
	};
	/** Where the provider's message id stands in the answer. */
	messageIdPath?: string;
	/** Statuses that mean "not accepted" beyond those of HTTP; of 500 and above: "may be repeated", such as 503 for a documented maintenance answer. */
	refusedStatuses?: number[];
	/** Statuses of refusal after which the message may be on its way all the same. Default 409, by which gateways tell a repetition. */
	uncertainStatuses?: number[];
	timeoutMs?: number;
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
	allowPrivate?: boolean;
}

const UNCERTAIN_STATUSES = [409];

/** Any HTTP SMS gateway, described by the operator in CleverTap's way: templates with `$$` tokens, one request per recipient. */
export class GenericHttpSms implements HttpProvider<SmsMessage> {
	readonly kind = 'generic-http';

	readonly label: string;

	readonly idempotent = false;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	readonly allowPrivate: boolean;

	readonly identity: string;

	readonly #config: GenericHttpConfig;

	readonly #auth: RequestAuth;

	/** Throws a CampaignError naming what cannot work: a personalized host, a missing `$$To`, JSON that is none. */
	constructor(config: GenericHttpConfig) {
		const origin = fixedOrigin(config.url);
		this.label = config.label;
		this.timeoutMs = config.timeoutMs ?? 15_000;
		this.retries = config.retries ?? 0;
		this.requestsPerSecond = config.requestsPerSecond;
		this.concurrency = config.concurrency;
		this.allowPrivate = config.allowPrivate ?? true;
		this.identity = ['generic-http', config.method, origin, config.url.replace(/[?#].*$/s, '')].join(' ');
		this.#config = config;
		this.#auth = new RequestAuth(config.auth);
		checkRequest(config);
		checkAnswers(config);
	}

	get secrets(): readonly string[] {
		return this.#auth.secrets;
	}

	/** Throws a CampaignError when the message lacks a value that a template needs. */
	async request(message: SmsMessage): Promise<HttpRequest> {
		const { method } = this.#config;
		const { url, headers, body } = renderRequest(this.#config, message);
		const auth = await this.#auth.headers(message, this.timeoutMs);
		return { method, url, headers: withAuth(headers, auth), ...(body !== undefined && { body }) };
	}

	read(response: HttpResponse, message: SmsMessage): ProviderOutcome {
		const body = parseJson(response.body);
		const outcome = this.readWords(response, body) ?? (isSuccess(response.status) ? this.readSuccess(response, body) : this.readStatus(response));
		return this.#auth.judge(outcome, response, message);
	}

	/** What the answer itself says of a refusal goes before its status. */
	private readWords(response: HttpResponse, body: unknown): ProviderOutcome | undefined {
		const { path = '', refusedValues = [], invalidRecipientValues = [] } = this.#config.success ?? {};
		const said = path === '' ? undefined : textOf(readPath(body, path));
		if (said === undefined) return undefined;
		if (invalidRecipientValues.includes(said)) return { outcome: 'recipient', reason: 'invalid_recipient', code: said, detail: describe(response) };
		return refusedValues.includes(said) ? refusal(refusalKind(response.status) ?? (response.status >= 500 ? 'transient' : 'request'), said, describe(response), response) : undefined;
	}

	private readStatus(response: HttpResponse): ProviderOutcome {
		const { refusedStatuses = [], uncertainStatuses = UNCERTAIN_STATUSES } = this.#config;
		const { status } = response;
		const listed = refusedStatuses.includes(status);
		const kind = uncertainStatuses.includes(status) && !listed ? undefined : refusalKind(status) ?? (listed ? 'transient' : undefined);
		const code = `http_${status}`;
		if (kind === undefined) return { outcome: 'unknown', code, detail: describe(response) };
		return refusal(kind, code, describe(response), response);
	}

	private readSuccess(response: HttpResponse, body: unknown): ProviderOutcome {
		const { success, messageIdPath } = this.#config;
		const providerId = messageIdPath ? textOf(readPath(body, messageIdPath)) : undefined;
		if (!success) return { outcome: 'sent', providerId: providerId ?? null };
		const said = textOf(readPath(body, success.path));
		if (said !== undefined && success.values.includes(said)) return { outcome: 'sent', providerId: providerId ?? null };
		const detail = `${said === undefined ? `Nothing at "${success.path}"` : `"${success.path}" is "${said}"`}. ${describe(response)}`;
		if (success.otherwise === 'refused' && isObject(body)) return refusal('request', 'not_accepted', detail, response);
		return { outcome: 'unknown', code: 'not_confirmed', detail };
	}
}

/** Throws a CampaignError where one answer would mean two things. */
function checkAnswers({ success, refusedStatuses = [], uncertainStatuses = [] }: GenericHttpConfig): void {
	const status = refusedStatuses.find((one) => uncertainStatuses.includes(one));
	if (status !== undefined) throw new CampaignError('ambiguous_answer', `Status ${status} is said to mean that a message was refused, and that it is not certain`, 'Take it out of one of the two lists.');
	const { values = [], refusedValues = [], invalidRecipientValues = [] } = success ?? {};
	const all = [...new Set(values), ...new Set(refusedValues), ...new Set(invalidRecipientValues)];
	const value = all.find((one, index) => all.indexOf(one) !== index);
	if (value !== undefined) throw new CampaignError('ambiguous_answer', `The value "${value}" of an answer is said to mean two things`, 'Take it out of one of the lists: accepted, refused, invalid recipient.');
}
