import type { Migration } from './migration';

/** Whose an id is stands in the index that finds it, as on SQLite: of many ids, each would take a page of the table more. */
export const idsInTheirIndex: Migration = {
	version: 11,
	name: 'ids in their index',
	statements: [
		{ postgres: 'ALTER TABLE identity DROP CONSTRAINT identity_pkey' },
		{ postgres: 'ALTER TABLE identity ADD PRIMARY KEY (kind, value) INCLUDE (person)' },
	],
};
