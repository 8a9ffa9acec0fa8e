// The store itself, asked through the rule model; and a way to fill it faster than by ingestion, with the same rows.
import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { NAMES, NOW, eventProperties, profileProperties, userId } from '../data.mjs';
import { QUESTIONS } from '../questions.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../../dist/engine/index.js');
const { PostgresConnection } = require('../../../dist/engine/store/postgres/connection.js');
const { SqliteConnection } = require('../../../dist/engine/store/sqlite/connection.js');
const { eventMatchKey } = require('../../../dist/engine/people/event-names.js');

const ROWS = 5_000;

export async function openOwnStore(options, name) {
	const store = await openStore(options);
	const rules = new Map(QUESTIONS.map(({ key, rule }) => [key, rule]));
	return {
		name,
		store,
		async ask(key) {
			return (await store.ask('find', { rule: rules.get(key), now: NOW })).people;
		},
		close: async () => await store.close(),
	};
}

/** Makes a store with the rows that ingestion would have written. */
export async function fillStore(options, people, events) {
	// What an interrupted run has left behind.
	if ('path' in options) for (const end of ['', '-wal', '-shm']) rmSync(options.path + end, { force: true });
	await (await openStore(options)).close();
	const connection = 'path' in options ? new SqliteConnection(options.path) : new PostgresConnection(options.connectionString, options.schema);
	const write = async (work) => ('path' in options ? await connection.write('events', work) : await connection.write(work));
	await write(async (tx) => {
		const rows = NAMES.map((name, index) => [index + 1, name, eventMatchKey(name)]);
		await tx.run(
			`INSERT INTO event_name (name_id, name, match_key) SELECT name_id, name, match_key
			 FROM ${tx.dialect.rows('$1', { name_id: 'integer', name: 'text', match_key: 'text' })} AS fresh`,
			[JSON.stringify(rows)],
		);
	});
	for (let start = 0; start < people; start += ROWS) await write(async (tx) => await insertPeople(tx, start, Math.min(start + ROWS, people)));
	for (let start = 0; start < events.count; start += ROWS) await write(async (tx) => await insertEvents(tx, events, start, Math.min(start + ROWS, events.count)));
	await connection.close();
	const store = await openStore(options);
	await store.bringUpToDate();
	await store.close();
}

async function insertPeople(tx, from, to) {
	const rows = JSON.stringify(
		Array.from({ length: to - from }, (_, index) => {
			const person = from + index;
			const key = createHash('sha256').update(`bucket\0user\0${userId(person)}`).digest().readUInt32LE(0);
			return [person + 1, userId(person), key, JSON.stringify(profileProperties(person)), `user${person}@example.com`, `+1555${String(person).padStart(7, '0')}`];
		}),
	);
	const columns = { person: 'integer', external_id: 'text', bucket_key: 'integer', properties: 'text', email: 'text', phone: 'text' };
	await tx.run(
		`INSERT INTO person (person, external_id, bucket_key, properties, email, phone, timezone, devices, opted_out, created_at, updated_at, property_times, first_event, stamp)
		 SELECT person, external_id, bucket_key, properties, email, phone, NULL, '[]', '{}', ${NOW}, ${NOW}, '{"d":${NOW}}', 1, ${tx.dialect.stamp('person')}
		 FROM ${tx.dialect.rows('$1', columns)} AS fresh`,
		[rows],
	);
	await tx.run(`INSERT INTO identity (kind, value, person) SELECT 'user', external_id, person FROM ${tx.dialect.rows('$1', columns)} AS fresh`, [rows]);
}

async function insertEvents(tx, events, from, to) {
	const rows = Array.from({ length: to - from }, (_, place) => {
		const index = from + place;
		return [events.person[index] + 1, events.name[index] + 1, events.ts[index], JSON.stringify(eventProperties(events, index))];
	});
	await tx.run(
		`INSERT INTO event (person, name_id, ts, received_at, historical, properties) SELECT person, name_id, ts, ts, 1, properties
		 FROM ${tx.dialect.rows('$1', { person: 'integer', name_id: 'integer', ts: 'integer', properties: 'text' })} AS fresh`,
		[JSON.stringify(rows)],
	);
}
