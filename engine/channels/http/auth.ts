import type { OAuthClient } from './client-credentials';

/** How a request proves who sends it. Values are used as they are: no token is replaced inside a secret. */
export type HttpAuth =
	| { type: 'none' }
	| { type: 'basic'; user: string; password: string }
	| { type: 'header'; name: string; value: string }
	/** `now`: epoch ms of the system, by which tokens expire. */
	| { type: 'oauth2'; client: OAuthClient; now: () => number };

/** RFC 7617, credentials in UTF-8. */
export function basicAuth(user: string, password: string): string {
	return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}

/** Those of what needs no token. */
export function authHeaders(auth: HttpAuth): Record<string, string> {
	if (auth.type === 'basic') return { Authorization: basicAuth(auth.user, auth.password) };
	if (auth.type === 'header') return { [auth.name]: auth.value };
	return {};
}

/** Names of the headers that sign in. */
export function authHeaderNames(auth: HttpAuth): string[] {
	if (auth.type === 'header') return [auth.name];
	return auth.type === 'none' ? [] : ['Authorization'];
}

/** The strings of an authentication that must never show: the bare ones and what goes over the wire. */
export function authSecrets(auth: HttpAuth): string[] {
	if (auth.type === 'basic') return [auth.password, Buffer.from(`${auth.user}:${auth.password}`, 'utf8').toString('base64')];
	// A header value is often `Scheme secret`: the bare secret must not show either.
	if (auth.type === 'header') return [auth.value, ...auth.value.split(' ').slice(1)];
	return [];
}
