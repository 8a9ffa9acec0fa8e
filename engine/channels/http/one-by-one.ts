import { hash } from 'node:crypto';

import { CampaignError } from '../../errors';
import type { HttpProvider, HttpRequest, HttpResponse, ProviderOutcome } from '../provider';
import { refusal, type Refusal } from './status';

/** What every provider with an HTTP API takes, beside what is its own. */
export interface HttpProviderConfig {
	label: string;
	timeoutMs?: number;
	retries?: number;
	requestsPerSecond?: number;
	concurrency?: number;
}

/** What every provider has that takes one recipient per request and knows no idempotency key. */
export abstract class OneByOne {
	readonly label: string;

	readonly idempotent = false;

	readonly timeoutMs: number;

	readonly retries: number;

	readonly requestsPerSecond?: number;

	readonly concurrency?: number;

	protected constructor({ label, timeoutMs, retries, requestsPerSecond, concurrency }: HttpProviderConfig) {
		this.label = label;
		this.timeoutMs = timeoutMs ?? 15_000;
		this.retries = retries ?? 0;
		this.requestsPerSecond = requestsPerSecond;
		this.concurrency = concurrency;
	}
}

/** Such a provider with an HTTP API. */
export abstract class OneByOneHttp<Message> extends OneByOne implements HttpProvider<Message> {
	abstract readonly kind: string;

	abstract readonly identity: string;

	abstract get secrets(): readonly string[];

	abstract request(message: Message): HttpRequest | Promise<HttpRequest>;

	abstract read(response: HttpResponse, message: Message): ProviderOutcome;
}

/** What a code, a word or a status of an answer means. */
export type Verdict = Refusal['kind'] | 'invalid_recipient' | 'unsubscribed';

/** The outcome of an answer that does not say "accepted". Without a verdict nobody knows what became of the message. */
export function judged(verdict: Verdict | undefined, code: string, detail: string, response: HttpResponse): ProviderOutcome {
	if (verdict === undefined) return { outcome: 'unknown', code, detail };
	if (verdict === 'invalid_recipient' || verdict === 'unsubscribed') return { outcome: 'recipient', reason: verdict, code, detail };
	return refusal(verdict, code, detail, response);
}

/** A setting without the space around it. Throws a CampaignError that says what is missing and what to do. */
export function required(value: string | undefined, code: string, missing: string, hint?: string): string {
	const text = value?.trim();
	if (!text) throw new CampaignError(code, missing, hint);
	return text;
}

/**
 * The base URL of a credential, without a slash at its end. It becomes part of the provider's identity, which is no
 * secret, so it may not carry one.
 */
export function baseUrlOf(typed: string | undefined, standard: string, provider: string): string {
	const baseUrl = (typed?.trim() || standard).replace(/\/+$/, '');
	const code = `${provider.toLowerCase().replaceAll(' ', '_')}_base_url`;
	const url = /^https?:\/\//i.test(baseUrl) && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
	if (!url) throw new CampaignError(code, `The base URL of the ${provider} credential is not a URL`, `It must begin with https://, such as ${standard}`);
	if (url.username || url.password || url.search || url.hash) {
		throw new CampaignError(code, `The base URL of the ${provider} credential is more than scheme, host and path`, 'Write user, password and keys into the fields made for them.');
	}
	return baseUrl;
}

/** What tells the account of an API key apart, where nothing but the key does: no secret, and stable. */
export function accountOf(key: string): string {
	return hash('sha256', key, 'base64url').slice(0, 12);
}
