import { CampaignError } from '../../errors';
import type { HttpAuth } from '../http/auth';
import { escapeFor } from '../http/place';
import { RequestAuth, withAuth } from '../http/request-auth';
import { describe, isSuccess, refusal, refusalKind } from '../http/status';
import type { HttpRequest, HttpResponse, HttpProvider, ProviderOutcome } from '../provider';
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
	/** Default false: endpoints at loopback and private addresses are refused. */
	allowPrivate?: boolean;
	/** Epoch milliseconds; the time of each attempt is signed. */
	now: () => number;
}

/** Headers that belong to the protocol; a message cannot set them. */
const RESERVED = new Set(['webhook-id', 'webhook-timestamp', 'webhook-signature']);

/**
 * Calls an endpoint by the Standard Webhooks protocol. `webhook-id` is the message's id on every attempt, by which
 * receivers recognize a repetition; that is why an unanswered call may be repeated. Only a 2xx counts as delivered:
 * the protocol names everything else, 5xx included, a failed delivery.
 */
export class StandardWebhook implements HttpProvider<WebhookMessage> {
	readonly kind = 'webhook';

	readonly label: string;

	readonly idempotent = true;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	readonly allowPrivate: boolean;

	readonly identity: string;

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
		this.#secret = config.secret ?? '';
		this.#keys = readSecrets(this.#secret);
		this.#auth = new RequestAuth(config.auth ?? { type: 'none' });
		this.#now = config.now;
	}

	get secrets(): readonly string[] {
		const signing = this.#secret.split(/\s+/).flatMap((secret) => [secret, secret.replace(/^whsec_/, '')]);
		return [...signing, ...this.#auth.secrets].filter((secret) => secret !== '');
	}

	async request(message: WebhookMessage): Promise<HttpRequest> {
		if (message.messageId === '' || message.messageId.includes('.')) {
			throw new CampaignError('webhook_id', 'The message id cannot be a webhook-id: it is empty or contains a full stop');
		}
		const timestamp = Math.floor(this.#now() / 1000);
		const body = message.method === 'GET' ? undefined : message.body;
		const own = Object.entries(message.headers).filter(([name]) => !RESERVED.has(name.toLowerCase()));
		const auth = await this.#auth.headers(message, this.timeoutMs);
		const typed = own.some(([name]) => name.toLowerCase() === 'content-type');
		return {
			method: message.method,
			url: message.url,
			headers: {
				...(body !== undefined && !typed && { 'Content-Type': 'application/json; charset=utf-8' }),
				...withAuth(Object.fromEntries(own.map(([name, value]) => [name, escapeFor('header', value)])), auth),
				'webhook-id': message.messageId,
				'webhook-timestamp': String(timestamp),
				...(this.#keys.length > 0 && { 'webhook-signature': sign(this.#keys, message.messageId, timestamp, body ?? '') }),
			},
			...(body !== undefined && { body }),
		};
	}

	read(response: HttpResponse, message: WebhookMessage): ProviderOutcome {
		return this.#auth.judge(readStatus(response), response, message);
	}
}

function readStatus(response: HttpResponse): ProviderOutcome {
	if (isSuccess(response.status)) return { outcome: 'sent', providerId: null };
	const code = `http_${response.status}`;
	if (response.status === 410) return refusal('request', 'gone', 'The endpoint answered 410 Gone: it asks for no more calls', response);
	return refusal(refusalKind(response.status) ?? 'transient', code, describe(response), response);
}
