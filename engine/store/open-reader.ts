import type { Tx } from './database';
import { PostgresConnection } from './postgres/connection';
import type { ThreadOptions } from './protocol';
import { SqliteConnection } from './sqlite/connection';

export interface Reader {
	/** One consistent picture. */
	read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

/** A connection of a thread's own that only reads. */
export function openReader(options: ThreadOptions): Reader {
	if ('path' in options) return new SqliteConnection(options.path, true);
	return new PostgresConnection(options.connectionString, options.schema, options.tls, 1);
}
