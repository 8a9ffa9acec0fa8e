import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { Tx } from '../../store/database';
import type { FoundMessage } from './find';

/** A receipt of a message, as far as the next one has to know of it. */
export interface KnownReceipt {
	status: ReceiptStatus;
	/** Tells clicks on several links apart, and what failed at an earlier attempt (see attempts) from the last; usually ''. */
	mark: string;
	/** When it happened. Epoch milliseconds. */
	at: number;
	/** The state the message had when this receipt moved it to another one. */
	movedFrom: string | null;
}

/** What is to be kept of a receipt. */
export interface NewReceipt extends KnownReceipt {
	run: number;
	message: number;
	code: string | null;
	detail: string | null;
}

const COLUMNS = {
	run: 'integer', message: 'integer', status: 'text', mark: 'text', at: 'integer', received_at: 'integer', code: 'text', detail: 'text', moved_from: 'text',
} as const;

const LONGEST_CODE = 60;
const LONGEST_DETAIL = 300;

/** What is known of these messages, by their numbers. */
export async function receiptsOf(tx: Tx, messages: readonly FoundMessage[]): Promise<Map<number, KnownReceipt[]>> {
	if (messages.length === 0) return new Map();
	const rows = await tx.allOf<{ message: number; status: ReceiptStatus; mark: string; at: number; movedFrom: string | null }>(
		{ run: 'integer', message: 'integer' },
		messages.map(({ run, message }) => [run, message]),
		(given) => `SELECT r.message, r.status, r.mark, r.at, r.moved_from AS "movedFrom" FROM ${given} AS a ${tx.dialect.each('receipt', 'r', 'r.run = a.run AND r.message = a.message')}`,
	);
	return Map.groupBy(rows, ({ message }) => message) as Map<number, KnownReceipt[]>;
}

export async function addReceipts(tx: Tx, receipts: readonly NewReceipt[], now: number): Promise<void> {
	if (receipts.length === 0) return;
	await tx.insertRows('receipt', COLUMNS, receipts.map(({ run, message, status, mark, at, code, detail, movedFrom }) => {
		return [run, message, status, mark, at, now, code?.slice(0, LONGEST_CODE) ?? null, detail?.slice(0, LONGEST_DETAIL) ?? null, movedFrom];
	}));
}
