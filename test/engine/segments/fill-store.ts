import { migrate } from '../../../engine/store/migrate';
import { SqliteConnection } from '../../../engine/store/sqlite/connection';
import { eventKey } from '../../../engine/segments';
import type { Tx } from '../../../engine/store/database';
import type { RandomPerson } from './populations';

/** The store's schema in a real SQLite database of its own, in memory. */
export async function emptyStore(): Promise<SqliteConnection> {
	const connection = new SqliteConnection(':memory:');
	await connection.write('events', async (tx) => await migrate(tx));
	return connection;
}

/** Puts people in under the given numbers, replacing all that was there. Their events arrive person by person. */
export async function fill(connection: SqliteConnection, people: RandomPerson[], numbers: number[]): Promise<void> {
	await connection.write('events', async (tx) => await fillTables(tx, people, numbers));
}

const TABLES = ['person', 'event', 'event_name', 'chunk', 'chunk_column', 'people_block', 'people_column'];

/** As `fill`, in a transaction. Columns of what was there before are gone, too. */
export async function fillTables(tx: Tx, people: RandomPerson[], numbers: number[]): Promise<void> {
	tx.lasting.forgetAll();
	tx.remembered?.forgetAll();
	for (const table of TABLES) await tx.run(`DELETE FROM ${table}`);
	await tx.run('UPDATE upkeep SET value = 0');
	const names = new Map<string, number>();
	for (const [index, person] of people.entries()) {
		const number = numbers[index] as number;
		await tx.run(
			`INSERT INTO person (person, external_id, bucket_key, properties, email, phone, timezone, devices, opted_out,
			 created_at, updated_at, property_times, merged_into, erased_at)
			 VALUES ($1, $2, $3, $4, $5, $6, $7, '[]', $8, 0, 0, '{}', $9, $10)`,
			[
				number, `user-${number}`, person.bucketKey, JSON.stringify(person.properties), person.email, person.phone,
				person.timezone, JSON.stringify(person.optedOut), person.gone === 'merged' ? 0 : null, person.gone === 'erased' ? 1 : null,
			],
		);
		for (const event of person.events) {
			const key = eventKey(event.name);
			if (!names.has(key)) {
				names.set(key, names.size + 1);
				await tx.run('INSERT INTO event_name (name_id, name, match_key) VALUES ($1, $2, $3)', [names.size, event.name, key]);
			}
			await tx.run(
				'INSERT INTO event (person, name_id, ts, received_at, historical, properties) VALUES ($1, $2, $3, 0, 0, $4)',
				[number, names.get(key) as number, event.ts, JSON.stringify(event.properties)],
			);
		}
	}
}
