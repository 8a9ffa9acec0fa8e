import { HoldState } from '../../holds/states';
import type { Tx } from '../../store/database';

/** Somebody who comes into a live campaign. */
export interface NewEntry {
	person: number;
	/** Tells the entries of one person apart. */
	key: string;
	/** Null: no event brought them in. */
	event: number | null;
	/** Epoch milliseconds. */
	qualifiedAt: number;
	dueAt: number;
	/** The second event has happened. */
	ended?: boolean;
}

/** Makes entries that wait at the trigger; those that are there already are left alone. @returns how many are new */
export async function insertLiveEntries(tx: Tx, { run, node }: { run: number; node: number }, entries: readonly NewEntry[], now: number): Promise<number> {
	if (entries.length === 0) return 0;
	const rows = await tx.all<{ entry: number; person: number; entry_key: string }>(
		`INSERT INTO entry (run, person, entry_key, event, qualified_at)
		 SELECT $2, r.person, r.entry_key, r.event, r.qualified_at
		 FROM ${tx.dialect.rows('$1', { person: 'integer', entry_key: 'text', event: 'integer', qualified_at: 'integer' })} AS r WHERE true
		 ON CONFLICT (run, person, entry_key) DO NOTHING RETURNING entry, person, entry_key`,
		[JSON.stringify(entries.map(({ person, key, event, qualifiedAt }) => [person, key, event, qualifiedAt])), run],
	);
	const made = new Map(rows.map(({ entry, person, entry_key: key }) => [`${person} ${key}`, entry]));
	const holds = entries.flatMap(({ person, key, dueAt, ended }) => {
		const entry = made.get(`${person} ${key}`);
		made.delete(`${person} ${key}`);
		return entry === undefined ? [] : [[entry, dueAt, ended ? HoldState.dropped : HoldState.waiting]];
	});
	await tx.run(
		`INSERT INTO hold (entry, node, visit, run, due_at, state, attempts, held_at)
		 SELECT r.entry, $2, 0, $3, r.due_at, r.state, 0, $4
		 FROM ${tx.dialect.rows('$1', { entry: 'integer', due_at: 'integer', state: 'integer' })} AS r`,
		[JSON.stringify(holds), node, run, now],
	);
	await dropEnded(tx, { run, node }, holds.flatMap(([entry, , state]) => (state === HoldState.dropped ? [entry as number] : [])), now);
	return rows.length;
}

/** Writes down that the awaited event happened. */
export async function dropEnded(tx: Tx, { run, node }: { run: number; node: number }, entries: readonly number[], now: number): Promise<void> {
	if (entries.length === 0) return;
	await tx.run(
		`INSERT INTO dropped (entry, node, visit, run, reason, dropped_at)
		 SELECT r.entry, $2, 0, $3, 'event_happened', $4 FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS r WHERE true
		 ON CONFLICT (entry, node, visit) DO NOTHING`,
		[JSON.stringify(entries.map((entry) => [entry])), node, run, now],
	);
}

/** Entries that have not set out, as if they had never been. */
export async function deleteEntries(tx: Tx, entries: readonly number[]): Promise<void> {
	if (entries.length === 0) return;
	const params = [JSON.stringify(entries.map((entry) => [entry]))];
	for (const table of ['dropped', 'hold', 'entry']) {
		await tx.run(`DELETE FROM ${table} WHERE entry IN (SELECT entry FROM ${tx.dialect.rows('$1', { entry: 'integer' })} AS gone)`, params);
	}
}
