import type { Migration } from './migration';

export const openedReleases: Migration = {
	version: 7,
	name: 'opened releases',
	statements: [
		// The process in which an execution took over the release that the token stands for; null while none has. See holds/renew.
		`ALTER TABLE hold ADD COLUMN opened_by text`,
	],
};
