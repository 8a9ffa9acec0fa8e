import { openPostgresStore } from './postgres/store';
import { openSqliteStore } from './sqlite/store';
import type { Store, StoreOptions } from './store';

/**
 * Opens a store, making or migrating it where needed.
 * `{ path }`: the embedded store, a SQLite file. `{ connectionString }`: PostgreSQL.
 * Rejects with a CampaignError that says what to do: newer schema, unwritable folder, unreachable server.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
	return 'path' in options ? await openSqliteStore(options) : await openPostgresStore(options);
}
