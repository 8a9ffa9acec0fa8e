import { createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';

import { CampaignError } from '../../errors';
import type { TokenGrant } from '../http/access-token';
import { isObject, parseJson } from '../http/json-path';

/** A service account of Google Cloud, as its JSON file says. */
export interface ServiceAccount {
	projectId: string;
	clientEmail: string;
	privateKeyId: string;
	/** PEM. */
	privateKey: string;
	/** Where assertions are exchanged for access tokens. */
	tokenUri: string;
}

const HINT = 'Paste the whole JSON file of a service account: Firebase console, Project settings, Service accounts, Generate new private key.';

/** What the authorization server is called in assertions, wherever it is asked; google-auth does the same. */
const AUDIENCE = 'https://oauth2.googleapis.com/token';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';

const GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

const LIFETIME_SECONDS = 3600;

/** Reads the JSON file of a service account. Throws a CampaignError that says what is missing, and shows nothing of it. */
export function readServiceAccount(json: string): ServiceAccount {
	const file = parseJson(json.trim());
	if (!isObject(file)) throw new CampaignError('fcm_account', 'The service account of the FCM credential is no JSON', HINT);
	const field = (name: string) => {
		const value = file[name];
		if (typeof value !== 'string' || value.trim() === '') throw new CampaignError('fcm_account', `The service account of the FCM credential has no ${name}`, HINT);
		return value.trim();
	};
	const account = {
		projectId: field('project_id'),
		clientEmail: field('client_email'),
		privateKeyId: typeof file.private_key_id === 'string' ? file.private_key_id : '',
		privateKey: field('private_key'),
		tokenUri: typeof file.token_uri === 'string' && file.token_uri !== '' ? file.token_uri : AUDIENCE,
	};
	if (!/^https?:\/\//i.test(account.tokenUri) || !URL.canParse(account.tokenUri)) throw new CampaignError('fcm_account', 'token_uri of the service account is no URL', HINT);
	keyOf(account);
	return account;
}

/** A signed request for an access token (RFC 7523), valid for an hour. */
export function assertionOf(account: ServiceAccount, now: number): string {
	const issued = Math.floor(now / 1000);
	const header = { alg: 'RS256', typ: 'JWT', ...(account.privateKeyId && { kid: account.privateKeyId }) };
	const claims = { iss: account.clientEmail, scope: SCOPE, aud: AUDIENCE, iat: issued, exp: issued + LIFETIME_SECONDS };
	const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
	return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), keyOf(account)).toString('base64url')}`;
}

/** How the account gets access tokens (RFC 7523). */
export function serviceAccountGrant(account: ServiceAccount): TokenGrant {
	const { tokenUri, clientEmail, privateKey } = account;
	return {
		fingerprint: createHash('sha256').update([tokenUri, clientEmail, privateKey].join('\n')).digest('base64url'),
		allowPrivate: true,
		present: (now) => {
			const assertion = assertionOf(account, now);
			const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' };
			const body = new URLSearchParams({ grant_type: GRANT, assertion }).toString();
			return { request: { method: 'POST', url: tokenUri, headers, body }, secrets: [assertion, privateKey] };
		},
	};
}

function keyOf({ privateKey }: Pick<ServiceAccount, 'privateKey'>): KeyObject {
	let key: KeyObject | undefined;
	try {
		key = createPrivateKey(privateKey);
	} catch {
		// OpenSSL's words help nobody, and may quote what was pasted.
	}
	if (key?.asymmetricKeyType !== 'rsa') throw new CampaignError('fcm_account', 'private_key of the service account is no RSA key', HINT);
	return key;
}
