import { isStorable } from '../storable';
import type { Tx } from '../store/database';

/**
 * Who is behind entries and ids, by their numbers as of now: a merged person's is the survivor's. Entries and ids that
 * are of nobody, or of somebody erased, are left out.
 * @param input.ids user ids or, where there is no such user, anonymous ids
 */
export async function whoIs(
	tx: Tx,
	{ entries, ids }: { entries: number[]; ids: string[] },
): Promise<{ entries: Array<{ entry: number; person: number }>; ids: Array<{ id: string; person: number }> }> {
	return { entries: await byEntry(tx, entries), ids: await byId(tx, ids) };
}

async function byEntry(tx: Tx, entries: number[]): Promise<Array<{ entry: number; person: number }>> {
	if (entries.length === 0) return [];
	const rows = await tx.all<{ entry: number | string; person: number | string }>(
		`SELECT entry.entry, living.person
		 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS wanted
		 JOIN entry ON entry.entry = wanted.entry
		 JOIN person AS named ON named.person = entry.person
		 JOIN person AS living ON living.person = COALESCE(named.merged_into, named.person)
		 WHERE living.erased_at IS NULL`,
		[JSON.stringify([...new Set(entries)].map((entry) => [entry]))],
	);
	return rows.map(({ entry, person }) => ({ entry: Number(entry), person: Number(person) }));
}

async function byId(tx: Tx, given: string[]): Promise<Array<{ id: string; person: number }>> {
	const ids = [...new Set(given)].filter(isStorable);
	if (ids.length === 0) return [];
	const rows = await tx.all<{ kind: string; value: string; person: number | string }>(
		`SELECT identity.kind, identity.value, identity.person
		 FROM ${tx.dialect.rows('$1', { value: 'text' })} AS wanted
		 JOIN identity ON identity.kind IN ('user', 'anonymous') AND identity.value = wanted.value
		 JOIN person ON person.person = identity.person
		 WHERE person.erased_at IS NULL
		 ORDER BY identity.kind`,
		[JSON.stringify(ids.map((id) => [id]))],
	);
	// A user comes after an anonymous person of the same id, and takes its place.
	const people = new Map(rows.map(({ value, person }) => [value, Number(person)]));
	return [...people].map(([id, person]) => ({ id, person }));
}
