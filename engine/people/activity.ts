import { operation, type Tx } from '../store/database';
import type { StoredEvent } from './records';

interface EventRow {
	id: number;
	person: number;
	name: string;
	ts: number;
	properties: string;
}

/**
 * The latest events of many people, the newest first.
 * @param input.limit at most so many per person; default 20
 */
export const recentEvents = operation(
	async (tx: Tx, { people, limit = 20 }: { people: number[]; limit?: number }): Promise<Array<{ person: number; events: StoredEvent[] }>> => {
		const byPerson = new Map(people.map((person): [number, StoredEvent[]] => [person, []]));
		for (const row of await latest(tx, people, limit)) byPerson.get(row.person)?.push(toEvent(row));
		return [...byPerson].map(([person, events]) => ({ person, events }));
	},
	'events',
);

/** There is no index by person (see the schema): one pass over the events since the first of these people came. */
async function latest(tx: Tx, people: readonly number[], limit: number): Promise<EventRow[]> {
	return await tx.all<EventRow>(
		`WITH wanted AS (SELECT person FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS people),
		 numbered AS (
		   SELECT id, person, name_id, ts, properties,
		          row_number() OVER (PARTITION BY person ORDER BY ts DESC, id DESC) AS place
		   FROM event
		   WHERE person IN (SELECT person FROM wanted)
		     AND id >= (SELECT COALESCE(min(first_event), 0) FROM person WHERE person IN (SELECT person FROM wanted))
		 )
		 SELECT numbered.id, numbered.person, event_name.name, numbered.ts, numbered.properties
		 FROM numbered JOIN event_name ON event_name.name_id = numbered.name_id
		 WHERE numbered.place <= $2
		 ORDER BY numbered.ts DESC, numbered.id DESC`,
		[JSON.stringify(people.map((person) => [person])), limit],
	);
}

function toEvent({ id, name, ts, properties }: EventRow): StoredEvent {
	return { id, name, ts, properties: JSON.parse(properties) as Record<string, unknown> };
}
