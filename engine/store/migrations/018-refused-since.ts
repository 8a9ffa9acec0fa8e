import type { Migration } from './migration';

/** A message that waits for a provider is told from one that waits for a place or a time. */
export const refusedSince: Migration = {
	version: 18,
	name: 'refused since',
	statements: [
		// Since when no provider takes it, epoch ms; NULL: none has refused it, or it has waited for something else since.
		'ALTER TABLE message ADD COLUMN refused_since {int}',
	],
};
