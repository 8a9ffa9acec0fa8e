import type { SignedFor } from '../../channels/receipts/receipt';
import { operation, type Tx } from '../../store/database';

/**
 * Remembers what signatures stand for, each until it expires.
 * @returns of each whether it stands for this content: false where it has been used for another one before
 */
export const useSignatures = operation<{ signed: SignedFor[] }, boolean[]>(async (tx, { signed }, { now }) => {
	await forgetSignatures(tx, now);
	// In one order, so that two processes with the same ones do not wait for each other.
	const rows = signed.map(({ signature, content, expiresAt }) => [signature, content, expiresAt]).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
	await tx.run(
		`INSERT INTO receipt_signature (signature, content, expires_at)
		 SELECT a.signature, a.content, a.expires_at FROM ${tx.dialect.rows('$1', { signature: 'text', content: 'text', expires_at: 'integer' })} AS a WHERE true
		 ON CONFLICT (signature) DO NOTHING`,
		[JSON.stringify(rows)],
	);
	const known = await tx.allOf<{ signature: string; content: string }>(
		{ signature: 'text' },
		[...new Set(signed.map(({ signature }) => signature))].map((signature) => [signature]),
		(given) => `SELECT s.signature, s.content FROM ${given} AS a ${tx.dialect.each('receipt_signature', 's', 's.signature = a.signature')}`,
	);
	const contents = new Map(known.map(({ signature, content }) => [signature, content]));
	return signed.map(({ signature, content }) => contents.get(signature) === content);
}, 'events');

/** Their time has passed: nobody believes them any more. */
export async function forgetSignatures(tx: Tx, now: number): Promise<void> {
	await tx.run('DELETE FROM receipt_signature WHERE expires_at < $1', [now]);
}
