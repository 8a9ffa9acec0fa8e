import type { Tx } from './database';
import type { ThreadOptions } from './protocol';

export interface Reader {
	/** One consistent picture. */
	read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

/** A connection of a thread's own that only reads. The other store's driver is not loaded: that takes as long as a question. */
export async function openReader(options: ThreadOptions): Promise<Reader> {
	if ('path' in options) {
		const { SqliteConnection } = await import('./sqlite/connection');
		return new SqliteConnection(options.path, true);
	}
	const { PostgresConnection } = await import('./postgres/connection');
	return new PostgresConnection(options.connectionString, options.schema, options.tls, 1);
}
