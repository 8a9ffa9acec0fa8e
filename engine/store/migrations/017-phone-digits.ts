import type { Migration } from './migration';

/** Finds people by their numbers, however those are written: whoever texts STOP names nothing else. */
export const phoneDigits: Migration = {
	version: 17,
	name: 'phone digits',
	// The expression is that of delivery/receipts/by-address.
	statements: [`CREATE INDEX person_phone ON person (replace(replace(replace(replace(replace(replace(phone, '+', ''), ' ', ''), '-', ''), '(', ''), ')', ''), '.', '')) WHERE phone IS NOT NULL`],
};
