import type { Reason } from '../reasons';
import { operation } from '../store/database';
import { appendCampaignEvents, lockForEvents, SENT_EVENT, type Occasion } from './campaign-events';
import { isErased } from './erased';
import { giveBackPlaces, lockPlacesOf } from './places';

/** What became of one message that was ours. */
export interface Settlement {
	message: number;
	token: string;
	state: 'sent' | 'failed' | 'not_sent' | 'unknown';
	reason: Reason | null;
	/** For the operator; redacted. */
	detail: string | null;
	/** The provider's label. */
	provider: string | null;
	providerId: string | null;
}

/**
 * Records outcomes, and in the same transaction the Notification Sent events of those sent. A message that was
 * declared unknown while its owner still waited for the answer is settled by that answer all the same. An unknown one keeps
 * what its item carried: an operator may want it sent again. Of somebody who was erased meanwhile nothing is kept that a
 * provider says: it may quote the address.
 */
export const settleMessages = operation<{ settlements: Settlement[] }, void>(async (tx, { settlements }, { now }) => {
	const sent = settlements.some(({ state }) => state === 'sent') ? await lockForEvents(tx, SENT_EVENT) : undefined;
	if (sent === undefined) await tx.lock('people', 'beside others');
	const isFailure = (state: string) => state === 'failed' || state === 'not_sent';
	await lockPlacesOf(tx, settlements.filter(({ state }) => isFailure(state)).map(({ message }) => message));
	const settled = await tx.allOf<Occasion & { message: number; state: string }>(
		{ message: 'integer', token: 'text', state: 'text', reason: 'text', detail: 'text', provider: 'text', provider_id: 'text' },
		settlements.map((s) => [s.message, s.token, s.state, s.reason, s.detail, s.provider, s.providerId]),
		(given) => `WITH ours AS (SELECT a.* FROM ${given} AS a
				${tx.dialect.each('message', 'm', "m.message = a.message AND m.token = a.token AND m.state IN ('claimed', 'sending', 'unknown')", true)})
			 UPDATE message SET state = a.state, reason = a.reason, detail = CASE WHEN a.detail IS NOT NULL AND NOT ${isErased('message')} THEN a.detail END, provider = a.provider,
				provider_id = a.provider_id, settled_at = $1,
				payload = CASE WHEN message.waited = 1 OR a.state = 'unknown' THEN message.payload END
			 FROM ours AS a WHERE message.message = a.message
			 RETURNING message.message, message.state, message.person, message.channel, message.campaign_id AS "campaignId", message.run`,
		[now],
	);
	await giveBackPlaces(tx, settled.filter(({ state }) => isFailure(state)).map(({ message }) => message));
	if (sent !== undefined) await appendCampaignEvents(tx, sent, settled.filter(({ state }) => state === 'sent'), now);
});
