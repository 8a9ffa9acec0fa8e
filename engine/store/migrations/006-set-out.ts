import type { Migration } from './migration';

/** When somebody was due for a live campaign, which may be long after the event that brought them in. */
export const setOut: Migration = {
	version: 6,
	name: 'set out',
	// Of the entry of an event, from its first release on: what holds from when people are due counts from it.
	statements: [`ALTER TABLE entry ADD COLUMN set_out_at {int}`],
};
