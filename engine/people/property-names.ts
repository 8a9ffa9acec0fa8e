import type { Tx } from '../store/database';
import type { CleanEvent, CleanProfile } from './clean';
import { NAMES_IN_PICK_LIST } from './limits';

/** What kind of value a property was first seen with. */
export type PropertyKind = 'text' | 'number' | 'boolean' | 'list' | 'object';

/** Stands for people where properties of events have the number of the event's name. */
export const PEOPLE_NAME_ID = 0;

/**
 * Notes which properties exist, for pick lists: each name once per event name, with the kind of its first value.
 * At most a thousand names each are kept; properties beyond that are stored all the same, just not offered.
 */
export async function recordPropertyNames(
	tx: Tx,
	profiles: readonly CleanProfile[],
	events: readonly CleanEvent[],
	nameIds: ReadonlyMap<string, number>,
): Promise<void> {
	const seen = new Map<number, Map<string, PropertyKind>>();
	for (const profile of profiles) {
		note(seen, PEOPLE_NAME_ID, profile.properties);
		note(
			seen,
			PEOPLE_NAME_ID,
			profile.change.map((change) => [change.property, 'increment' in change ? change.increment : []]),
		);
	}
	for (const event of events) note(seen, nameIds.get(event.matchKey) as number, event.properties);
	const rows = [...seen].flatMap(([nameId, names]) => [...names].map(([name, kind]) => [nameId, name, kind]));
	if (rows.length === 0) return;
	await tx.run(
		`INSERT INTO property_name (name_id, name, kind)
		 SELECT name_id, name, kind
		 FROM ${tx.dialect.rows('$1', { name_id: 'integer', name: 'text', kind: 'text' })} AS seen
		 WHERE NOT EXISTS (SELECT 1 FROM property_name AS known WHERE known.name_id = seen.name_id AND known.name = seen.name)
		   AND (SELECT count(*) FROM property_name AS known WHERE known.name_id = seen.name_id) < $2
		 ON CONFLICT (name_id, name) DO NOTHING`,
		[JSON.stringify(rows), NAMES_IN_PICK_LIST],
	);
}

function note(seen: Map<number, Map<string, PropertyKind>>, nameId: number, properties: ReadonlyArray<[string, unknown]>): void {
	let names = seen.get(nameId);
	for (const [name, value] of properties) {
		if (value === null || names?.has(name)) continue;
		if (!names) seen.set(nameId, (names = new Map()));
		names.set(name, kindOf(value));
	}
}

function kindOf(value: unknown): PropertyKind {
	if (typeof value === 'number') return 'number';
	if (typeof value === 'boolean') return 'boolean';
	if (Array.isArray(value)) return 'list';
	return typeof value === 'object' && !(value instanceof Date) ? 'object' : 'text';
}
