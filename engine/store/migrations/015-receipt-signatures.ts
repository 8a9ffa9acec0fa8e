import type { Migration } from './migration';

/** What receipts were signed by whose signature does not cover what they say: each may stand for one content. */
export const receiptSignatures: Migration = {
	version: 15,
	name: 'receipt signatures',
	statements: [
		// signature, content: hashes. expires_at: by then its time is too old to be believed anyway.
		`CREATE TABLE receipt_signature (
			signature text PRIMARY KEY,
			content text NOT NULL,
			expires_at {int} NOT NULL
		) {keyed}`,
		'CREATE INDEX receipt_signature_expiry ON receipt_signature (expires_at)',
	],
};
