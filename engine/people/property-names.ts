import type { Tx } from '../store/database';
import type { CleanProfile } from './clean';
import { NAMES_IN_PICK_LIST } from './limits';

/** What kind of value a property was first seen with. */
export type PropertyKind = 'text' | 'number' | 'boolean' | 'list' | 'object';

/** Stands for people where properties of events have the number of the event's name. */
export const PEOPLE_NAME_ID = 0;

/** Names of properties and the kinds of their first values. */
export type PropertyKinds = Map<string, PropertyKind>;

/**
 * Notes which properties exist, for pick lists: each name once per event name, with the kind of its first value.
 * At most a thousand names each are kept; properties beyond that are stored all the same, just not offered.
 * @param events match key of an event's name -> its properties
 */
export async function recordPropertyNames(
	tx: Tx,
	profiles: readonly CleanProfile[],
	events: ReadonlyMap<string, PropertyKinds>,
	nameIds: ReadonlyMap<string, number>,
): Promise<void> {
	const seen = new Map<number, PropertyKinds>();
	for (const profile of profiles) {
		noteProperties(seen, PEOPLE_NAME_ID, profile.properties);
		noteProperties(
			seen,
			PEOPLE_NAME_ID,
			profile.change.map((change) => [change.property, 'increment' in change ? change.increment : []]),
		);
	}
	for (const [matchKey, kinds] of events) {
		const nameId = nameIds.get(matchKey);
		if (nameId !== undefined) seen.set(nameId, kinds);
	}
	const rows = [...seen].flatMap(([nameId, names]) => [...names].map(([name, kind]): Noted => [nameId, name, kind]));
	const fresh = rows.filter(([nameId, name]) => tx.lasting.get(memoryOf(nameId), name) === undefined);
	if (fresh.length > 0) await insertNames(tx, fresh);
}

/** Whether all properties of events are in the pick lists, as far as this connection remembers. `nameIds`: match key -> number of the event's name. */
export function areNoted(tx: Tx, events: ReadonlyMap<string, PropertyKinds>, nameIds: ReadonlyMap<string, number>): boolean {
	return [...events].every(([matchKey, kinds]) => {
		const nameId = nameIds.get(matchKey);
		return nameId !== undefined && [...kinds.keys()].every((name) => tx.lasting.get(memoryOf(nameId), name) !== undefined);
	});
}

type Noted = [nameId: number, name: string, kind: PropertyKind];

async function insertNames(tx: Tx, rows: readonly Noted[]): Promise<void> {
	const json = JSON.stringify(rows);
	const seen = `${tx.dialect.rows('$1', { name_id: 'integer', name: 'text', kind: 'text' })} AS seen`;
	const known = 'SELECT 1 FROM property_name AS known WHERE known.name_id = seen.name_id AND known.name = seen.name';
	await tx.run(
		`INSERT INTO property_name (name_id, name, kind)
		 SELECT name_id, name, kind FROM ${seen}
		 WHERE NOT EXISTS (${known})
		   AND (SELECT count(*) FROM property_name AS known WHERE known.name_id = seen.name_id) < $2
		 ON CONFLICT (name_id, name) DO NOTHING`,
		[json, NAMES_IN_PICK_LIST],
	);
	// Only what was kept: names beyond the limit are not there.
	for (const { name_id, name } of await tx.all<{ name_id: number; name: string }>(`SELECT name_id, name FROM ${seen} WHERE EXISTS (${known})`, [json])) {
		tx.lasting.set(memoryOf(name_id), name, 1);
	}
}

function memoryOf(nameId: number): string {
	return `property ${nameId}`;
}

/** Adds what is new among `properties` to what has been seen under `key`. */
export function noteProperties<Key>(seen: Map<Key, PropertyKinds>, key: Key, properties: ReadonlyArray<[string, unknown]>): void {
	let names = seen.get(key);
	for (const [name, value] of properties) {
		if (value === null || names?.has(name)) continue;
		if (!names) seen.set(key, (names = new Map()));
		names.set(name, kindOf(value));
	}
}

function kindOf(value: unknown): PropertyKind {
	if (typeof value === 'number') return 'number';
	if (typeof value === 'boolean') return 'boolean';
	if (Array.isArray(value)) return 'list';
	return typeof value === 'object' && !(value instanceof Date) ? 'object' : 'text';
}
