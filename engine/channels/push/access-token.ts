import { MAX_RETRY_AFTER_MS } from '../../delivery/breaker';
import { isObject, parseJson, textOf } from '../http/json-path';
import { isSuccess, refusalKind, retryAfterMs } from '../http/status';
import { redact } from '../http/redact';
import { HttpTransport, type Exchange } from '../http/transport';
import { NotReady } from '../provider';
import { assertionOf, fingerprintOf, type ServiceAccount } from './service-account';

/** A token is not used in the last minutes of its life: a request may wait, and clocks differ. */
const RESERVE_MS = 5 * 60_000;

/** A refusal stands for so long, so that a batch does not ask once per message. */
const REFUSED_MS = 10_000;

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const transport = new HttpTransport();

/** The access token of one service account in this process, however many nodes use it. Exchanged anew when it is about to expire. */
export class AccessTokens {
	private static readonly ofAccounts = new Map<string, AccessTokens>();

	#current?: { token: string; usableUntil: number };

	/** Still under way with some request when a new one is there. */
	#before?: string;

	#exchange?: Promise<string>;

	#refusal?: { until: number; error: NotReady };

	readonly #account: ServiceAccount;

	private constructor(account: ServiceAccount) {
		this.#account = account;
	}

	static of(account: ServiceAccount): AccessTokens {
		const key = fingerprintOf(account);
		let tokens = AccessTokens.ofAccounts.get(key);
		if (!tokens) AccessTokens.ofAccounts.set(key, (tokens = new AccessTokens(account)));
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
		const assertion = assertionOf(this.#account, now);
		const exchange = await transport.send(
			{
				method: 'POST',
				url: this.#account.tokenUri,
				headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
				body: new URLSearchParams({ grant_type: GRANT, assertion }).toString(),
			},
			{ timeoutMs, allowPrivate: true },
		);
		const granted = read(exchange, [assertion, this.#account.privateKey]);
		if (granted instanceof NotReady) {
			this.#refusal = { until: now + Math.min(granted.refusal.retryAfterMs ?? REFUSED_MS, MAX_RETRY_AFTER_MS), error: granted };
			throw granted;
		}
		this.#before = this.#current?.token ?? this.#before;
		this.#refusal = undefined;
		// One that lives no longer than the reserve is used for the message at hand.
		this.#current = { token: granted.token, usableUntil: now + granted.livesMs - RESERVE_MS };
		return granted.token;
	}
}

/** The token, or why there is none. No message has left, so even a request that nobody answered may be repeated. */
function read(exchange: Exchange, secrets: string[]): { token: string; livesMs: number } | NotReady {
	const transient = (code: string, detail: string) => new NotReady({ outcome: 'refused', kind: 'transient', code: `token_${code}`, detail: `No access token: ${detail}` });
	if (exchange.kind !== 'response') return transient(exchange.code, exchange.detail);
	const { response } = exchange;
	const body = parseJson(response.body);
	const token = isObject(body) ? body.access_token : undefined;
	const seconds = isObject(body) ? Number(body.expires_in) : NaN;
	if (isSuccess(response.status)) {
		if (typeof token === 'string' && token !== '' && seconds > 0) return { token, livesMs: seconds * 1000 };
		return transient('unreadable', 'the answer to the service account could not be read');
	}
	const error = isObject(body) ? textOf(body.error) : undefined;
	const words = isObject(body) ? textOf(body.error_description) : undefined;
	const code = `token_${error ?? `http_${response.status}`}`;
	const detail = redact(`No access token: ${words ?? error ?? `HTTP ${response.status}`}`, secrets);
	const kind = refusalKind(response.status);
	if (kind === undefined || kind === 'transient') {
		const wait = retryAfterMs(response.headers);
		return new NotReady({ outcome: 'refused', kind: 'transient', code, detail, ...(wait !== undefined && { retryAfterMs: wait }) });
	}
	// Refused for good: the key was revoked, the account is gone, or this machine's clock is wrong.
	return new NotReady({ outcome: 'refused', kind: 'auth', code, detail });
}
