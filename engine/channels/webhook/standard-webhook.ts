import { createHash } from 'node:crypto';
import { CampaignError } from '../../errors';
import type { HttpAuth } from '../http/auth';
import { escapeFor } from '../http/place';
import { RequestAuth, withAuth } from '../http/request-auth';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import type { Batching, HttpRequest, HttpResponse, HttpProvider, ProviderOutcome } from '../provider';
import { isProtocolHeader } from './headers';
import type { WebhookMessage } from './message';
import { readSecrets, sign } from './signature';

export interface StandardWebhookConfig {
	label: string;
	/** `whsec_...`; several separated by spaces sign with each. Empty: not signed. */
	secret?: string;
	auth?: HttpAuth;
	/** What pacing and circuit breaker are shared by, such as the endpoint's origin. Default: the label. */
	identity?: string;
	timeoutMs?: number;
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
	/** Many messages per call, as elements of an array in the envelope of each. Absent: each goes alone. */
	batch?: {
		/** Messages per call. */
		most: number;
		/**
		 * The receiver recognizes every element by its own `messageId`. Only then may an unanswered call be repeated: after a crash the
		 * messages come together in other calls, which have other ids.
		 */
		deduplicated: boolean;
	};
	/** Default false: endpoints at loopback and private addresses are refused. */
	allowPrivate?: boolean;
	/** Epoch milliseconds; the time of each attempt is signed. */
	now: () => number;
}

/** Largest body of a call with many messages. The protocol recommends less than 20 KB for one. */
const MAX_BATCH_BYTES = 1_000_000;

/** Access token and element of one message. */
interface Part {
	auth: Record<string, string>;
	element: string;
}

/**
 * Calls an endpoint by the Standard Webhooks protocol. `webhook-id` is the message's id on every attempt, by which
 * receivers recognize a repetition; that is why an unanswered call may be repeated. Only a 2xx counts as delivered:
 * the protocol names everything else, 5xx included, a failed delivery.
 *
 * The id of a call with many messages is made of theirs: the same messages have the same id and the same body, in whatever
 * order they came. A receiver may have taken in a part of them when it answers 5xx, so that leaves all of them unknown, unless
 * it recognizes each.
 */
export class StandardWebhook implements HttpProvider<WebhookMessage> {
	readonly kind = 'webhook';

	readonly label: string;

	readonly idempotent: boolean;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	readonly allowPrivate: boolean;

	readonly identity: string;

	readonly batch?: Batching<WebhookMessage, Part>;

	readonly #secret: string;

	readonly #keys: readonly Buffer[];

	readonly #auth: RequestAuth;

	readonly #now: () => number;

	/** Throws a CampaignError when the secret is none. */
	constructor(config: StandardWebhookConfig) {
		this.label = config.label;
		this.timeoutMs = config.timeoutMs ?? 5_000;
		this.retries = config.retries ?? 2;
		this.requestsPerSecond = config.requestsPerSecond;
		this.concurrency = config.concurrency;
		this.allowPrivate = config.allowPrivate ?? false;
		this.identity = `webhook ${config.identity ?? config.label}`;
		this.idempotent = config.batch === undefined || config.batch.deduplicated;
		this.#secret = config.secret ?? '';
		this.#keys = readSecrets(this.#secret);
		this.#auth = new RequestAuth(config.auth ?? { type: 'none' });
		this.#now = config.now;
		if (config.batch) this.batch = this.batching(config.batch);
	}

	get secrets(): readonly string[] {
		const signing = this.#secret.split(/\s+/).flatMap((secret) => [secret, secret.replace(/^whsec_/, '')]);
		return [...signing, ...this.#auth.secrets].filter((secret) => secret !== '');
	}

	async request(message: WebhookMessage): Promise<HttpRequest> {
		if (message.messageId === '' || message.messageId.includes('.')) {
			throw new CampaignError('webhook_id', 'The message id cannot be a webhook-id: it is empty or contains a full stop');
		}
		// One that is left alone goes in the form of the many.
		if (this.batch) return this.batch.request([await this.batch.part(message)], [message]);
		const auth = await this.#auth.headers(message, this.timeoutMs);
		return this.call(message, message.messageId, message.method === 'GET' ? undefined : message.body, auth);
	}

	read(response: HttpResponse, message: WebhookMessage): ProviderOutcome {
		return this.#auth.judge(readStatus(response, this.idempotent), response, message);
	}

	private batching({ most }: NonNullable<StandardWebhookConfig['batch']>): Batching<WebhookMessage, Part> {
		return {
			most,
			maxBytes: MAX_BATCH_BYTES,
			key: ({ method, url, headers, envelope }) => JSON.stringify([method, url, headers, envelope]),
			part: async (message) => ({ auth: await this.#auth.headers(message, this.timeoutMs), element: message.body ?? 'null' }),
			request: (parts, messages) => {
				const ordered = messages.map(({ messageId }, index) => ({ messageId, element: parts[index]?.element ?? 'null' })).sort((a, b) => (a.messageId < b.messageId ? -1 : 1));
				const { before = '', after = '' } = messages[0]?.envelope ?? {};
				const body = `${before}[${ordered.map(({ element }) => element).join(',')}]${after}`;
				return this.call(messages[0] as WebhookMessage, idOfMany(ordered), body, parts.at(-1)?.auth ?? {});
			},
			read: (response, messages) => {
				const outcome = readStatus(response, this.idempotent);
				// A token that was refused is renewed for each of them, and they come back together.
				if (response.status === 401) return messages.map((message) => this.#auth.judge(outcome, response, message));
				// No message is to blame for that, and no more calls are wanted.
				return response.status === 410 ? messages.map(() => outcome) : outcome;
			},
		};
	}

	/** @param auth headers that sign in */
	private call({ method, url, headers }: WebhookMessage, id: string, body: string | undefined, auth: Record<string, string>): HttpRequest {
		const timestamp = Math.floor(this.#now() / 1000);
		const own = Object.entries(headers).filter(([name]) => !isProtocolHeader(name));
		const typed = own.some(([name]) => name.toLowerCase() === 'content-type');
		return {
			method,
			url,
			headers: {
				...(body !== undefined && !typed && { 'Content-Type': 'application/json; charset=utf-8' }),
				...withAuth(Object.fromEntries(own.map(([name, value]) => [name, escapeFor('header', value)])), auth),
				'webhook-id': id,
				'webhook-timestamp': String(timestamp),
				...(this.#keys.length > 0 && { 'webhook-signature': sign(this.#keys, id, timestamp, body ?? '') }),
			},
			...(body !== undefined && { body }),
		};
	}
}

/** One message keeps its own id; that of several tells of each. */
function idOfMany(messages: ReadonlyArray<{ messageId: string }>): string {
	const ids = messages.map(({ messageId }) => messageId);
	return ids.length === 1 ? String(ids[0]) : `batch-${createHash('sha256').update(ids.join('\n')).digest('base64url')}`;
}

/** @param repeatable whether a call that was carried out in part does no harm when it is repeated */
function readStatus(response: HttpResponse, repeatable: boolean): ProviderOutcome {
	if (isSuccess(response.status)) return { outcome: 'sent', providerId: null };
	const code = `http_${response.status}`;
	if (response.status === 410) return refusal('request', 'gone', 'The endpoint answered 410 Gone: it asks for no more calls', response);
	const kind = refusalKind(response.status) ?? (repeatable ? 'transient' : undefined);
	return kind === undefined ? { outcome: 'unknown', code, detail: describe(response) } : refusal(kind, code, describe(response), response);
}
