import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { Tx } from '../../store/database';
import { addressHash } from '../address-hash';
import { CLOCKS_APART_MS } from './attempts';
import type { About } from './find';

const DAY_MS = 86_400_000;

/** Mail servers try for five days (RFC 5321, section 4.5.4.1), and somebody has to read what they give back. */
export const RETURNED_WITHIN_MS = 7 * DAY_MS;

/** What people say of an old email holds as well, and concerns nothing but what they get from now on. */
const EVER: ReadonlySet<ReceiptStatus> = new Set(['complained', 'unsubscribed']);

interface Candidate {
	address: string;
	email: string;
	message: number;
	sentAt: number;
	providerId: string;
	addressHash: string | null;
}

/**
 * Numbers of the last emails that had left by SMTP to these addresses when each was reported on, in the order of `abouts`.
 * Only SMTP has reports that name nothing but an address; its messages are those whose id with the provider is ours.
 */
export async function lastBySmtp(tx: Tx, abouts: readonly About[], now: number): Promise<Array<number | undefined>> {
	if (abouts.length === 0) return [];
	const windows = abouts.map((about) => windowOf(about, now));
	const rows = await tx.allOf<Candidate>(
		{ address: 'text' },
		[...new Set(abouts.map(({ address }) => keyOf(address)))].map((address) => [address]),
		(given) => `SELECT a.address, p.email, m.message, m.sent_at AS "sentAt", m.provider_id AS "providerId", m.address_hash AS "addressHash"
			FROM ${given} AS a ${tx.dialect.each('person', 'p', 'lower(p.email) = a.address AND p.email IS NOT NULL')} ${tx.dialect.each('message', 'm', 'm.person = p.person')}
			WHERE m.channel = 'email' AND m.state IN ('sent', 'unknown', 'failed') AND m.provider_id IS NOT NULL AND m.sent_at >= $1 ORDER BY m.sent_at DESC, m.message DESC`,
		[Math.min(...windows.map(({ from }) => from))],
	);
	const byAddress = Map.groupBy(rows, ({ address }) => address);
	return abouts.map(({ address = '' }, index) => {
		const { from, to } = windows[index] as { from: number; to: number };
		const candidates = byAddress.get(keyOf(address)) ?? [];
		return candidates.find((one) => one.sentAt >= from && one.sentAt <= to && isBySmtp(one) && wentTo(one, address))?.message;
	});
}

/** When the email may have left that is reported on. */
function windowOf({ status, at, heardAt }: About, now: number): { from: number; to: number } {
	const time = Math.min(at ?? heardAt ?? now, now);
	return { from: EVER.has(status) ? 0 : time - RETURNED_WITHIN_MS, to: time + CLOCKS_APART_MS };
}

/** See `messageIdHeader`. */
function isBySmtp({ providerId, message }: Candidate): boolean {
	return providerId.includes(`-${message}@`);
}

/** The person may have had another address then; whoever reports may write it in another case. */
function wentTo({ addressHash: sentTo, email }: Candidate, address: string): boolean {
	return sentTo === null || sentTo === addressHash(email) || sentTo === addressHash(address);
}

function keyOf(address = ''): string {
	return address.toLowerCase();
}
