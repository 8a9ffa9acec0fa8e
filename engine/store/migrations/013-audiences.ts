import type { Migration } from './migration';

/** Audiences in ad networks, and what they were told of whom: the next time only the difference is sent. */
export const audiences: Migration = {
	version: 13,
	name: 'audiences',
	statements: [
		// audience: the short number that stands for the id, which is the ad network's. token, busy_until: who changes it now.
		// replacement: JSON of the one that is under way: see engine/audiences/replacement.
		`CREATE TABLE audience (
			audience {id},
			id text NOT NULL UNIQUE,
			token text,
			busy_until {int} NOT NULL,
			replacement text
		) {strict}`,
		// What is there, or may be: see engine/audiences/states. digest: of identifiers, which are JSON as they were sent, hashed.
		// erased_at: the person was erased then; of identifiers there is only what takes them out.
		`CREATE TABLE audience_member (
			audience {int} NOT NULL,
			person {int} NOT NULL,
			digest text NOT NULL,
			identifiers text NOT NULL,
			state {int} NOT NULL,
			erased_at {int},
			PRIMARY KEY (audience, person, digest)
		) {keyed}`,
		// Most are neither on their way in nor out.
		'CREATE INDEX audience_member_moving ON audience_member (audience, state, person, digest) WHERE state <> 0',
		'CREATE INDEX audience_member_erased ON audience_member (erased_at) WHERE erased_at IS NOT NULL',
	],
};
