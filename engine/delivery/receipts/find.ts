import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { Channel } from '../../people/records';
import type { Tx } from '../../store/database';
import type { MessageState } from '../states';
import { isNamedByAddress, lastByAddress } from './by-address';

/** A message that a receipt is about. */
export interface FoundMessage {
	message: number;
	run: number;
	campaignId: string;
	person: number;
	channel: Channel;
	state: MessageState;
	/** How many requests may have carried it, and when the last one may have left. */
	attempts: number;
	sentAt: number | null;
	providerId: string | null;
	/** Of the address it went to; null where it is not kept. */
	addressHash: string | null;
	/** Whether the person was erased since: nothing is kept that might say who it was. */
	isErased: boolean;
}

/** What a receipt says about which message it is of. */
export interface About {
	/** Number of the message, out of our id of it. */
	message?: number;
	providerId?: string;
	/** Of a receipt without any id: see by-address. */
	address?: string;
	channel: Channel;
	status: ReceiptStatus;
	/** Of what happened, and of when that was told; epoch milliseconds. */
	at?: number;
	heardAt?: number;
}

/**
 * Numbers of the messages that receipts are about, in their order; undefined: none that is known yet. A provider's id
 * that several messages of the channel have names none of them.
 */
export async function numbersOf(tx: Tx, abouts: readonly About[], now: number): Promise<Array<number | undefined>> {
	const byProvider = abouts.filter(({ message, providerId }) => message === undefined && providerId !== undefined);
	const rows =
		byProvider.length === 0
			? []
			: await tx.allOf<{ provider_id: string; channel: string; message: number; many: number }>(
					{ provider_id: 'text' },
					[...new Set(byProvider.map(({ providerId }) => providerId as string))].map((id) => [id]),
					(given) => `SELECT m.provider_id, m.channel, min(m.message) AS message, count(*) AS many
						FROM ${given} AS a ${tx.dialect.each('message', 'm', 'm.provider_id = a.provider_id')} GROUP BY m.provider_id, m.channel`,
				);
	const known = new Map(rows.map(({ provider_id: id, channel, message, many }) => [`${channel} ${id}`, Number(many) === 1 ? Number(message) : undefined]));
	const byAddress = await lastByAddress(tx, abouts, now);
	return abouts.map((about) => {
		const { message, providerId, channel } = about;
		return isNamedByAddress(about) ? byAddress.get(about) : (message ?? known.get(`${channel} ${providerId}`));
	});
}

/** Messages as they are now; `locked`: and stay until the transaction ends. */
export async function messagesOf(tx: Tx, numbers: readonly number[], locked: boolean): Promise<Map<number, FoundMessage>> {
	const rows = await tx.allOf<Omit<FoundMessage, 'isErased'> & { erasedAt: number | null }>(
		{ message: 'integer' },
		[...new Set(numbers)].sort((a, b) => a - b).map((message) => [message]),
		(given) => `SELECT m.message, m.run, m.campaign_id AS "campaignId", m.person, m.channel, m.state, m.attempts, m.sent_at AS "sentAt", m.provider_id AS "providerId",
				m.address_hash AS "addressHash", p.erased_at AS "erasedAt"
			FROM ${given} AS a ${tx.dialect.each('message', 'm', 'm.message = a.message', locked)} LEFT JOIN person p ON p.person = m.person`,
	);
	return new Map(rows.map(({ erasedAt, ...row }) => [row.message, { ...row, isErased: erasedAt !== null }]));
}
