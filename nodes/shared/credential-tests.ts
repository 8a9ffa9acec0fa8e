import type { ICredentialTestFunction } from 'n8n-workflow';
import { isHeaderValue } from '../../engine/channels/http/headers';
import { RequestAuth } from '../../engine/channels/http/request-auth';
import { isSuccess } from '../../engine/channels/http/status';
import { HttpTransport } from '../../engine/channels/http/transport';
import { NotReady } from '../../engine/channels/provider';
import { SHORTEST_TOKEN } from '../../engine/channels/receipts/token';
import { checkWebhookHeaders } from '../../engine/channels/webhook/headers';
import { readSecrets } from '../../engine/channels/webhook/signature';
import { openStore } from '../../engine/store/open';
import { whyUnsafe } from './collector-keys';
import { readHttpAuth, type HttpAuthCredential } from './http-auth';
import { postgresOptions } from './store';

const TIMEOUT_MS = 15_000;

/** Test of a Campaigns Webhook credential: the signing secret is one. */
export const campaignsWebhookTest: ICredentialTestFunction = async function (credential) {
	const { secret = '', authentication, headerName, headerValue } = credential.data ?? {};
	try {
		if (authentication === 'oauth2') await signIn(credential.data ?? {});
		const keys = readSecrets(String(secret));
		if (authentication === 'headerAuth') checkWebhookHeaders([String(headerName ?? '')]);
		if (authentication === 'headerAuth' && !isHeaderValue(String(headerValue ?? ''))) return { status: 'Error', message: 'The header value has a line break or another control character' };
		return { status: 'OK', message: keys.length > 0 ? 'The signing secret is valid' : 'Calls will not be signed: there is no signing secret' };
	} catch (error) {
		return { status: 'Error', message: explain(error) };
	}
};

/**
 * Test of a Campaigns Generic SMS credential: a GET of its test URL, or of its base URL, is answered with success. It sends no
 * message. What a server says is not repeated: it may say the credential.
 */
export const campaignsGenericSmsTest: ICredentialTestFunction = async function (credential) {
	const data = (credential.data ?? {}) as HttpAuthCredential & { baseUrl?: string; testUrl?: string };
	const transport = new HttpTransport();
	try {
		const headers = await signIn(data);
		const exchange = await transport.send({ method: 'GET', url: (data.testUrl || data.baseUrl || '').trim(), headers }, { timeoutMs: TIMEOUT_MS, allowPrivate: true });
		if (exchange.kind !== 'response') return { status: 'Error', message: `The address could not be asked: ${exchange.code}` };
		const { status } = exchange.response;
		if (isSuccess(status)) return { status: 'OK', message: 'The gateway accepts the credential' };
		return { status: 'Error', message: data.testUrl ? `The test URL answered ${status}` : `The base URL answered ${status}. Fill in Test URL if it answers GET requests with an error even when the credential is right.` };
	} catch (error) {
		return { status: 'Error', message: explain(error) };
	} finally {
		transport.close();
	}
};

/** The headers that sign a request in; throws what is wrong with them. */
async function signIn(data: HttpAuthCredential): Promise<Record<string, string>> {
	return await new RequestAuth(readHttpAuth(data)).headers({}, TIMEOUT_MS);
}

function explain(error: unknown): string {
	if (error instanceof NotReady) return error.refusal.detail;
	const { message, hint } = error as { message: string; hint?: string };
	return [message, hint].filter(Boolean).join(' ');
}

/** Test of a Campaigns Collector credential: there is a key, keys are long enough, and the public one is not the server's too. */
export const campaignsCollectorTest: ICredentialTestFunction = async function (credential) {
	const text = (name: string) => String(credential.data?.[name] ?? '');
	if (['publicKey', 'serverKey', 'passcode'].every((name) => text(name) === '')) return { status: 'Error', message: 'There is no key: no client could write' };
	const unsafe = whyUnsafe(credential.data ?? {});
	if (unsafe !== undefined) return { status: 'Error', message: unsafe };
	if ((text('accountId') === '') !== (text('passcode') === '')) return { status: 'Error', message: 'CleverTap clients need both an account ID and a passcode' };
	return { status: 'OK', message: 'The keys are usable' };
};

/** Test of a Campaigns Receipts credential: the token cannot be guessed, and survives in an address. */
export const campaignsReceiptsTest: ICredentialTestFunction = async function (credential) {
	const token = String(credential.data?.token ?? '').trim();
	if (token.length < SHORTEST_TOKEN) return { status: 'Error', message: `The token is shorter than ${SHORTEST_TOKEN} characters` };
	if (!/^[\w.~-]+$/.test(token)) return { status: 'Error', message: 'The token may have letters, digits and - . _ ~ only: it stands in addresses' };
	return { status: 'OK', message: 'The token is usable' };
};

/** Test of a Campaigns PostgreSQL credential: opens the store, which makes its tables when they are missing. */
export const campaignsPostgresTest: ICredentialTestFunction = async function (credential) {
	try {
		const store = await openStore(postgresOptions(credential.data ?? {}));
		await store.close();
		return { status: 'OK', message: 'The store can be opened' };
	} catch (error) {
		return { status: 'Error', message: explain(error) };
	}
};
