import type { Tx } from '../store/database';
import { collapseEntries } from './collapse-entries';
import { loadRows } from './directory';
import { mergeMembers } from './lists/members';
import { PersonState } from './state';
import { beginEpoch } from './turn';
import { removeOwners, saveOwners, updateRows } from './write-people';

/** `from` has turned out to be `into`. */
export interface MergePair {
	from: number;
	into: number;
}

/**
 * Makes one person of two: of each property and address the newer statement, all ids, events and campaign entries.
 * The survivor keeps number and bucket key. Call it under the lock `people`.
 * @returns why not, when the two together would be too large
 */
export async function merge(tx: Tx, from: number, into: number, now: number): Promise<string | undefined> {
	const rows = await loadRows(tx, [from, into]);
	const [source, target] = [from, into].map((person) => rows.find((row) => row.person === person));
	if (!source || !target || from === into) return 'they are not two people of this store';
	const state = new PersonState(target);
	const reason = state.absorb(new PersonState(source), { addresses: true, except: new Set() });
	if (reason !== undefined) return reason;
	await updateRows(tx, [state.toRow(now)]);
	await redirect(tx, [{ from, into }], now);
	await removeOwners(tx, [...state.fallen]);
	await saveOwners(tx, new Map([...state.devices.keys()].map((token) => [token, into])));
	return undefined;
}

/**
 * Points everything of merged people to their survivors, whose content has been written already. A redirect never leads
 * to a person who was merged in turn. What is left of a merged person is their number.
 */
export async function redirect(tx: Tx, pairs: readonly MergePair[], now: number): Promise<void> {
	if (pairs.length === 0) return;
	tx.remembered?.forgetAll();
	await beginEpoch(tx);
	const rows = JSON.stringify(pairs.map(({ from, into }) => [from, into]));
	const merged = tx.dialect.rows('$1', { from_person: 'integer', into_person: 'integer' });
	await repoint(tx, 'person', 'merged_into', merged, rows);
	await tx.run(
		`UPDATE person
		 SET merged_into = merged.into_person, updated_at = $2, properties = '{}', email = NULL, phone = NULL,
		     timezone = NULL, devices = '[]', opted_out = '{}', property_times = '{}', stamp = ${tx.dialect.stamp('person')}
		 FROM ${merged} AS merged WHERE person.person = merged.from_person`,
		[rows, now],
	);
	await repoint(tx, 'identity', 'person', merged, rows);
	await tx.run(`DELETE FROM device_owner WHERE person IN (SELECT from_person FROM ${merged} AS merged)`, [rows]);
	await repointEvents(tx, merged, rows);
	await mergeMembers(tx, pairs);
	await collapseEntries(tx, pairs, now);
}

async function repoint(tx: Tx, table: 'person' | 'identity', column: string, merged: string, rows: string): Promise<void> {
	const stamp = table === 'person' ? `, stamp = ${tx.dialect.stamp('person')}` : '';
	await tx.run(
		`UPDATE ${table} SET ${column} = merged.into_person${stamp}
		 FROM ${merged} AS merged WHERE ${table}.${column} = merged.from_person`,
		[rows],
	);
}

/** One pass over the events since the first of the merged people came: mostly short, for they are mostly new devices. */
async function repointEvents(tx: Tx, merged: string, rows: string): Promise<void> {
	const first = await tx.get<{ id: number | null }>(
		`SELECT min(first_event) AS id FROM person WHERE person IN (SELECT from_person FROM ${merged} AS merged)`,
		[rows],
	);
	await tx.run(
		`UPDATE event
		 SET person = (SELECT merged.into_person FROM ${merged} AS merged WHERE merged.from_person = event.person)
		 WHERE id >= $2 AND person IN (SELECT from_person FROM ${merged} AS merged)`,
		[rows, first?.id ?? 0],
	);
}
