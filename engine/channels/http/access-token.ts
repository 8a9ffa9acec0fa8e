import { MAX_RETRY_AFTER_MS } from '../../delivery/breaker';
import { NotReady, type HttpRequest, type ProviderOutcome } from '../provider';
import { isObject, parseJson, textOf } from './json-path';
import { redact } from './redact';
import { isSuccess, refusalKind, retryAfterMs } from './status';
import { HttpTransport, type Exchange } from './transport';

/** How one account gets access tokens (RFC 6749). */
export interface TokenGrant {
	/** Tells accounts apart, and one secret from the next, without showing any. */
	readonly fingerprint: string;
	/** False: private addresses are refused before connecting. */
	readonly allowPrivate: boolean;
	/** What is presented for a token, and the strings in it that may not show. */
	present(now: number): { request: HttpRequest; secrets: readonly string[] };
	/** How long a token lives of which the answer does not say so, ms. Absent: such an answer is no token. */
	readonly usualLifeMs?: number;
}

/** A token is not used in the last minutes of its life: a request may wait, and clocks differ. */
const RESERVE_MS = 5 * 60_000;

/** The reserve of one that lives for minutes only is this part of its life. */
const RESERVE_PART = 1 / 5;

/** A refusal stands for so long, so that a batch does not ask once per message. */
const REFUSED_MS = 10_000;

const transport = new HttpTransport();

/** The access token of one account in this process, however many nodes use it. Exchanged anew when it is about to expire. */
export class AccessTokens {
	private static readonly ofAccounts = new Map<string, AccessTokens>();

	#current?: { token: string; usableUntil: number };

	/** Still under way with some request when a new one is there. */
	#before?: string;

	#exchange?: Promise<string>;

	#refusal?: { until: number; error: NotReady };

	readonly #grant: TokenGrant;

	private constructor(grant: TokenGrant) {
		this.#grant = grant;
	}

	static of(grant: TokenGrant): AccessTokens {
		let tokens = AccessTokens.ofAccounts.get(grant.fingerprint);
		if (!tokens) AccessTokens.ofAccounts.set(grant.fingerprint, (tokens = new AccessTokens(grant)));
		return tokens;
	}

	/** Strings that may not show. */
	get secrets(): string[] {
		return [this.#current?.token, this.#before].filter((token) => token !== undefined);
	}

	/** Throws NotReady when there is none to be had: no message has left. */
	async get(now: number, timeoutMs: number): Promise<string> {
		if (this.#current && now < this.#current.usableUntil) return this.#current.token;
		if (this.#refusal && now < this.#refusal.until) throw this.#refusal.error;
		this.#exchange ??= this.renew(now, timeoutMs).finally(() => (this.#exchange = undefined));
		return await this.#exchange;
	}

	/** The token was refused: the next message gets another one. */
	drop(token: string): void {
		if (this.#current?.token !== token) return;
		this.#before = token;
		this.#current = undefined;
	}

	private async renew(now: number, timeoutMs: number): Promise<string> {
		const { request, secrets } = this.#grant.present(now);
		const exchange = await transport.send(request, { timeoutMs, allowPrivate: this.#grant.allowPrivate });
		const granted = read(exchange, secrets, this.#grant.usualLifeMs);
		if (granted instanceof NotReady) {
			this.#refusal = { until: now + Math.min(granted.refusal.retryAfterMs ?? REFUSED_MS, MAX_RETRY_AFTER_MS), error: granted };
			throw granted;
		}
		this.#before = this.#current?.token ?? this.#before;
		this.#refusal = undefined;
		this.#current = { token: granted.token, usableUntil: now + granted.livesMs - Math.min(RESERVE_MS, granted.livesMs * RESERVE_PART) };
		return granted.token;
	}
}

/** What a message does about a token that the API refused: it is worth one more try with a new one. `renewed`: messages that had theirs. */
export function refusedToken(tokens: AccessTokens, used: string | undefined, message: object, renewed: WeakSet<object>, refused: Extract<ProviderOutcome, { outcome: 'refused' }>): ProviderOutcome {
	if (used !== undefined) tokens.drop(used);
	if (renewed.has(message)) return { ...refused, kind: 'auth' };
	renewed.add(message);
	return { outcome: 'refused', kind: 'request', code: refused.code, detail: refused.detail, repeatNow: true };
}

/** The token, or why there is none. No message has left, so even a request that nobody answered may be repeated. */
function read(exchange: Exchange, secrets: readonly string[], usualLifeMs?: number): { token: string; livesMs: number } | NotReady {
	const transient = (code: string, detail: string) => new NotReady({ outcome: 'refused', kind: 'transient', code: `token_${code}`, detail: `No access token: ${detail}` });
	if (exchange.kind !== 'response') return transient(exchange.code, exchange.detail);
	const { response } = exchange;
	const body = parseJson(response.body);
	const token = isObject(body) ? body.access_token : undefined;
	const lives = isObject(body) && body.expires_in !== undefined && body.expires_in !== null ? Number(body.expires_in) * 1000 : usualLifeMs ?? NaN;
	if (isSuccess(response.status)) {
		if (typeof token === 'string' && token !== '' && lives > 0) return { token, livesMs: lives };
		return transient('unreadable', 'the answer of the authorization server could not be read');
	}
	const error = isObject(body) ? textOf(body.error) : undefined;
	const words = isObject(body) ? textOf(body.error_description) : undefined;
	const code = `token_${redact(error ?? `http_${response.status}`, secrets)}`;
	const detail = redact(`No access token: ${words ?? error ?? `HTTP ${response.status}`}`, secrets);
	const kind = refusalKind(response.status);
	if (kind === undefined || kind === 'transient') {
		const wait = retryAfterMs(response.headers);
		return new NotReady({ outcome: 'refused', kind: 'transient', code, detail, ...(wait !== undefined && { retryAfterMs: wait }) });
	}
	// Refused for good: the key was revoked, the account is gone, or this machine's clock is wrong.
	return new NotReady({ outcome: 'refused', kind: 'auth', code, detail });
}
