import type { ReceiptStatus } from '../channels/receipts/receipt';
import { EARLIER } from '../delivery/receipts/attempts';
import type { Tx } from '../store/database';

/** How many messages of a run providers have reported what of. A message may be delivered and viewed, and counts for both; what failed and was sent again does not. */
export type ReceiptFigures = Partial<Record<ReceiptStatus, number>>;

export async function receiptsOfRun(tx: Tx, run: number): Promise<ReceiptFigures> {
	const rows = await tx.all<{ status: ReceiptStatus; messages: number }>(
		'SELECT status, count(DISTINCT message) AS messages FROM receipt WHERE run = $1 AND mark <> $2 GROUP BY status ORDER BY status',
		[run, EARLIER],
	);
	return Object.fromEntries(rows.map(({ status, messages }) => [status, messages]));
}
