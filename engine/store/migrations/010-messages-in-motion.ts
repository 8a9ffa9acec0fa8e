import type { Migration } from './migration';

/**
 * Each message is written three times, to be claimed, marked and settled: the indexes do not know its state, so that
 * what changes is the row alone. What is not settled, and what is unknown, is little, and has indexes of its own.
 */
export const messagesInMotion: Migration = {
	version: 10,
	name: 'messages in motion',
	statements: [
		// See delivery/address-hash. Also of runs that are finished: one may go on again.
		'UPDATE message SET address_hash = substr(address_hash, 1, 16)',
		'DROP INDEX message_run',
		'DROP INDEX message_open',
		// On SQLite the number is part of every index.
		{ sqlite: 'CREATE INDEX message_run ON message (run)', postgres: 'CREATE INDEX message_run ON message (run, message)' },
		'DROP INDEX message_person',
		// Who got how many messages, in a run and in all: see delivery/checks.
		'CREATE INDEX message_person ON message (person, run)',
		// A message is claimed, being sent or held exactly as long as it has no settled_at.
		'CREATE INDEX message_unsettled ON message (run) WHERE settled_at IS NULL',
		`CREATE INDEX message_unknown ON message (run) WHERE reason = 'unknown_outcome'`,
	],
};
