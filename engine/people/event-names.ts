import { isStorable } from '../storable';
import type { Tx } from '../store/database';

/** Kind of what a connection remembers: match key -> number. */
const MEMORY = 'event name';

/** The form in which event names are compared: without case and spaces. `added to cart` is `AddedToCart`. */
export function eventMatchKey(name: string): string {
	let key = matchKeys.get(name);
	if (key === undefined) {
		key = name.normalize('NFC').toLowerCase().replace(/\s+/gu, '');
		if (matchKeys.size < MOST_KEPT) matchKeys.set(name, key);
	}
	return key;
}

/** The same few names come with every event. */
const matchKeys = new Map<string, string>();
const MOST_KEPT = 10_000;

/** Events that only the engine itself writes; a public key may not forge them. */
export const ENGINE_EVENTS = [
	'Notification Sent',
	'Notification Delivered',
	'Notification Viewed',
	'Notification Clicked',
	'Notification Replied',
	'Notification Failed',
	'Channel Unsubscribed',
	'Channel Subscribed',
	'Control Group',
];

const ENGINE_EVENT_KEYS = new Set(ENGINE_EVENTS.map(eventMatchKey));

export function isEngineEvent(matchKey: string): boolean {
	return ENGINE_EVENT_KEYS.has(matchKey);
}

/**
 * The numbers of event names, making new ones. Call it under the lock `people`.
 * @param names match key -> name as first seen
 * @returns match key -> number
 */
export async function internEventNames(tx: Tx, names: ReadonlyMap<string, string>): Promise<Map<string, number>> {
	const known = await findEventNames(tx, [...names.keys()]);
	const missing = [...names].filter(([key]) => !known.has(key));
	if (missing.length === 0) return known;
	const top = await tx.get<{ top: number | null }>('SELECT max(name_id) AS top FROM event_name');
	const rows = missing.map(([key, name], index) => [(top?.top ?? 0) + 1 + index, name, key]);
	await tx.run(
		`INSERT INTO event_name (name_id, name, match_key)
		 SELECT name_id, name, match_key
		 FROM ${tx.dialect.rows('$1', { name_id: 'integer', name: 'text', match_key: 'text' })} AS fresh`,
		[JSON.stringify(rows)],
	);
	for (const [id, , key] of rows) known.set(key as string, id as number);
	return known;
}

/** Match key -> number, of those the store has seen. */
export async function findEventNames(tx: Tx, matchKeys: string[]): Promise<Map<string, number>> {
	const known = new Map<string, number>();
	const unknown = matchKeys.filter(isStorable).filter((key) => {
		const id = tx.lasting.get(MEMORY, key);
		if (id !== undefined) known.set(key, id);
		return id === undefined;
	});
	if (unknown.length === 0) return known;
	const rows = await tx.all<{ match_key: string; name_id: number }>(
		`SELECT event_name.match_key, event_name.name_id
		 FROM ${tx.dialect.rows('$1', { match_key: 'text' })} AS wanted
		 JOIN event_name ON event_name.match_key = wanted.match_key`,
		[JSON.stringify(unknown.map((key) => [key]))],
	);
	for (const { match_key: key, name_id: id } of rows) {
		known.set(key, id);
		tx.lasting.set(MEMORY, key, id);
	}
	return known;
}
