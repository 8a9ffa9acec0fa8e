import type { Migration } from './migration';

/**
 * Ids are looked up with every batch of events, and in an index compared some twenty times: by their bytes, as SQLite
 * does, rather than by the rules of the server's language.
 */
export const byteOrder: Migration = {
	version: 9,
	name: 'byte order',
	statements: [
		{ postgres: `ALTER TABLE event_message ALTER COLUMN message_id TYPE text COLLATE "C"` },
		{ postgres: `ALTER TABLE identity ALTER COLUMN kind TYPE text COLLATE "C", ALTER COLUMN value TYPE text COLLATE "C"` },
	],
};
