import { eventMatchKey, internEventNames } from '../../people/event-names';
import { operation } from '../../store/database';
import type { Store } from '../../store/store';
import { appendCampaignEvents } from '../campaign-events';
import { BY_LINK, OPT_OUT_TYPES, UNSUBSCRIBED_EVENT } from '../receipts/events';
import { ReceiptInbox } from '../receipts/inbox';
import { optOut } from '../receipts/opt-outs';
import type { TakenReceipt } from '../receipts/receive';
import type { UnsubscribeLink } from './link';

/**
 * Unsubscribes whoever a link is of, as a receipt `unsubscribed` of its message does, and again if they have opted in
 * since. Unlike a receipt it does not need the message, and does not ask which address the person has by now: they said it themselves.
 * Resolves when they are out; nothing happens where that is so already, nor for somebody who was erased.
 * @returns what was new of the message
 */
export async function unsubscribeBy(store: Store, link: UnsubscribeLink): Promise<TakenReceipt[]> {
	if (link.person <= 0) return [];
	const { isKnown } = await store.call('optOutByLink', link);
	if (!isKnown) return [];
	return await ReceiptInbox.of(store).receive([{ channel: link.channel, status: 'unsubscribed', occurrence: BY_LINK, messageId: `${store.fingerprint}-${link.message}` }]);
}

/**
 * Opts the person of a link out of its channel, with the event if they were not out before. A message whose row is gone
 * leaves no event: which campaign it was of is not known any more.
 * @returns whether the message is known, and theirs: after a restored backup its number may be another one's
 */
export const optOutByLink = operation<UnsubscribeLink, { isKnown: boolean }>(async (tx, { message, person, channel }, { now }) => {
	await tx.lock('people');
	const [own] = await tx.all<{ campaignId: string; run: number }>(
		`SELECT m.campaign_id AS "campaignId", m.run FROM message m
		 JOIN person p ON p.person = m.person
		 JOIN person named ON coalesce(named.merged_into, named.person) = coalesce(p.merged_into, p.person)
		 WHERE m.message = $1 AND m.channel = $2 AND named.person = $3`,
		[message, channel, person],
	);
	const optedOut = await optOut(tx, [{ person, channel, at: now, by: 'link' }], now);
	if (own && optedOut.length > 0) {
		const name = (await internEventNames(tx, new Map([[eventMatchKey(UNSUBSCRIBED_EVENT), UNSUBSCRIBED_EVENT]]))).get(eventMatchKey(UNSUBSCRIBED_EVENT)) as number;
		await appendCampaignEvents(tx, name, [{ person, channel, ...own, at: now, more: { Type: OPT_OUT_TYPES.unsubscribed } }], now);
	}
	return { isKnown: own !== undefined };
});
