import { createHash } from 'node:crypto';

import { CampaignError } from '../../errors';
import type { TokenGrant } from './access-token';
import { basicAuth } from './auth';

/** An OAuth 2.0 client that gets its tokens in its own name (RFC 6749, 4.4). */
export interface OAuthClient {
	tokenUrl: string;
	clientId: string;
	clientSecret: string;
	scope?: string;
	/** Further parameters of the request for a token, such as `audience=https://api.example.com`, written as a query. */
	extra?: string;
	/** Where the client says who it is. Default: in the header. */
	sentIn?: 'header' | 'body';
	/** False: a token URL at a private address is refused. Default true: the operator typed it. */
	allowPrivate?: boolean;
}

/** RFC 6749 only recommends `expires_in`; a token that ends sooner is renewed when it is refused. */
const USUAL_LIFE_MS = 5 * 60_000;

/** Throws a CampaignError that says what is missing, and shows nothing secret. */
export function clientCredentialsGrant(client: OAuthClient): TokenGrant {
	const { clientId, clientSecret, scope = '', extra = '', sentIn = 'header', allowPrivate = true } = client;
	const tokenUrl = client.tokenUrl.trim();
	const hint = 'Fill in what the provider gave you for OAuth 2.0 client credentials.';
	if (!/^https?:\/\//i.test(tokenUrl) || !URL.canParse(tokenUrl)) throw new CampaignError('oauth_client', 'The token URL of the credential is no URL', hint);
	if (clientId === '' || clientSecret === '') throw new CampaignError('oauth_client', 'The credential has no client ID or no client secret', hint);
	const further = new URLSearchParams(extra.trim().replace(/^\?/, ''));
	return {
		fingerprint: createHash('sha256').update(JSON.stringify(['client_credentials', tokenUrl, clientId, clientSecret, scope, extra, sentIn, allowPrivate])).digest('base64url'),
		allowPrivate,
		usualLifeMs: USUAL_LIFE_MS,
		present: () => {
			const form = new URLSearchParams({ grant_type: 'client_credentials' });
			if (scope.trim() !== '') form.set('scope', scope.trim());
			for (const [name, value] of further) form.append(name, value);
			if (sentIn === 'body') {
				form.set('client_id', clientId);
				form.set('client_secret', clientSecret);
			}
			// RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
			const basic = basicAuth(encoded(clientId), encoded(clientSecret));
			const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json', ...(sentIn === 'header' && { Authorization: basic }) };
			return { request: { method: 'POST', url: tokenUrl, headers, body: form.toString() }, secrets: [...clientSecrets(client), ...further.values()] };
		},
	};
}

/** What of a client may not show. */
export function clientSecrets({ clientId, clientSecret }: OAuthClient): string[] {
	return [clientSecret, encoded(clientSecret), basicAuth(encoded(clientId), encoded(clientSecret)).slice('Basic '.length)];
}

function encoded(text: string): string {
	return new URLSearchParams({ '': text }).toString().slice(1);
}
