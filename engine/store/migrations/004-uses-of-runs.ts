import type { Migration } from './migration';

/** Which workflows without a campaign use saved segments and custom lists, as their executions show. */
export const usesOfRuns: Migration = {
	version: 4,
	name: 'uses of runs',
	statements: [
		// When an execution last used it; absent for what a publication wrote: see engine/segments/saved/uses.
		`ALTER TABLE segment_use ADD COLUMN seen_at {int}`,
	],
};
