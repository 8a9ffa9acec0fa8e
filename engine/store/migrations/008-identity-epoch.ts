import type { Migration } from './migration';

/** When whose ids are has last changed, otherwise than by new ones: see people/turn. On SQLite the one writer knows. */
export const identityEpoch: Migration = {
	version: 8,
	name: 'identity epoch',
	statements: [{ postgres: 'CREATE TABLE identity_epoch (epoch bigint NOT NULL)' }, { postgres: 'INSERT INTO identity_epoch (epoch) VALUES (0)' }],
};
