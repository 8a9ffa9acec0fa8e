import type { Channel } from '../../people/records';
import type { Tx } from '../../store/database';
import type { MessageState } from '../states';

/** A message that a receipt is about. */
export interface FoundMessage {
	message: number;
	run: number;
	campaignId: string;
	person: number;
	channel: Channel;
	state: MessageState;
}

/** What a receipt says about which message it is of. */
export interface About {
	/** Number of the message, out of our id of it. */
	message?: number;
	providerId?: string;
	channel: Channel;
}

/**
 * Numbers of the messages that receipts are about, in their order; undefined: none that is known yet. A provider's id
 * that several messages of the channel have names none of them.
 */
export async function numbersOf(tx: Tx, abouts: readonly About[]): Promise<Array<number | undefined>> {
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
	return abouts.map(({ message, providerId, channel }) => message ?? known.get(`${channel} ${providerId}`));
}

/** Messages as they are now; `locked`: and stay until the transaction ends. */
export async function messagesOf(tx: Tx, numbers: readonly number[], locked: boolean): Promise<Map<number, FoundMessage>> {
	const rows = await tx.allOf<FoundMessage>(
		{ message: 'integer' },
		[...new Set(numbers)].sort((a, b) => a - b).map((message) => [message]),
		(given) => `SELECT m.message, m.run, m.campaign_id AS "campaignId", m.person, m.channel, m.state
			FROM ${given} AS a ${tx.dialect.each('message', 'm', 'm.message = a.message', locked)}`,
	);
	return new Map(rows.map((row) => [row.message, row]));
}
