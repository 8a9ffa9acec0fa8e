import { hash } from 'node:crypto';

import { operation, type Tx } from '../../store/database';
import { applyReceipts, type NumberedReceipt } from './apply';
import { isConsentOfPerson } from './consent';

/**
 * How long a receipt waits that names a message only by the provider's id: until the answer to its request has been
 * written. Later it is of somebody else's message, sent from the same account.
 */
export const STRANGER_MS = 15 * 60_000;

const AT_ONCE = 500;

/** Keeps receipts until their messages are settled, each once. */
export async function keepEarly(tx: Tx, receipts: readonly NumberedReceipt[], now: number): Promise<void> {
	if (receipts.length === 0) return;
	await tx.run(
		`INSERT INTO early_receipt (receipt_key, message, provider_id, channel, received_at, receipt)
		 SELECT a.receipt_key, a.message, a.provider_id, a.channel, $2, a.receipt
		 FROM ${tx.dialect.rows('$1', { receipt_key: 'text', message: 'integer', provider_id: 'text', channel: 'text', receipt: 'text' })} AS a WHERE true
		 ON CONFLICT (receipt_key) DO NOTHING`,
		[JSON.stringify(receipts.map((receipt) => [keyOf(receipt, now), receipt.message ?? null, receipt.providerId ?? null, receipt.channel, JSON.stringify({ ...receipt, heardAt: now })])), now],
	);
}

/**
 * Receipts of copies of an email differ by the address alone, those of several attempts by the provider's id or its time,
 * and what people say by its time or id; without one, when it was heard must do: they may have said something else between.
 */
function keyOf({ channel, message, providerId, status, url, address, at, occurrence }: NumberedReceipt, now: number): string {
	const said = isConsentOfPerson(status) && at === undefined ? (occurrence ?? now) : undefined;
	return hash('sha256', JSON.stringify([channel, message, providerId, status, url, address, at, said]), 'base64url');
}

/**
 * Applies receipts that came too early, and whose messages are settled by now; forgets those of nobody's messages.
 * @returns how many were applied, how many go on waiting, and whether there may be more to apply at once
 */
export const applyEarlyReceipts = operation<Record<string, never>, { applied: number; waiting: number; more: boolean }>(async (tx, _input, { now }) => {
	const settled = "m.state NOT IN ('claimed', 'sending')";
	const rows = await tx.all<{ receipt_key: string; receipt: string }>(
		`SELECT e.receipt_key, e.receipt FROM early_receipt e
		 WHERE EXISTS (SELECT 1 FROM message m WHERE m.message = e.message AND ${settled})
			OR (e.message IS NULL AND EXISTS (SELECT 1 FROM message m WHERE m.provider_id = e.provider_id AND m.channel = e.channel AND ${settled}))
		 ORDER BY e.received_at LIMIT ${AT_ONCE}`,
	);
	const { taken, early } = rows.length === 0 ? { taken: [], early: [] } : await applyReceipts(tx, rows.map(({ receipt }) => JSON.parse(receipt) as NumberedReceipt), now);
	// A message may have been claimed again since it was read: what is still too early goes on waiting.
	const again = new Set(early);
	const done = rows.filter((_row, index) => !again.has(index)).map(({ receipt_key: key }) => [key]);
	await tx.run(`DELETE FROM early_receipt WHERE receipt_key IN (SELECT receipt_key FROM ${tx.dialect.rows('$1', { receipt_key: 'text' })} AS done)`, [JSON.stringify(done)]);
	await tx.run('DELETE FROM early_receipt WHERE message IS NULL AND received_at < $1', [now - STRANGER_MS]);
	const left = await tx.get<{ waiting: number }>('SELECT count(*) AS waiting FROM early_receipt');
	return { applied: taken.length, waiting: left?.waiting ?? 0, more: rows.length === AT_ONCE && done.length > 0 };
});
