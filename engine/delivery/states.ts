/**
 * The life of a message.
 * - `claimed`: ours to send; nothing has left. A void claim may be taken over.
 * - `sending`: its request is about to leave, or may have left. Only from here can it become `unknown`, and never while its owner lives.
 * - `held`: every provider was unavailable, or there is no room for it yet; waits at its sender.
 * - `sent`, `failed` (a provider or we tried and it is certain that nothing was delivered), `not_sent` (never tried, with
 *   a reason), `unknown` (nobody can tell): settled. Exactly these have a `settled_at`, and `unknown` ones the reason
 *   `unknown_outcome`: the store finds the others by that.
 */
export type MessageState = 'claimed' | 'sending' | 'held' | 'sent' | 'failed' | 'not_sent' | 'unknown';

/**
 * SQL condition: whoever has the token of a message may say what became of its request. Also while it is taken for unknown,
 * because its owner could not be heard of, unless an operator has decided about it. `alias`: of table message.
 */
export function isOpenTo(alias: string): string {
	return `(${alias}.state IN ('claimed', 'sending') OR (${alias}.state = 'unknown' AND ${alias}.accepted_at IS NULL))`;
}

/** A claim that nobody has touched for this long may be taken over; the token keeps the former owner from sending. */
export const CLAIM_MS = 60_000;
