import type { Migration } from './migration';

/** Receipts of a message that was sent again are told from those of the attempts before. */
export const attempts: Migration = {
	version: 14,
	name: 'attempts',
	statements: [
		// How many requests may have carried it; 0 also of those that were sent before this was counted.
		'ALTER TABLE message ADD COLUMN attempts {int} NOT NULL DEFAULT 0',
	],
};
