import type { ColumnType, Tx } from '../store/database';
import type { CleanEvent } from './clean';
import { survivorOf, type Directory, type Somebody } from './directory';
import { redirect } from './merge';
import type { PersonRow } from './state';
import { beginEpoch } from './turn';

const CONTENT = {
	person: 'integer',
	external_id: 'text',
	bucket_key: 'integer',
	properties: 'text',
	email: 'text',
	phone: 'text',
	timezone: 'text',
	devices: 'text',
	opted_out: 'text',
	created_at: 'integer',
	updated_at: 'integer',
	property_times: 'text',
	first_event: 'integer',
} satisfies Record<keyof PersonRow, ColumnType>;

const COLUMNS = Object.keys(CONTENT) as Array<keyof PersonRow>;

/** Writes what an ingestion has made of people: new ones, changed ones, merged ones, their ids and their push tokens. */
export async function writePeople(tx: Tx, directory: Directory, registered: ReadonlyMap<string, Somebody>, now: number): Promise<void> {
	const fresh = await directory.number(tx);
	await insertRows(tx, rowsOf(fresh, now));
	const isNew = new Set(fresh);
	await updateRows(
		tx,
		rowsOf(
			directory.loaded().filter((who) => who.state?.changed && !isNew.has(who)),
			now,
		),
	);
	await bindIds(tx, directory);
	const pairs = directory.merged.map((from) => ({ from: from.person as number, into: survivorOf(from).person as number }));
	await redirect(tx, pairs, now);
	await writeOwners(tx, directory, registered);
}

/** What a row of table event holds besides what the store gives it. */
export const EVENT_COLUMNS = { person: 'integer', name_id: 'integer', ts: 'integer', received_at: 'integer', historical: 'integer', properties: 'text' } as const satisfies Record<string, ColumnType>;

/** Appends events. `nameIds`: match key -> number of the event's name. */
export async function writeEvents(
	tx: Tx,
	events: ReadonlyArray<{ record: CleanEvent; who: Somebody }>,
	nameIds: ReadonlyMap<string, number>,
	{ now, historical }: { now: number; historical: boolean },
): Promise<void> {
	if (events.length === 0) return;
	await tx.insertRows(
		'event',
		EVENT_COLUMNS,
		events.map(({ record, who }) => {
			return [survivorOf(who).person as number, nameIds.get(record.matchKey) as number, record.ts, now, historical ? 1 : 0, record.json];
		}),
	);
}

/** Writes the content of people who exist. */
export async function updateRows(tx: Tx, rows: readonly PersonRow[]): Promise<void> {
	if (rows.length === 0) return;
	const assignments = COLUMNS.filter((column) => column !== 'person' && column !== 'bucket_key').map((column) => `${column} = changed.${column}`);
	await tx.run(
		`UPDATE person SET ${assignments.join(', ')}, stamp = ${tx.dialect.stamp('person')}
		 FROM ${tx.dialect.rows('$1', CONTENT)} AS changed
		 WHERE person.person = changed.person`,
		[JSON.stringify(rows.map(values))],
	);
}

async function insertRows(tx: Tx, rows: readonly PersonRow[]): Promise<void> {
	if (rows.length === 0) return;
	await tx.run(
		`INSERT INTO person (${COLUMNS.join(', ')}, stamp)
		 SELECT ${COLUMNS.join(', ')}, ${tx.dialect.stamp('person')} FROM ${tx.dialect.rows('$1', CONTENT)} AS fresh`,
		[JSON.stringify(rows.map(values))],
	);
}

async function bindIds(tx: Tx, directory: Directory): Promise<void> {
	if (directory.bound.size === 0) return;
	for (const { kind, value } of directory.bound.values()) tx.remembered?.forget(kind, value);
	if (directory.isAnyRebound) await beginEpoch(tx);
	const rows = [...directory.bound.values()].map(({ kind, value, who }) => [kind, value, survivorOf(who).person]);
	await tx.run(
		`INSERT INTO identity (kind, value, person)
		 SELECT kind, value, person
		 FROM ${tx.dialect.rows('$1', { kind: 'text', value: 'text', person: 'integer' })} AS fresh WHERE true
		 ON CONFLICT (kind, value) DO UPDATE SET person = excluded.person`,
		[JSON.stringify(rows)],
	);
}

/** After a merge the survivor owns the tokens that were taken over; the others, and those that newer ones have pushed out, are nobody's. */
async function writeOwners(tx: Tx, directory: Directory, registered: ReadonlyMap<string, Somebody>): Promise<void> {
	const owners = new Map<string, number>();
	const gone = new Set(directory.loaded().flatMap(({ state }) => [...(state?.fallen ?? [])]));
	for (const [token, who] of registered) {
		const { person, state } = survivorOf(who);
		if (state && !state.devices.has(token)) gone.add(token);
		else owners.set(token, person as number);
	}
	for (const from of directory.merged) {
		const survivor = survivorOf(from);
		for (const token of survivor.state?.devices.keys() ?? []) owners.set(token, survivor.person as number);
	}
	await removeOwners(tx, [...gone].filter((token) => !owners.has(token)));
	await saveOwners(tx, owners);
}

/** These tokens are nobody's any more. */
export async function removeOwners(tx: Tx, tokens: readonly string[]): Promise<void> {
	if (tokens.length === 0) return;
	await tx.run(
		`DELETE FROM device_owner WHERE token IN (SELECT token FROM ${tx.dialect.rows('$1', { token: 'text' })} AS gone)`,
		[JSON.stringify(tokens.map((token) => [token]))],
	);
}

export async function saveOwners(tx: Tx, owners: ReadonlyMap<string, number>): Promise<void> {
	if (owners.size === 0) return;
	await tx.run(
		`INSERT INTO device_owner (token, person)
		 SELECT token, person FROM ${tx.dialect.rows('$1', { token: 'text', person: 'integer' })} AS fresh WHERE true
		 ON CONFLICT (token) DO UPDATE SET person = excluded.person`,
		[JSON.stringify([...owners])],
	);
}

function rowsOf(people: readonly Somebody[], now: number): PersonRow[] {
	return people.flatMap((who) => (who.state ? [who.state.toRow(now)] : []));
}

function values(row: PersonRow): unknown[] {
	return COLUMNS.map((column) => row[column]);
}
