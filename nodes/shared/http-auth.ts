import type { HttpAuth } from '../../engine/channels/http/auth';

/** What `httpAuthProperties` of a credential hold. */
export interface HttpAuthCredential {
	authentication?: 'none' | 'basicAuth' | 'headerAuth' | 'oauth2';
	user?: string;
	password?: string;
	headerName?: string;
	headerValue?: string;
	accessTokenUrl?: string;
	clientId?: string;
	clientSecret?: string;
	scope?: string;
	clientAuthentication?: 'header' | 'body';
	tokenParameters?: string;
}

/** The authentication of a credential as the engine takes it. */
export function readHttpAuth(credential: HttpAuthCredential): HttpAuth {
	const { user = '', password = '', headerName = '', headerValue = '' } = credential;
	switch (credential.authentication) {
		case 'basicAuth':
			return { type: 'basic', user, password };
		case 'headerAuth':
			return { type: 'header', name: headerName, value: headerValue };
		case 'oauth2': {
			const { accessTokenUrl: tokenUrl = '', clientId = '', clientSecret = '', scope, clientAuthentication: sentIn, tokenParameters: extra } = credential;
			return { type: 'oauth2', client: { tokenUrl, clientId, clientSecret, scope, sentIn, extra }, now: Date.now };
		}
		default:
			return { type: 'none' };
	}
}
