import type { Migration } from './migration';

/**
 * Tokens that differ between the stores: {id} a generated key, {int} a 64-bit integer, {blob} bytes,
 * {keyed} the end of a table whose primary key is its only access path, {strict} the end of any other.
 * JSON is kept as text on both: exact, any Unicode (jsonb refuses \u0000), and never queried by SQL.
 */
export const foundation: Migration = {
	version: 1,
	name: 'foundation',
	statements: [
		// --- people -------------------------------------------------------------------------------------------------
		// merged_into: the survivor, never itself merged. first_event: no event of this person has a lower id; a person's
		// events are found by scanning from there, because an index by person would multiply the writes of ingestion.
		// property_times: see engine/people/stated-times.
		`CREATE TABLE person (
			person {int} PRIMARY KEY,
			external_id text NOT NULL,
			bucket_key {int} NOT NULL,
			properties text NOT NULL,
			email text,
			phone text,
			timezone text,
			devices text NOT NULL,
			opted_out text NOT NULL,
			created_at {int} NOT NULL,
			updated_at {int} NOT NULL,
			property_times text NOT NULL,
			first_event {int} NOT NULL DEFAULT 0,
			merged_into {int},
			erased_at {int}
		) {strict}`,
		`CREATE INDEX person_merged ON person (merged_into) WHERE merged_into IS NOT NULL`,
		`CREATE INDEX person_email ON person (lower(email)) WHERE email IS NOT NULL`,
		// Every id anybody is known by. kind: user, anonymous or email.
		`CREATE TABLE identity (
			kind text NOT NULL,
			value text NOT NULL,
			person {int} NOT NULL,
			PRIMARY KEY (kind, value)
		) {keyed}`,
		`CREATE INDEX identity_person ON identity (person)`,
		// Whose device a push token is: nobody else's.
		`CREATE TABLE device_owner (
			token text PRIMARY KEY,
			person {int} NOT NULL
		) {keyed}`,
		`CREATE INDEX device_owner_person ON device_owner (person)`,
		// match_key: the name without case and spaces, the form in which event names are compared.
		`CREATE TABLE event_name (
			name_id {int} PRIMARY KEY,
			name text NOT NULL,
			match_key text NOT NULL UNIQUE
		) {strict}`,
		// Append only. The truth; whatever answers questions faster is derived from it.
		`CREATE TABLE event (
			id {id},
			person {int} NOT NULL,
			name_id {int} NOT NULL,
			ts {int} NOT NULL,
			received_at {int} NOT NULL,
			historical {int} NOT NULL,
			properties text NOT NULL
		) {strict}`,
		`CREATE INDEX event_name_ts ON event (name_id, ts)`,
		`CREATE TABLE event_message (
			message_id text PRIMARY KEY,
			received_at {int} NOT NULL
		) {keyed}`,
		// Which property names exist, for pick lists. name_id 0: properties of people.
		`CREATE TABLE property_name (
			name_id {int} NOT NULL,
			name text NOT NULL,
			kind text NOT NULL,
			PRIMARY KEY (name_id, name)
		) {keyed}`,

		// --- campaigns ----------------------------------------------------------------------------------------------
		// id: workflow id and the id of its Campaign Trigger node.
		`CREATE TABLE campaign (
			id text PRIMARY KEY,
			workflow_id text NOT NULL,
			name text NOT NULL,
			labels text NOT NULL,
			definition text NOT NULL,
			paused_reason text,
			published_at {int} NOT NULL
		) {strict}`,
		`CREATE INDEX campaign_workflow ON campaign (workflow_id)`,
		`CREATE TABLE goal (
			workflow_id text NOT NULL,
			node_id text NOT NULL,
			definition text NOT NULL,
			published_at {int} NOT NULL,
			PRIMARY KEY (workflow_id, node_id)
		) {keyed}`,
		// Nodes that people wait at or are sent to from; the short number stands for workflow and node id in long tables.
		`CREATE TABLE node (
			node {id},
			workflow_id text NOT NULL,
			node_id text NOT NULL,
			name text NOT NULL,
			type text NOT NULL,
			UNIQUE (workflow_id, node_id)
		) {strict}`,
		// state: scheduled, running, finished, stopped. run_key says which firing this is, so that a firing happens once.
		`CREATE TABLE run (
			run {id},
			campaign_id text NOT NULL,
			run_key text NOT NULL,
			state text NOT NULL,
			definition text NOT NULL,
			workflow_version text,
			scheduled_at {int} NOT NULL,
			started_at {int},
			finished_at {int},
			announced_at {int},
			seed {int} NOT NULL,
			qualified {int} NOT NULL,
			max_lateness_ms {int} NOT NULL,
			UNIQUE (campaign_id, run_key)
		) {strict}`,
		// Selected people who have not been released yet: the cheap form of many holds. people: person numbers, u32 little endian.
		`CREATE TABLE block (
			run {int} NOT NULL,
			seq {int} NOT NULL,
			node {int} NOT NULL,
			due_at {int} NOT NULL,
			people {blob} NOT NULL,
			size {int} NOT NULL,
			PRIMARY KEY (run, seq)
		) {keyed}`,
		`CREATE INDEX block_due ON block (node, due_at)`,
		// One person's passage. entry_key tells passages of one person through one run apart (live: the event).
		`CREATE TABLE entry (
			entry {id},
			run {int} NOT NULL,
			person {int} NOT NULL,
			entry_key text NOT NULL,
			event {int},
			qualified_at {int} NOT NULL,
			UNIQUE (run, person, entry_key)
		) {strict}`,
		// Entries of items that were in no campaign are told apart by their key alone.
		`CREATE INDEX entry_by_key ON entry (run, entry_key) WHERE entry_key <> ''`,
		// state: see engine/holds/states.ts.
		`CREATE TABLE hold (
			hold {id},
			entry {int} NOT NULL,
			node {int} NOT NULL,
			visit {int} NOT NULL,
			run {int} NOT NULL,
			due_at {int} NOT NULL,
			state {int} NOT NULL,
			attempts {int} NOT NULL,
			token text,
			owner text,
			lease_until {int},
			payload text,
			held_at {int} NOT NULL,
			UNIQUE (entry, node, visit)
		) {strict}`,
		`CREATE INDEX hold_due ON hold (node, due_at) WHERE state = 0`,
		`CREATE INDEX hold_token ON hold (token) WHERE state = 1`,
		`CREATE INDEX hold_run ON hold (run) WHERE state < 2`,
		// An entry that ended without a message at a node, and why.
		`CREATE TABLE dropped (
			entry {int} NOT NULL,
			node {int} NOT NULL,
			visit {int} NOT NULL,
			run {int} NOT NULL,
			reason text NOT NULL,
			detail text,
			dropped_at {int} NOT NULL,
			PRIMARY KEY (entry, node, visit)
		) {keyed}`,
		`CREATE INDEX dropped_run ON dropped (run)`,
		// state: see engine/delivery/states.ts. address_hash finds two profiles with one address.
		`CREATE TABLE message (
			message {id},
			entry {int} NOT NULL,
			node {int} NOT NULL,
			visit {int} NOT NULL,
			message_key text NOT NULL,
			run {int} NOT NULL,
			campaign_id text NOT NULL,
			person {int} NOT NULL,
			channel text NOT NULL,
			state text NOT NULL,
			reason text,
			detail text,
			payload text,
			waited {int} NOT NULL DEFAULT 0,
			address_hash text,
			provider text,
			provider_id text,
			owner text NOT NULL,
			token text NOT NULL,
			claimed_at {int} NOT NULL,
			sent_at {int},
			settled_at {int},
			UNIQUE (entry, node, visit, message_key)
		) {strict}`,
		`CREATE INDEX message_run ON message (run, state)`,
		`CREATE INDEX message_address ON message (run, node, address_hash)`,
		`CREATE INDEX message_open ON message (owner) WHERE state IN ('claimed', 'sending', 'held')`,
		`CREATE INDEX message_provider ON message (provider_id) WHERE provider_id IS NOT NULL`,
		// How many people a throttle has let through (or promised to) in each of its windows.
		`CREATE TABLE throttle_window (
			run {int} NOT NULL,
			node {int} NOT NULL,
			window_start {int} NOT NULL,
			used {int} NOT NULL,
			PRIMARY KEY (run, node, window_start)
		) {keyed}`,

		// --- housekeeping -------------------------------------------------------------------------------------------
		`CREATE TABLE meta (key text PRIMARY KEY, value text NOT NULL) {keyed}`,
		// Processes that work on this store. Leases and messages of one whose alive_until has passed are void.
		`CREATE TABLE process (
			owner text PRIMARY KEY,
			started_at {int} NOT NULL,
			alive_until {int} NOT NULL
		) {keyed}`,
	],
};
