import { CampaignError } from '../errors';
import { isZone } from '../people/times';
import { openPostgresStore } from './postgres/store';
import { openSqliteStore } from './sqlite/store';
import type { PostgresOptions, SqliteOptions, Store, StoreOptions } from './store';

/**
 * Opens a store, making or migrating it where needed.
 * `{ path }`: the embedded store, a SQLite file. `{ connectionString }`: PostgreSQL.
 * Rejects with a CampaignError that says what to do: neither or both of these, no time zone, newer schema, unwritable
 * folder, unreachable server.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
	const { path, connectionString, accountZone = 'UTC' } = options as Partial<SqliteOptions & PostgresOptions>;
	if (Boolean(path) === Boolean(connectionString)) {
		throw new CampaignError('store_options', `${path ? 'Two campaign stores are' : 'No campaign store is'} named.`, 'Give either "path", the file of the embedded store, or "connectionString", that of a PostgreSQL.');
	}
	if (!isZone(accountZone)) {
		throw new CampaignError('unknown_zone', `The time zone of the account, "${accountZone}", is none.`, 'Use an IANA name such as Europe/Paris. In n8n it is that of N8N_CAMPAIGNS_TIMEZONE or GENERIC_TIMEZONE.');
	}
	return path ? await openSqliteStore(options as SqliteOptions) : await openPostgresStore(options as PostgresOptions);
}
