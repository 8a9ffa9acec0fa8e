import type { Migration } from './migration';

/** Erased people whom no run took out of an audience in time: what named them is forgotten, that they may be there is not. */
export const erasedInAudiences: Migration = {
	version: 16,
	name: 'erased in audiences',
	statements: [
		// How many of them; none any more once the audience has been replaced as a whole.
		'ALTER TABLE audience ADD COLUMN not_removed {int} NOT NULL DEFAULT 0',
	],
};
