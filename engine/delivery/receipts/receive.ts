import type { ReceiptStatus } from '../../channels/receipts/receipt';
import type { Channel } from '../../people/records';
import type { Reason } from '../../reasons';
import { operation, type Tx } from '../../store/database';
import { applyReceipts, type Applied, type NumberedReceipt } from './apply';
import { keepEarly } from './early';
import { reasonOf } from './events';

/** A receipt that said something new, as a workflow may be told of it. */
export interface TakenReceipt {
	/** Its place in what was given. */
	index: number;
	status: ReceiptStatus;
	/** Number of the message. */
	message: number;
	channel: Channel;
	/** User id; null for an item of nobody the store knows, and for people who were erased. */
	user: string | null;
	campaign: { id: string; name: string | null; labels: string[]; run: number };
	/** Of failures. */
	reason: Reason | null;
	code: string | null;
	detail: string | null;
	url: string | null;
	text: string | null;
	/** Epoch milliseconds. */
	at: number;
}

/**
 * Takes what providers report of messages: those that are settled are moved on at once, receipts of others are kept
 * until they are. The same receipt again changes nothing.
 * @returns what was new, and how many have to wait
 */
export const receiveReceipts = operation<{ receipts: NumberedReceipt[] }, { taken: TakenReceipt[]; early: number }>(async (tx, { receipts }, { now }) => {
	if (receipts.length === 0) return { taken: [], early: 0 };
	const { taken, early } = await applyReceipts(tx, receipts, now);
	await keepEarly(tx, early.map((index) => receipts[index] as NumberedReceipt), now);
	return { taken: await tell(tx, receipts, taken, now), early: early.length };
});

async function tell(tx: Tx, receipts: readonly NumberedReceipt[], taken: Applied['taken'], now: number): Promise<TakenReceipt[]> {
	if (taken.length === 0) return [];
	const rows = await tx.allOf<{ message: number; user: string | null; name: string | null; labels: string | null }>(
		{ message: 'integer', person: 'integer', campaign_id: 'text' },
		taken.map(({ message: { message, person, campaignId } }) => [message, person, campaignId]),
		(given) => `SELECT a.message, nullif(coalesce(s.external_id, p.external_id), '') AS "user", c.name, c.labels FROM ${given} AS a
			LEFT JOIN person p ON p.person = a.person LEFT JOIN person s ON s.person = p.merged_into LEFT JOIN campaign c ON c.id = a.campaign_id`,
	);
	const byMessage = new Map(rows.map((row) => [row.message, row]));
	return taken.map(({ index, message: { message, channel, campaignId, run } }) => {
		const { user = null, name = null, labels = null } = byMessage.get(message) ?? {};
		const receipt = receipts[index] as NumberedReceipt;
		const { status, code = null, detail = null, url = null, text = null, at = now } = receipt;
		const reason = status === 'failed' || status === 'bounced' ? reasonOf(receipt) : null;
		return { index, status, message, channel, user, campaign: { id: campaignId, name, labels: JSON.parse(labels ?? '[]') as string[], run }, reason, code, detail, url, text, at: Math.min(at, now) };
	});
}
