import { isIPv6 } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';

import {
	NodeOperationError,
	type IDataObject,
	type IExecuteFunctions,
	type ILoadOptionsFunctions,
	type INodeCredentialDescription,
	type INodeProperties,
	type ITriggerFunctions,
	type IWebhookFunctions,
} from 'n8n-workflow';

import { systemClock } from '../../engine/clock';
import { CampaignError } from '../../engine/errors';
import { openStore } from '../../engine/store/open';
import type { PostgresOptions, Store, StoreOptions } from '../../engine/store/store';

export type StoreContext = IExecuteFunctions | ITriggerFunctions | IWebhookFunctions | ILoadOptionsFunctions;

export const POSTGRES_CREDENTIAL = 'campaignsPostgresApi';

/** Every node that works on the store has these two: the parameter, and the credential it shows. */
export const storeParameter: INodeProperties = {
	displayName: 'Store',
	name: 'store',
	type: 'options',
	options: [
		{ name: 'Embedded', value: 'embedded', description: 'A file in the n8n folder. Nothing to set up; for one n8n process.' },
		{ name: 'PostgreSQL', value: 'postgres', description: 'A PostgreSQL database. Needed for n8n queue mode.' },
	],
	default: 'embedded',
	noDataExpression: true,
	description: 'Where people, events and the state of campaigns are kept. All nodes of a campaign use the same one.',
};

export const storeCredentials: INodeCredentialDescription[] = [
	{ name: POSTGRES_CREDENTIAL, required: true, displayOptions: { show: { store: ['postgres'] } } },
];

/** Stores this process has open, by what they were opened with. Module-level, as n8n makes node objects anew. */
const open = new Map<string, Promise<Store>>();

/**
 * The store a node points at. Opened once per process. Rejects with a CampaignError that says what to do.
 */
export async function getStore(context: StoreContext): Promise<Store> {
	const options = await storeOptions(context);
	const key = JSON.stringify(options);
	let store = open.get(key);
	if (!store) {
		store = openStore({ ...options, clock: systemClock(clockOffset(context)), warm: true });
		open.set(key, store);
		// A store that could not be opened is tried again by the next call.
		store.catch(() => open.delete(key));
	}
	return await store;
}

async function storeOptions(context: StoreContext): Promise<StoreOptions> {
	const zone = accountZone();
	if (kindOf(context) === 'postgres') {
		const credential = await context.getCredentials(POSTGRES_CREDENTIAL);
		return { ...postgresOptions(credential), accountZone: zone };
	}
	if (process.env.EXECUTIONS_MODE === 'queue') {
		throw new NodeOperationError(
			context.getNode(),
			'The embedded campaign store cannot be used in n8n queue mode: its workers run in other processes and on other machines.',
			{ description: 'Set "Store" to PostgreSQL in every campaign node of this workflow.' },
		);
	}
	return { path: embeddedPath(), accountZone: zone };
}

/** The account's zone: N8N_CAMPAIGNS_TIMEZONE, else that of n8n, else UTC. An empty variable is as good as none. */
export function accountZone(): string {
	return process.env.N8N_CAMPAIGNS_TIMEZONE || process.env.GENERIC_TIMEZONE || 'UTC';
}

function kindOf(context: StoreContext): unknown {
	if ('getInputData' in context) return context.getNodeParameter('store', 0, 'embedded');
	if ('getCurrentNodeParameter' in context) return context.getCurrentNodeParameter('store') ?? 'embedded';
	return context.getNodeParameter('store', 'embedded');
}

/** N8N_CAMPAIGNS_STORE, else a file in n8n's own folder. Never a parameter: workflows travel between machines. */
function embeddedPath(): string {
	const folder = path.join(process.env.N8N_USER_FOLDER ?? homedir(), '.n8n');
	return path.resolve(process.env.N8N_CAMPAIGNS_STORE || path.join(folder, 'campaigns', 'store.sqlite'));
}

/** Shifts the campaigns' clock by N8N_CAMPAIGNS_CLOCK_OFFSET milliseconds: for demonstrations and rehearsals. */
function clockOffset(context: StoreContext): number {
	const offset = Number(process.env.N8N_CAMPAIGNS_CLOCK_OFFSET ?? 0);
	if (!Number.isFinite(offset)) {
		throw new NodeOperationError(context.getNode(), 'N8N_CAMPAIGNS_CLOCK_OFFSET is not a number of milliseconds.', {
			description: 'Correct or remove the environment variable.',
		});
	}
	return offset;
}

/** The fields of the PostgreSQL credential as the engine takes them. */
export function postgresOptions(credential: IDataObject): PostgresOptions {
	const url = new URL('postgres://host');
	url.hostname = hostOf(credential.host);
	url.port = String(credential.port ?? 5432);
	// Decoded as a whole address is: an encoded "@" would stay one.
	url.pathname = `/${encodeURI(String(credential.database ?? ''))}`;
	url.username = encodeURIComponent(String(credential.user ?? ''));
	url.password = encodeURIComponent(String(credential.password ?? ''));
	const { ssl = 'disable' } = credential;
	return {
		connectionString: url.toString(),
		schema: String(credential.schema || 'campaigns'),
		...(ssl !== 'disable' && { tls: { verify: ssl === 'verify', ca: String(credential.ca || '') || undefined } }),
	};
}

/** As it stands in a connection string. A URL passes over what cannot be a host, and another server would be asked. */
function hostOf(typed: unknown): string {
	const host = String(typed ?? '').trim();
	if (isIPv6(host)) return `[${host}]`;
	// The folder of a socket.
	if (host.startsWith('/')) return encodeURIComponent(host);
	if (/^[\p{L}\p{N}_.-]+$/u.test(host)) return host;
	throw new CampaignError('postgres_host', '"Host" of the PostgreSQL credential is not the name or address of a server', 'Write it alone; port, database, user and password have fields of their own.');
}
