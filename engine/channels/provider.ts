/**
 * A provider is one small class: it builds the request and reads the answer. Pacing, deadlines, retries, fail-over,
 * claim and settle are written once, in engine/delivery.
 */
export type Provider<Message> = HttpProvider<Message> | DirectProvider<Message>;

export interface ProviderSettings<Message = never> {
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
	/** What the circuit breaker is shared by, where it is less than `identity`: messages may go to servers that have nothing to do with each other. */
	breakerKey?(message: Message): string;
	/** Further attempts after a definite, transient refusal (idempotent providers: also after an unknown outcome). Default 0. */
	readonly retries?: number;
	/** Strings that must never reach an outcome, a log or the store. Not enumerable where a class supplies it. */
	readonly secrets?: readonly string[];
}

export interface HttpProvider<Message> extends ProviderSettings<Message> {
	/** False: loopback, private and link-local addresses are refused. Default true, for base URLs that the operator typed into a credential. */
	readonly allowPrivate?: boolean;
	/** True when the URL comes with the recipient, who then is invalid if it leads to an address that is refused. */
	readonly isUrlOfRecipient?: boolean;
	request(message: Message): HttpRequest | Promise<HttpRequest>;
	/** Reads a complete HTTP answer. Must not throw: an answer it cannot read is `unknown`. */
	read(response: HttpResponse, message: Message): ProviderOutcome;
	/** How several messages go in one request, where the API takes them. One that is alone goes by `request` and `read`. */
	readonly batch?: Batching<Message>;
}

/**
 * What a provider knows of requests with several messages. Who goes together, halving and what is told to the ledger is
 * engine/delivery's business.
 */
export interface Batching<Message, Part = unknown> {
	/** Messages per request. More than 100 count only where the provider is idempotent. */
	readonly most: number;
	/** Bytes of a request's body. */
	readonly maxBytes?: number;
	/** Messages of one key may share a request; undefined: this one goes alone. */
	key(message: Message): string | undefined;
	/** Whom the answer tells the messages of a request apart by: no two of one recipient share a request. Default: all do. */
	recipient?(message: Message): string;
	/** What of the request is this message's own. Throws as `request` does, and costs the others nothing. */
	part(message: Message): Part | Promise<Part>;
	/** One or more messages of one key. `messages[i]` is the one that `parts[i]` was made of. */
	request(parts: readonly Part[], messages: readonly Message[]): HttpRequest;
	/**
	 * Reads a complete HTTP answer: one outcome for all of them, or one for each in the order of `messages`; undefined where
	 * the answer says nothing of a message. One refusal for all must mean that none was accepted: it is asked again in halves
	 * if it is of kind `request` or about a recipient, unless its status is about the address or the form of the request. Must not throw.
	 */
	read(response: HttpResponse, messages: readonly Message[]): ProviderOutcome | ReadonlyArray<ProviderOutcome | undefined>;
}

/** A provider that speaks something else than HTTP/1.1, over connections of its own. */
export interface DirectProvider<Message> extends ProviderSettings<Message> {
	/** Whatever can be done, and fail, before anything leaves. Throws a CampaignError for a message that cannot be sent. */
	prepare?(message: Message): void | Promise<void>;
	/** One attempt, within `timeoutMs`. What has not left this machine is refused, whatever else is not certain is unknown. Must not throw. */
	deliver(message: Message): Promise<ProviderOutcome>;
}

export interface HttpRequest {
	method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	url: string;
	headers: Record<string, string>;
	body?: string;
	/** In place of `body`, where it is more than text. */
	bytes?: Buffer;
}

export interface HttpResponse {
	status: number;
	/** Lower-case names. */
	headers: Record<string, string>;
	body: string;
}

/**
 * What became of one attempt.
 * - `sent`: accepted by the provider. Of a message in several parts `providerId` may be the ids of all, with a space between.
 * - `refused`: the provider's sheet says that this answer means "not accepted"; nothing was sent. `transient` refusals
 *   may be retried and fail over; `auth` ones fail over and are loud; `request` ones fail over (another provider may
 *   take the message). `repeatNow`: the provider has mended what it was refused for, and is to be asked once more.
 *   `aboutRecipient`, of transient ones: only this recipient has to wait, and the provider may be asked for others.
 * - `recipient`: refused because of the recipient: no provider will do better. Ends there. `user_not_reachable`: this device
 *   is dead, since `goneSince` (epoch ms) where the provider says so. `mayBeSettings`: a wrong setting would look alike, or the
 *   recipient is another account's, so the next provider is asked before anything is concluded.
 * - `unknown`: nobody knows whether it was sent. Never retried unless the provider is idempotent, never failed over. Its
 *   `providerId` is there where we have made it.
 */
export type ProviderOutcome =
	| { outcome: 'sent'; providerId: string | null }
	| { outcome: 'refused'; kind: 'transient' | 'auth' | 'request'; code: string; detail: string; retryAfterMs?: number; repeatNow?: true; aboutRecipient?: true }
	| { outcome: 'recipient'; reason: RecipientReason; code: string; detail: string; goneSince?: number; mayBeSettings?: true }
	| { outcome: 'unknown'; code: string; detail: string; providerId?: string };

export type RecipientReason = 'invalid_recipient' | 'unsubscribed' | 'user_not_reachable';

/** Thrown by `request`, `part` or `prepare`: nothing has left, for a reason that the provider knows how to judge. */
export class NotReady extends Error {
	constructor(readonly refusal: Extract<ProviderOutcome, { outcome: 'refused' }>) {
		super(refusal.detail);
	}
}

/** Thrown by `request`, `part` or `prepare`: no message can be made for this recipient, whichever provider sends it. */
export class InvalidRecipient extends Error {
	constructor(
		readonly code: string,
		detail: string,
	) {
		super(detail);
	}
}

/** An SMS ready to go. */
export interface SmsMessage {
	/** E.164. */
	to: string;
	body: string;
	/** Our message id: stable over retries, opaque. */
	messageId: string;
	campaignId: string;
	templateId?: string;
	/** In the order of the template. */
	templateVariables?: string[];
	/** What fills the provider's own `$$names` of body, URL and query; the person's. */
	keyValues?: Record<string, string>;
	/** What fills those of the headers. */
	headerPairs?: Record<string, string>;
	/** What is the same for the whole campaign, and fills them everywhere. */
	globalPairs?: Record<string, string>;
}
