import type { HttpResponse, ProviderOutcome } from '../provider';

export type Refusal = Extract<ProviderOutcome, { outcome: 'refused' }>;

/** Statuses by which a server says that it did not take the request now but may later. */
const TRANSIENT = new Set([408, 425, 429]);

/** Statuses about the account: bad credentials, no credit, not allowed. Loud, and worth another try once mended. */
const AUTH = new Set([401, 402, 403, 407]);

/**
 * What an HTTP status alone says where the provider's body says nothing: 408, 425 and 429 are definite and
 * transient, every other 4xx is definite; a 3xx is definite too, as redirects are not followed. Undefined for 2xx
 * and for 5xx, of which nobody knows whether the request was carried out.
 */
export function refusalKind(status: number): Refusal['kind'] | undefined {
	if (TRANSIENT.has(status)) return 'transient';
	if (AUTH.has(status)) return 'auth';
	if (status >= 300 && status < 500) return 'request';
	return undefined;
}

/** Statuses about the address, the method or the form of a request: 404, 405, 406, 410, 411, 415, 426. */
const ABOUT_ADDRESS = new Set([404, 405, 406, 410, 411, 415, 426]);

/** Whether a request is refused by its status whatever messages are in it: by those, and by redirects. */
export function isWhateverIsIn(status: number): boolean {
	return ABOUT_ADDRESS.has(status) || (status >= 300 && status < 400);
}

export function isSuccess(status: number): boolean {
	return status >= 200 && status < 300;
}

/** A refusal with the answer's Retry-After, if it has one. */
export function refusal(kind: Refusal['kind'], code: string, detail: string, response: HttpResponse): Refusal {
	const retryAfter = retryAfterMs(response.headers);
	return { outcome: 'refused', kind, code, detail, ...(retryAfter !== undefined && { retryAfterMs: retryAfter }) };
}

/** `http_429: <beginning of the body>` for an answer that has no words of its own. */
export function describe(response: HttpResponse): string {
	const body = response.body.replace(/\s+/g, ' ').trim();
	return body === '' ? `HTTP ${response.status} with an empty body` : `HTTP ${response.status}: ${body}`;
}

/**
 * Milliseconds of a Retry-After header (RFC 9110 10.2.3): seconds, or a date, which is compared with the answer's
 * own Date header so that neither clock matters. Undefined when missing or unreadable; never negative.
 */
export function retryAfterMs(headers: Record<string, string>): number | undefined {
	const value = headers['retry-after']?.trim();
	if (!value) return undefined;
	if (/^\d+(\.\d+)?$/.test(value)) return Math.round(Number(value) * 1000);
	const until = Date.parse(value);
	const answered = Date.parse(headers['date'] ?? '');
	return Number.isNaN(until) || Number.isNaN(answered) ? undefined : Math.max(0, until - answered);
}
