import type { Tx } from '../store/database';
import { appendCampaignEvents } from './campaign-events';
import type { ClaimedMessage } from './claim';

const CONTROL_EVENT = 'Control Group';

/** Puts the event Control Group into the history of people who are not sent to for one: one per person and run. Call it under the lock of the check. */
export async function recordControlGroups(tx: Tx, messages: ReadonlyArray<Pick<ClaimedMessage, 'message' | 'reason' | 'detail'>>, now: number): Promise<void> {
	const refused = messages.filter(({ reason }) => reason === 'control_group' || reason === 'system_control_group');
	if (refused.length === 0) return;
	// The event goes with the person's first such message of the run; a person has few messages.
	const first = await tx.all<{ message: number }>(
		`SELECT m.message FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a JOIN message m ON m.message = a.message
		 WHERE NOT EXISTS (SELECT 1 FROM message o WHERE o.person = m.person AND o.run = m.run AND o.message < m.message
			AND o.state = 'not_sent' AND o.reason IN ('control_group', 'system_control_group'))`,
		[JSON.stringify(refused.map(({ message }) => [message]))],
	);
	const names = new Map(refused.map(({ message, detail }) => [message, detail]));
	await appendCampaignEvents(tx, CONTROL_EVENT, new Map(first.map(({ message }) => [message, { controlGroupName: names.get(message) }])), now);
}
