import { operation } from '../store/database';
import type { StoredEvent } from './records';

/** Events by their numbers, in no order; those of people who were erased are gone. */
export const eventsById = operation<{ ids: number[] }, StoredEvent[]>(async (tx, { ids }) => {
	const rows = await tx.all<Omit<StoredEvent, 'properties'> & { properties: string }>(
		`SELECT event.id, event_name.name, event.ts, event.properties
		 FROM ${tx.dialect.rows('$1', { id: 'integer' })} AS asked
		 JOIN event ON event.id = asked.id JOIN event_name ON event_name.name_id = event.name_id`,
		[JSON.stringify(ids.map((id) => [id]))],
	);
	return rows.map(({ properties, ...event }) => ({ ...event, properties: JSON.parse(properties) as Record<string, unknown> }));
}, 'events');
