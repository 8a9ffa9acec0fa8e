/**
 * A provider is one small class: it builds the request and reads the answer. Pacing, deadlines, retries, fail-over,
 * claim and settle are written once, in engine/delivery.
 */
export interface Provider<Message> {
	/** Stable kind, such as `twilio`; recorded with every message. */
	readonly kind: string;
	/** What the operator calls it (the sub-node's name); appears in outputs and reports. */
	readonly label: string;
	/** True when a repeated request with the same idempotency key cannot send twice. Only then is an unknown outcome retried. */
	readonly idempotent: boolean;
	/** Milliseconds until an unanswered request is given up. */
	readonly timeoutMs: number;
	/** Requests per second this provider may be asked; undefined: no pacing. */
	readonly requestsPerSecond?: number;
	/** Requests at once; default 10. */
	readonly concurrency?: number;
	/** What pacing and the circuit breaker are shared by: the account and sender behind this provider. Default: kind and label. Never a secret. */
	readonly identity?: string;
	/** Further attempts after a definite, transient refusal (idempotent providers: also after an unknown outcome). Default 0. */
	readonly retries?: number;
	/** Strings that must never reach an outcome, a log or the store. Not enumerable where a class supplies it. */
	readonly secrets?: readonly string[];
	/** False: loopback, private and link-local addresses are refused. Default true, for base URLs that the operator typed into a credential. */
	readonly allowPrivate?: boolean;
	request(message: Message): HttpRequest | Promise<HttpRequest>;
	/** Reads a complete HTTP answer. Must not throw: an answer it cannot read is `unknown`. */
	read(response: HttpResponse, message: Message): ProviderOutcome;
}

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
}

export interface HttpResponse {
	status: number;
	/** Lower-case names. */
	headers: Record<string, string>;
	body: string;
}

/**
 * What became of one attempt.
 * - `sent`: accepted by the provider.
 * - `refused`: the provider's sheet says that this answer means "not accepted"; nothing was sent. `transient` refusals
 *   may be retried and fail over; `auth` ones fail over and are loud; `request` ones fail over (another provider may
 *   take the message).
 * - `recipient`: refused because of the recipient: no provider will do better. Ends there.
 * - `unknown`: nobody knows whether it was sent. Never retried unless the provider is idempotent, never failed over.
 */
export type ProviderOutcome =
	| { outcome: 'sent'; providerId: string | null }
	| { outcome: 'refused'; kind: 'transient' | 'auth' | 'request'; code: string; detail: string; retryAfterMs?: number }
	| { outcome: 'recipient'; reason: 'invalid_recipient' | 'unsubscribed'; code: string; detail: string }
	| { outcome: 'unknown'; code: string; detail: string };

/** An SMS ready to go. */
export interface SmsMessage {
	/** E.164. */
	to: string;
	body: string;
	/** Our message id: stable over retries, opaque. */
	messageId: string;
	campaignId: string;
	templateId?: string;
	templateVariables?: string[];
	/** Own values for the provider's custom `$$name` fields. */
	keyValues?: Record<string, string>;
}
