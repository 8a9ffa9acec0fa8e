import type { ICredentialTestFunction } from 'n8n-workflow';
import { readSecrets } from '../../engine/channels/webhook/signature';
import { openStore } from '../../engine/store/open';
import { postgresOptions } from './store';

const SHORTEST_KEY = 16;
const SHORTEST_TOKEN = 20;

/** Test of a Campaigns Webhook credential: the signing secret is one. */
export const campaignsWebhookTest: ICredentialTestFunction = async function (credential) {
	const { secret = '', authentication, headerName } = credential.data ?? {};
	try {
		const keys = readSecrets(String(secret));
		if (authentication === 'headerAuth' && !/^[!#$%&'*+.^_`|~\w-]+$/.test(String(headerName ?? ''))) return { status: 'Error', message: 'The header name is not one HTTP allows' };
		return { status: 'OK', message: keys.length > 0 ? 'The signing secret is valid' : 'Calls will not be signed: there is no signing secret' };
	} catch (error) {
		return { status: 'Error', message: (error as Error).message };
	}
};

/** Test of a Campaigns Collector credential: there is a key, keys are long enough, and the public one is not the server's too. */
export const campaignsCollectorTest: ICredentialTestFunction = async function (credential) {
	const text = (name: string) => String(credential.data?.[name] ?? '');
	const keys = { 'Public Write Key': text('publicKey'), 'Server Write Key': text('serverKey'), 'CleverTap Passcode': text('passcode') };
	const given = Object.entries(keys).filter(([, key]) => key !== '');
	const short = given.find(([, key]) => key.length < SHORTEST_KEY);
	if (given.length === 0) return { status: 'Error', message: 'There is no key: no client could write' };
	if (short) return { status: 'Error', message: `The ${short[0]} is shorter than ${SHORTEST_KEY} characters` };
	if (text('publicKey') !== '' && [text('serverKey'), text('passcode')].includes(text('publicKey'))) {
		return { status: 'Error', message: 'The public key must differ from the server key and the passcode: everybody can read it' };
	}
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
		const { message, hint } = error as { message: string; hint?: string };
		return { status: 'Error', message: [message, hint].filter(Boolean).join(' ') };
	}
};
