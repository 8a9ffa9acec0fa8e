import type { Migration } from './migration';

/** Saved segments, custom lists, their names, and which published workflows use them. */
export const segmentsAndLists: Migration = {
	version: 3,
	name: 'segments and lists',
	statements: [
		// match_key: see engine/people/event-names; one name, one segment. rule: JSON; references in it are ids.
		`CREATE TABLE saved_segment (
			id text PRIMARY KEY,
			name text NOT NULL,
			match_key text NOT NULL UNIQUE,
			description text NOT NULL,
			rule text NOT NULL,
			created_at {int} NOT NULL,
			updated_at {int} NOT NULL
		) {strict}`,
		// list: the short number that stands for the id in list_block.
		`CREATE TABLE custom_list (
			list {id},
			id text NOT NULL UNIQUE,
			name text NOT NULL,
			match_key text NOT NULL UNIQUE,
			created_at {int} NOT NULL,
			updated_at {int} NOT NULL
		) {strict}`,
		// Members, a bit for each of 4,096 consecutive people: see engine/people/lists/bits. size: how many bits are set.
		`CREATE TABLE list_block (
			list {int} NOT NULL,
			block {int} NOT NULL,
			size {int} NOT NULL,
			members text NOT NULL,
			PRIMARY KEY (list, block)
		) {strict}`,
		`CREATE INDEX list_block_block ON list_block (block)`,
		// Every name a segment or list has had leads to it until another takes the name. kind: segment or list.
		`CREATE TABLE known_name (
			kind text NOT NULL,
			match_key text NOT NULL,
			id text NOT NULL,
			PRIMARY KEY (kind, match_key)
		) {keyed}`,
		// Nodes of published workflows and the segments and lists that their rules name. registration: which publishing wrote
		// it. owner: the process that published. closed_at: the process has ended it: see engine/segments/saved/uses.
		`CREATE TABLE segment_use (
			workflow_id text NOT NULL,
			node_id text NOT NULL,
			kind text NOT NULL,
			id text NOT NULL,
			workflow_name text NOT NULL,
			node_name text NOT NULL,
			registration text NOT NULL,
			owner text NOT NULL,
			closed_at {int},
			PRIMARY KEY (workflow_id, node_id, kind, id)
		) {keyed}`,
		`CREATE INDEX segment_use_id ON segment_use (kind, id)`,
	],
};
