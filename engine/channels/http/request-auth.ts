import type { HttpResponse, ProviderOutcome } from '../provider';
import { AccessTokens, refusedToken } from './access-token';
import { authHeaders, authSecrets, type HttpAuth } from './auth';
import { clientCredentialsGrant, clientSecrets } from './client-credentials';

/** Signs the requests of one provider in, whichever way its credential says. */
export class RequestAuth {
	readonly #auth: HttpAuth;

	readonly #tokens?: AccessTokens;

	/** The access token of each message under way. */
	readonly #used = new WeakMap<object, string>();

	/** Messages whose access token was refused once. */
	readonly #renewed = new WeakSet<object>();

	/** Throws a CampaignError naming what is missing. */
	constructor(auth: HttpAuth) {
		this.#auth = auth;
		if (auth.type === 'oauth2') this.#tokens = AccessTokens.of(clientCredentialsGrant(auth.client));
	}

	get secrets(): readonly string[] {
		const auth = this.#auth;
		return auth.type === 'oauth2' ? [...clientSecrets(auth.client), ...(this.#tokens?.secrets ?? [])] : authSecrets(auth);
	}

	/** Headers of a request with this message. Throws NotReady when there is no access token to be had: nothing has left. */
	async headers(message: object, timeoutMs: number): Promise<Record<string, string>> {
		const auth = this.#auth;
		if (auth.type !== 'oauth2' || !this.#tokens) return authHeaders(auth);
		const token = await this.#tokens.get(auth.now(), timeoutMs);
		this.#used.set(message, token);
		return { Authorization: `Bearer ${token}` };
	}

	/** What a refusal means: one of a token that was ended before its time is worth another try with a new one, once per message. */
	judge(outcome: ProviderOutcome, { status }: HttpResponse, message: object): ProviderOutcome {
		if (!this.#tokens || status !== 401 || outcome.outcome !== 'refused') return outcome;
		return refusedToken(this.#tokens, this.#used.get(message), message, this.#renewed, outcome);
	}
}

/** Headers under names of their own: nothing takes the place of the credentials. */
export function withAuth(headers: Record<string, string>, auth: Record<string, string>): Record<string, string> {
	const names = new Set(Object.keys(auth).map((name) => name.toLowerCase()));
	return { ...Object.fromEntries(Object.entries(headers).filter(([name]) => !names.has(name.toLowerCase()))), ...auth };
}
