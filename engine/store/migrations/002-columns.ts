import type { Migration } from './migration';

/**
 * Columns derived from the rows, which answer questions (engine/columns), and the order in which rows were committed,
 * by which they are kept up to date: `stamp` (see Dialect.stamp). Whatever of this is lost or damaged is made anew.
 */
export const columns: Migration = {
	version: 2,
	name: 'columns',
	statements: [
		`ALTER TABLE person ADD COLUMN stamp {int} NOT NULL DEFAULT 0`,
		`CREATE INDEX person_stamp ON person (stamp)`,
		`CREATE INDEX person_gone_stamp ON person (stamp) WHERE merged_into IS NOT NULL OR erased_at IS NOT NULL`,
		// Columns answer by name and time. On SQLite ids are in the order of commits; on PostgreSQL they are drawn before it.
		`DROP INDEX event_name_ts`,
		{ postgres: `ALTER TABLE event ADD COLUMN stamp bigint NOT NULL DEFAULT 0` },
		// In groups: all that has one stamp is taken into columns at once.
		{ postgres: `UPDATE event SET stamp = least(id / 16384, pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1)` },
		{ postgres: `ALTER TABLE event ALTER COLUMN stamp SET DEFAULT (pg_current_xact_id()::text::bigint)` },
		{ postgres: `CREATE INDEX event_stamp ON event (stamp)` },
		// At most 16,384 events of one name; see ChunkInfo in engine/columns/event-chunk.ts.
		`CREATE TABLE chunk (
			chunk {int} PRIMARY KEY,
			name_id {int} NOT NULL,
			size {int} NOT NULL,
			first_ts {int} NOT NULL,
			last_ts {int} NOT NULL,
			low_id {int} NOT NULL,
			high_id {int} NOT NULL,
			from_stamp {int} NOT NULL,
			people_stamp {int} NOT NULL,
			columns {int} NOT NULL
		) {strict}`,
		// name: see engine/columns/names.ts.
		`CREATE TABLE chunk_column (
			chunk {int} NOT NULL,
			name text NOT NULL,
			data {blob} NOT NULL,
			PRIMARY KEY (chunk, name)
		) {strict}`,
		// 16,384 people each, by number.
		`CREATE TABLE people_block (
			block {int} PRIMARY KEY,
			version {int} NOT NULL,
			made {int} NOT NULL,
			columns {int} NOT NULL
		) {strict}`,
		`CREATE TABLE people_column (
			block {int} NOT NULL,
			name text NOT NULL,
			data {blob} NOT NULL,
			PRIMARY KEY (block, name)
		) {strict}`,
		// What the columns hold, see UpkeepState in engine/columns/catalog.ts.
		`CREATE TABLE upkeep (
			name text PRIMARY KEY,
			value {int} NOT NULL
		) {keyed}`,
		`INSERT INTO upkeep (name, value) VALUES ('events', 0), ('people', 0), ('generation', 0), ('cleaned', 0), ('chunks', 0), ('blocks', 0), ('next', 1)`,
		// Compressing what is read whole costs more than it saves.
		{ postgres: `ALTER TABLE chunk_column ALTER COLUMN data SET STORAGE EXTERNAL` },
		{ postgres: `ALTER TABLE people_column ALTER COLUMN data SET STORAGE EXTERNAL` },
	],
};
