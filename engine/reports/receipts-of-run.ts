import type { ReceiptStatus } from '../channels/receipts/receipt';
import type { Tx } from '../store/database';

/** How many messages of a run providers have reported what of. A message may be delivered and viewed, and counts for both. */
export type ReceiptFigures = Partial<Record<ReceiptStatus, number>>;

export async function receiptsOfRun(tx: Tx, run: number): Promise<ReceiptFigures> {
	const rows = await tx.all<{ status: ReceiptStatus; messages: number }>(
		'SELECT status, count(DISTINCT message) AS messages FROM receipt WHERE run = $1 GROUP BY status ORDER BY status',
		[run],
	);
	return Object.fromEntries(rows.map(({ status, messages }) => [status, messages]));
}
