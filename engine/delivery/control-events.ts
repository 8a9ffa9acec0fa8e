import { appendCampaignEvents, lockForEvents, type Occasion } from './campaign-events';
import type { Tx } from '../store/database';
import type { ClaimedMessage } from './claim';

const CONTROL_EVENT = 'Control Group';

/** To be called before any other lock is taken, where somebody may be in a control group. */
export async function lockForControlGroups(tx: Tx): Promise<void> {
	await lockForEvents(tx, CONTROL_EVENT);
}

/** Puts the event Control Group into the history of people who are not sent to for one: one per person and run. Call it under the lock of the check. */
export async function recordControlGroups(tx: Tx, messages: ReadonlyArray<Pick<ClaimedMessage, 'message' | 'reason' | 'detail'>>, now: number): Promise<void> {
	const refused = messages.filter(({ reason }) => reason === 'control_group' || reason === 'system_control_group');
	if (refused.length === 0) return;
	// The event goes with the person's first such message of the run; a person has few messages.
	const first = await tx.allOf<Occasion & { message: number }>(
		{ message: 'integer' },
		refused.map(({ message }) => [message]),
		(given) => `SELECT m.message, m.person, m.channel, m.campaign_id AS "campaignId", m.run FROM ${given} AS a JOIN message m ON m.message = a.message
			 WHERE NOT EXISTS (SELECT 1 FROM message o WHERE o.person = m.person AND o.run = m.run AND o.message < m.message
				AND o.state = 'not_sent' AND o.reason IN ('control_group', 'system_control_group'))`,
	);
	const names = new Map(refused.map(({ message, detail }) => [message, detail]));
	const occasions = first.map((occasion) => ({ ...occasion, more: { controlGroupName: names.get(occasion.message) } }));
	await appendCampaignEvents(tx, await lockForEvents(tx, CONTROL_EVENT), occasions, now);
}
