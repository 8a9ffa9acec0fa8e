import { operation, type Tx } from '../store/database';
import { eventMatchKey } from './event-names';
import { PEOPLE_NAME_ID, type PropertyKind } from './property-names';

/** Names of all events the store has seen, in alphabetical order. */
export const eventNames = operation(async (tx: Tx): Promise<string[]> => {
	const rows = await tx.all<{ name: string }>('SELECT name FROM event_name ORDER BY match_key');
	return rows.map((row) => row.name);
}, 'events');

/**
 * Names of properties the store has seen, in alphabetical order, with the kind of the first value.
 * @param input.event of this event; without it, of people. A name never seen has no properties.
 */
export const propertyNames = operation(
	async (tx: Tx, { event }: { event?: string }): Promise<Array<{ name: string; kind: PropertyKind }>> => {
		return await tx.all<{ name: string; kind: PropertyKind }>(
			`SELECT name, kind FROM property_name
			 WHERE name_id = ${event === undefined ? '$1' : '(SELECT name_id FROM event_name WHERE match_key = $1)'}
			 ORDER BY lower(name), name`,
			[event === undefined ? PEOPLE_NAME_ID : eventMatchKey(event)],
		);
	},
	'events',
);

/** Names of properties of any event, each once: for lists that cannot know which event is meant. */
export const eventPropertyNames = operation(async (tx: Tx): Promise<Array<{ name: string; kind: PropertyKind }>> => {
	return await tx.all<{ name: string; kind: PropertyKind }>(
		`SELECT name, min(kind) AS kind FROM property_name WHERE name_id <> ${PEOPLE_NAME_ID} GROUP BY name ORDER BY lower(name), name`,
	);
}, 'events');
