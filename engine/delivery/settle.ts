import { eventMatchKey, findEventNames, internEventNames } from '../people/event-names';
import type { Reason } from '../reasons';
import { operation, type Tx } from '../store/database';

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

/** The event every sent message leaves in the person's history; its name and property names are CleverTap's. */
const SENT_EVENT = 'Notification Sent';

/**
 * Records outcomes, and in the same transaction the Notification Sent events of those sent. A message that was
 * declared unknown while its owner still waited for the answer is settled by that answer all the same. An unknown one keeps
 * what its item carried: an operator may want it sent again.
 */
export const settleMessages = operation<{ settlements: Settlement[] }, void>(async (tx, { settlements }, { now }) => {
	const rows = settlements.map((s) => [s.message, s.token, s.state, s.reason, s.detail, s.provider, s.providerId]);
	const settled = await tx.all<{ message: number; state: string }>(
		`UPDATE message SET state = a.state, reason = a.reason, detail = a.detail, provider = a.provider,
			provider_id = a.provider_id, settled_at = $2,
			payload = CASE WHEN message.waited = 1 OR a.state = 'unknown' THEN message.payload END
		 FROM ${tx.dialect.rows('$1', {
				message: 'integer', token: 'text', state: 'text', reason: 'text', detail: 'text', provider: 'text', provider_id: 'text',
			})} AS a
		 WHERE message.message = a.message AND message.token = a.token AND message.state IN ('claimed', 'sending', 'unknown')
		 RETURNING message.message, message.state`,
		[JSON.stringify(rows), now],
	);
	await recordSent(tx, settled.filter((row) => row.state === 'sent').map((row) => row.message), now);
});

async function recordSent(tx: Tx, messages: number[], now: number): Promise<void> {
	if (messages.length === 0) return;
	// Nobody is merged or erased meanwhile: the event would stay with a number that is nobody's.
	const rows = await tx.all<{ person: number; channel: string; campaign_id: string; name: string; labels: string; run: number }>(
		`SELECT coalesce(p.merged_into, p.person) AS person, m.channel, m.campaign_id, c.name, c.labels, m.run
		 FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a
		 JOIN message m ON m.message = a.message JOIN campaign c ON c.id = m.campaign_id JOIN person p ON p.person = m.person
		 WHERE p.erased_at IS NULL ${tx.dialect.forShareOf('p')}`,
		[JSON.stringify(messages.map((message) => [message]))],
	);
	const name = await sentEventName(tx);
	const events = rows.map((row) => [
		row.person,
		JSON.stringify({
			'Campaign id': row.campaign_id,
			'Campaign name': row.name,
			'Campaign type': row.channel,
			Labels: JSON.parse(row.labels) as string[],
			Run: row.run,
		}),
	]);
	await tx.run(
		`INSERT INTO event (person, name_id, ts, received_at, historical, properties)
		 SELECT a.person, $2, $3, $3, 0, a.properties
		 FROM ${tx.dialect.rows('$1', { person: 'integer', properties: 'text' })} AS a`,
		[JSON.stringify(events), name, now],
	);
}

async function sentEventName(tx: Tx): Promise<number> {
	const key = eventMatchKey(SENT_EVENT);
	const known = (await findEventNames(tx, [key])).get(key);
	if (known !== undefined) return known;
	await tx.lock('people');
	return (await internEventNames(tx, new Map([[key, SENT_EVENT]]))).get(key) as number;
}
