import { eventMatchKey, findEventNames, internEventNames } from '../people/event-names';
import type { Tx } from '../store/database';

interface MessageRow {
	message: number;
	person: number;
	channel: string;
	campaign_id: string;
	name: string;
	labels: string;
	run: number;
}

/**
 * Puts an event into the history of the person of each message, now; its property names are CleverTap's.
 * @param messages with the properties that each event has besides
 */
export async function appendCampaignEvents(tx: Tx, event: string, messages: ReadonlyMap<number, Record<string, unknown>>, now: number): Promise<void> {
	if (messages.size === 0) return;
	// Nobody is merged or erased meanwhile: the event would stay with a number that is nobody's.
	const rows = await tx.all<MessageRow>(
		`SELECT m.message, coalesce(p.merged_into, p.person) AS person, m.channel, m.campaign_id, c.name, c.labels, m.run
		 FROM ${tx.dialect.rows('$1', { message: 'integer' })} AS a
		 JOIN message m ON m.message = a.message JOIN campaign c ON c.id = m.campaign_id JOIN person p ON p.person = m.person
		 WHERE p.erased_at IS NULL ${tx.dialect.forShareOf('p')}`,
		[JSON.stringify([...messages.keys()].map((message) => [message]))],
	);
	const name = await eventName(tx, event);
	const events = rows.map((row) => [
		row.person,
		JSON.stringify({
			...messages.get(row.message),
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

async function eventName(tx: Tx, event: string): Promise<number> {
	const key = eventMatchKey(event);
	const known = (await findEventNames(tx, [key])).get(key);
	if (known !== undefined) return known;
	await tx.lock('people');
	return (await internEventNames(tx, new Map([[key, event]]))).get(key) as number;
}
