// Taking events in through the whole path, against plain inserts of the same rows with the same lookups and unique key.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { digits, heading, judge } from '../lib/figures.mjs';
import { eventProperties, mixed, NAMES, NOW, userId } from './data.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');

const BATCH = 500;
/** Batches each takes before it is the other's turn. */
const TURN = 200;
const TURNS = 4;
/** Batches under way at once, as from a collector's clients; on both sides. (SQLite itself takes one at a time.) */
const AT_ONCE = 2;

/** @returns events per second that each store took in */
export async function timeIngestion({ postgres, events, people }) {
	heading('Ingestion, batches of 500, two under way at once');
	const folder = mkdtempSync(join(tmpdir(), 'campaigns-bench-'));
	try {
		const embedded = await compare('embedded', { path: join(folder, 'store.sqlite') }, plainSqlite(join(folder, 'plain.sqlite')), events, people);
		const server = postgres && (await compare('PostgreSQL', await emptySchema(postgres), await plainPostgres(postgres), events, people));
		return { embedded, server };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

async function compare(name, options, plain, events, people) {
	const store = await openStore(options);
	for (let start = 0; start < people; start += 5_000) {
		await store.ingest({ profiles: Array.from({ length: 5_000 }, (_, index) => ({ id: userId(start + index) })) });
		await plain.addPeople(start, start + 5_000);
	}
	await store.bringUpToDate();
	await plain.analyze?.();
	const batches = Array.from({ length: TURN * TURNS }, (_, batch) => batchOf(events, batch, people));
	const spent = { own: 0, plain: 0 };
	const written = { own: 0, plain: 0 };
	for (let turn = 0; turn < TURNS; turn++) {
		const turns = batches.slice(turn * TURN, (turn + 1) * TURN);
		const all = async (take) => {
			const left = [...turns];
			const worker = async (_, client) => {
				for (let batch = left.shift(); batch; batch = left.shift()) await take(batch, client);
			};
			await Promise.all(Array.from({ length: AT_ONCE }, worker));
		};
		await timed(spent, written, 'plain', plain.written, async () => await all(plain.take));
		await timed(spent, written, 'own', plain.written, async () => {
			await all(async (batch) => await store.ingest({ events: batch }));
			// Columns are made at the same time; what is left of that counts, too, and does not go on in the other's turn.
			await store.bringUpToDate();
		});
	}
	const count = batches.length * BATCH;
	const perSecond = (kind) => (count / spent[kind]) * 1_000;
	console.log(`${name}: ${digits(perSecond('own'))} events/s through the whole path, ${digits(perSecond('plain'))} plain; bytes written per event ${digits(written.own / count)} and ${digits(written.plain / count)}${name === 'PostgreSQL' ? ' (to the write-ahead log)' : ''}`);
	judge(`${name}, events per second against plain inserts`, perSecond('own') / perSecond('plain'), 0.8, 'least');
	await seesEverything(store, count);
	await store.close();
	await plain.close();
	return perSecond('own');
}

async function timed(spent, written, kind, bytesWritten, work) {
	const [bytes, started] = [await bytesWritten(), performance.now()];
	await work();
	spent[kind] += performance.now() - started;
	written[kind] += (await bytesWritten()) - bytes;
}

function bytesOfThisProcess() {
	try {
		return Number(/^wchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
	} catch {
		return 0;
	}
}

/** A question right after: every accepted event counts. Throws when one does not. */
async function seesEverything(store, count) {
	const perName = await Promise.all(
		NAMES.map(async (name) => {
			let total = 0;
			for (let least = 1; ; least++) {
				const { people } = await store.ask('find', { rule: { event: name, did: true, having: { measure: 'count', is: 'at_least', value: least } }, now: NOW });
				if (people.length === 0) return total;
				total += people.length;
			}
		}),
	);
	const seen = perName.reduce((sum, each) => sum + each, 0);
	if (seen !== count) throw new Error(`Of ${count} events taken in, a question right after sees ${seen}.`);
	console.log(`A question right after sees all ${count.toLocaleString('en')} events.`);
}

export function batchOf(events, batch, people) {
	return Array.from({ length: BATCH }, (_, place) => {
		const index = (batch * BATCH + place) % events.count;
		return {
			user: userId(events.person[index] % people),
			messageId: messageId(batch * BATCH + place),
			name: NAMES[events.name[index]],
			ts: events.ts[index],
			properties: eventProperties(events, index),
		};
	});
}

/** As clients make them: in no order. */
function messageId(number) {
	const parts = [1, 2, 3, 4].map((part) => mixed(number * 4 + part).toString(16).padStart(8, '0'));
	return parts.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

const TABLES = `
	CREATE TABLE identity (kind TEXT NOT NULL, value TEXT NOT NULL, person BIGINT NOT NULL, PRIMARY KEY (kind, value));
	CREATE TABLE event_message (message_id TEXT PRIMARY KEY, received_at BIGINT NOT NULL);`;

function plainSqlite(path) {
	const db = new DatabaseSync(path);
	db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -65536;
		${TABLES.replaceAll(');', ') WITHOUT ROWID;')}
		CREATE TABLE event (id INTEGER PRIMARY KEY, person INTEGER NOT NULL, name_id INTEGER NOT NULL, ts INTEGER NOT NULL, received_at INTEGER NOT NULL, historical INTEGER NOT NULL, properties TEXT NOT NULL)`);
	const [addPerson, find, remember, insert] = [
		"INSERT INTO identity VALUES ('user', ?, ?)",
		"SELECT person FROM identity WHERE kind = 'user' AND value = ?",
		'INSERT INTO event_message VALUES (?, ?) ON CONFLICT DO NOTHING',
		'INSERT INTO event (person, name_id, ts, received_at, historical, properties) VALUES (?, ?, ?, ?, 0, ?)',
	].map((sql) => db.prepare(sql));
	return {
		addPeople(from, to) {
			db.exec('BEGIN');
			for (let person = from; person < to; person++) addPerson.run(userId(person), person + 1);
			db.exec('COMMIT');
		},
		take(batch) {
			db.exec('BEGIN IMMEDIATE');
			for (const { user, messageId, name, ts, properties } of batch) {
				if (remember.run(messageId, NOW).changes === 0) continue;
				insert.run(find.get(user).person, NAMES.indexOf(name) + 1, ts, NOW, JSON.stringify(properties));
			}
			db.exec('COMMIT');
		},
		written: bytesOfThisProcess,
		close: () => db.close(),
	};
}

async function emptySchema(connectionString) {
	const { Client } = require('pg');
	const client = new Client({ connectionString });
	await client.connect();
	await client.query('DROP SCHEMA IF EXISTS bench_ingest CASCADE; DROP SCHEMA IF EXISTS bench_plain CASCADE');
	await client.end();
	return { connectionString, schema: 'bench_ingest' };
}

async function plainPostgres(connectionString) {
	const { Client } = require('pg');
	const clients = await Promise.all(
		Array.from({ length: AT_ONCE }, async () => {
			const one = new Client({ connectionString, options: '-c search_path=bench_plain' });
			await one.connect();
			return one;
		}),
	);
	const [client] = clients;
	await client.query(`CREATE SCHEMA bench_plain; SET search_path = bench_plain; ${TABLES}
		CREATE TABLE event (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, person bigint NOT NULL, name_id bigint NOT NULL, ts bigint NOT NULL, received_at bigint NOT NULL, historical bigint NOT NULL, properties text NOT NULL)`);
	return {
		async addPeople(from, to) {
			const people = Array.from({ length: to - from }, (_, index) => from + index);
			await client.query("INSERT INTO identity SELECT 'user', * FROM unnest($1::text[], $2::bigint[])", [people.map(userId), people.map((person) => person + 1)]);
		},
		/** Without it the server takes the table for an empty one, and reads all of it for each look-up. */
		analyze: async () => await client.query('VACUUM ANALYZE'),
		async take(batch, number) {
			const one = clients[number];
			await one.query('BEGIN');
			const { rows } = await one.query("SELECT value, person FROM identity WHERE kind = 'user' AND value = ANY ($1)", [batch.map(({ user }) => user)]);
			const people = new Map(rows.map(({ value, person }) => [value, person]));
			// As on SQLite: what was there already is not inserted again.
			const { rows: ids } = await one.query('INSERT INTO event_message SELECT *, $2 FROM unnest($1::text[]) ON CONFLICT DO NOTHING RETURNING message_id', [batch.map(({ messageId }) => messageId), NOW]);
			const isNew = new Set(ids.map((row) => row.message_id));
			const fresh = batch.filter(({ messageId }) => isNew.delete(messageId));
			await one.query('INSERT INTO event (person, name_id, ts, received_at, historical, properties) SELECT p, n, t, $5, 0, j FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::text[]) AS u(p, n, t, j)', [
				fresh.map(({ user }) => people.get(user)),
				fresh.map(({ name }) => NAMES.indexOf(name) + 1),
				fresh.map(({ ts }) => ts),
				fresh.map(({ properties }) => JSON.stringify(properties)),
				NOW,
			]);
			await one.query('COMMIT');
		},
		async written() {
			const { rows } = await client.query("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS bytes");
			return Number(rows[0].bytes);
		},
		close: async () => await Promise.all(clients.map(async (one) => await one.end())),
	};
}
