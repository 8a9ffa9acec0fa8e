import type { Migration } from './migration';

/** What providers report of messages after they were sent. Table message has no more indexes than before: receipts look it up, and write here. */
export const receipts: Migration = {
	version: 12,
	name: 'receipts',
	statements: [
		// One row for each thing that is known of a message: see delivery/receipts. mark: tells clicks on several links apart, else
		// empty. moved_from: the state that the message had when this moved it to another one.
		`CREATE TABLE receipt (
			run {int} NOT NULL,
			message {int} NOT NULL,
			status text NOT NULL,
			mark text NOT NULL,
			at {int} NOT NULL,
			received_at {int} NOT NULL,
			code text,
			detail text,
			moved_from text,
			PRIMARY KEY (run, message, status, mark)
		) {keyed}`,
		// Receipts of messages that are not settled yet (message is known), or of which nobody knows whether they are ours.
		`CREATE TABLE early_receipt (
			receipt_key text PRIMARY KEY,
			message {int},
			provider_id text,
			channel text NOT NULL,
			received_at {int} NOT NULL,
			receipt text NOT NULL
		) {keyed}`,
	],
};
