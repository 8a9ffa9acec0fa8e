import { authHeaders, authSecrets, type HttpAuth } from '../http/auth';
import { isObject, parseJson, readPath, textOf } from '../http/json-path';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import { fixedOrigin } from '../http/url-template';
import type { HttpRequest, HttpResponse, HttpProvider, ProviderOutcome, SmsMessage } from '../provider';
import { checkRequest, renderRequest, type GenericRequest } from './generic-request';

export interface GenericHttpConfig extends GenericRequest {
	label: string;
	auth: HttpAuth;
	/** What a 2xx answer must say to count as accepted. Omitted: every 2xx is. */
	success?: {
		/** Such as `data.status`, in the JSON of the answer. */
		path: string;
		/** Compared as text; any of them. */
		values: string[];
		/** What a 2xx with another value means. Default unknown: it may be a way of saying yes that was not foreseen. */
		otherwise?: 'unknown' | 'refused';
	};
	/** Where the provider's message id stands in the answer. */
	messageIdPath?: string;
	/** Statuses beyond the default list that mean "not accepted, may be repeated", such as 503 for a documented maintenance answer. */
	refusedStatuses?: number[];
	timeoutMs?: number;
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
	allowPrivate?: boolean;
}

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
		checkRequest(config);
	}

	get secrets(): readonly string[] {
		return authSecrets(this.#config.auth);
	}

	/** Throws a CampaignError when the message lacks a value that a template needs. */
	request(message: SmsMessage): HttpRequest {
		const { method, auth } = this.#config;
		const { url, headers, body } = renderRequest(this.#config, message);
		return { method, url, headers: withAuth(headers, authHeaders(auth)), ...(body !== undefined && { body }) };
	}

	read(response: HttpResponse): ProviderOutcome {
		const { refusedStatuses = [] } = this.#config;
		if (isSuccess(response.status)) return this.readSuccess(response);
		const kind = refusedStatuses.includes(response.status) ? 'transient' : refusalKind(response.status);
		const code = `http_${response.status}`;
		if (kind === undefined) return { outcome: 'unknown', code, detail: describe(response) };
		return refusal(kind, code, describe(response), response);
	}

	private readSuccess(response: HttpResponse): ProviderOutcome {
		const { success, messageIdPath } = this.#config;
		const body = parseJson(response.body);
		const providerId = messageIdPath ? textOf(readPath(body, messageIdPath)) : undefined;
		if (!success) return { outcome: 'sent', providerId: providerId ?? null };
		const said = textOf(readPath(body, success.path));
		if (said !== undefined && success.values.includes(said)) return { outcome: 'sent', providerId: providerId ?? null };
		const detail = `${said === undefined ? `Nothing at "${success.path}"` : `"${success.path}" is "${said}"`}. ${describe(response)}`;
		if (success.otherwise === 'refused' && isObject(body)) return refusal('request', 'not_accepted', detail, response);
		return { outcome: 'unknown', code: 'not_confirmed', detail };
	}
}

/** Whatever else a request says, nothing takes the place of its credentials. */
function withAuth(headers: Record<string, string>, auth: Record<string, string>): Record<string, string> {
	const names = new Set(Object.keys(auth).map((name) => name.toLowerCase()));
	return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase()))), ...auth };
}
