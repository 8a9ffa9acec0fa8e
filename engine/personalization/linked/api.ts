import { authSecrets } from '../../channels/http/auth';
import { describe, isSuccess, refusal, refusalKind } from '../../channels/http/status';
import { fixedOrigin, withParameters } from '../../channels/http/url-template';
import type { HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../../channels/provider';
import { readAnswer, type LinkedAnswer } from './answer';
import type { LinkedDefinition } from './definition';

/** A request under way, and what came of it. */
export interface Asking {
	readonly request: HttpRequest;
	answer?: LinkedAnswer;
	/** Of the answer, in memory. */
	bytes?: number;
	/** Of the last answer, whatever it was. */
	status?: number;
}

/**
 * An API in the shape of a provider, so that pace, retries, circuit breaker and redaction are those of every provider.
 * Asking again sends nothing to anybody, so an unanswered request may be repeated. Redirects are not followed.
 */
export class LinkedApi implements HttpProvider<Asking> {
	readonly kind = 'linked-content';

	readonly label: string;

	readonly idempotent = true;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	readonly allowPrivate: boolean;

	readonly identity: string;

	readonly #definition: LinkedDefinition;

	constructor(definition: LinkedDefinition) {
		const { name, method, url, timeoutMs, retries = 0, requestsPerSecond, concurrency, allowPrivate = false } = definition;
		this.label = name;
		this.timeoutMs = timeoutMs;
		this.retries = retries;
		this.requestsPerSecond = requestsPerSecond;
		this.concurrency = concurrency;
		this.allowPrivate = allowPrivate;
		this.identity = ['linked-content', method, fixedOrigin(url), url.trim().replace(/[?#].*$/s, '')].join(' ');
		this.#definition = definition;
	}

	get secrets(): readonly string[] {
		const { auth } = this.#definition;
		if (!auth) return [];
		return auth.type === 'query' ? [auth.value] : authSecrets(auth);
	}

	request({ request }: Asking): HttpRequest {
		const { auth } = this.#definition;
		return auth?.type === 'query' ? { ...request, url: withParameters(request.url, [auth]) } : request;
	}

	read(response: HttpResponse, asking: Asking): ProviderOutcome {
		const { status } = response;
		asking.status = status;
		const code = `http_${status}`;
		if (!isSuccess(status) && !this.#definition.acceptedStatuses?.includes(status)) {
			if (status >= 300 && status < 400) return refusal('request', code, `HTTP ${status}: redirects are not followed; use the address that the API redirects to`, response);
			const kind = refusalKind(status);
			return kind ? refusal(kind, code, describe(response), response) : { outcome: 'unknown', code, detail: describe(response) };
		}
		const read = readAnswer(response, this.secrets);
		if (!read.ok) return refusal('request', read.code, read.detail, response);
		asking.answer = read.answer;
		asking.bytes = read.bytes;
		return { outcome: 'sent', providerId: null };
	}
}
