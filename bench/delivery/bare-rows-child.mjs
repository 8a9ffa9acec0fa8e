// One process that writes the rows of messages as bare statements do: claimed, marked, settled with their event. It
// checks nothing, asks nothing, and knows every number beforehand.
import { createHash, randomUUID } from 'node:crypto';
import { createRequire } from 'node:module';
import { personOf } from './people.mjs';

const require = createRequire(import.meta.url);
const MESSAGE = ['entry', 'node', 'visit', 'message_key', 'run', 'campaign_id', 'person', 'channel', 'state', 'address_hash', 'owner', 'token', 'claimed_at'];
const EVENT = ['person', 'name_id', 'ts', 'received_at', 'historical', 'properties'];
const owner = randomUUID();

process.once('message', async ({ options, atOnce, node, campaignId, batches }) => {
	const writers = options.path ? [sqliteWriter(options.path)] : await Promise.all(Array.from({ length: atOnce }, () => postgresWriter(options)));
	process.send('ready');
	await new Promise((resolve) => process.once('message', resolve));
	let sent = 0;
	await Promise.all(
		writers.map(async ({ claim, mark, settle }) => {
			for (let batch = batches.shift(); batch; batch = batches.shift()) {
				const token = randomUUID();
				const at = Date.now();
				const rows = batch.map(({ entry, visit, person, run }) => [entry, node, visit, '', run, campaignId, person, 'sms', 'claimed', hashOf(person), owner, token, at]);
				const numbers = await claim(rows);
				await mark(numbers, token, at);
				const properties = JSON.stringify({ 'Campaign id': campaignId, 'Campaign name': 'bare', 'Campaign type': 'sms', Labels: [], Run: batch[0].run });
				await settle(numbers, token, at, batch.map(({ person }) => [person, 1, at, at, 0, properties]));
				sent += batch.length;
			}
		}),
	);
	process.send({ sent });
	await new Promise((resolve) => process.once('message', resolve));
	process.exit();
});

function hashOf(person) {
	return createHash('sha256').update(personOf(person).phone).digest('base64url').slice(0, 16);
}

const MARK = "state = 'sending', sent_at = $1";
const SETTLE = "state = 'sent', provider = 'Bench', settled_at = $1, payload = NULL";

function sqliteWriter(path) {
	const { DatabaseSync } = require('node:sqlite');
	const db = new DatabaseSync(path, { timeout: 10_000 });
	db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 16000; PRAGMA cache_size = -32768; PRAGMA synchronous = FULL');
	const insert = (table, columns) => db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`);
	const update = (set) => db.prepare(`UPDATE message SET ${set} WHERE message = $2 AND token = $3`);
	const [message, event, sending, sent] = [insert('message', MESSAGE), insert('event', EVENT), update(MARK), update(SETTLE)];
	const inTransaction = (work) => {
		db.exec('BEGIN IMMEDIATE');
		const result = work();
		db.exec('COMMIT');
		return result;
	};
	return {
		claim: (rows) => inTransaction(() => rows.map((row) => message.run(...row).lastInsertRowid)),
		mark: (numbers, token, at) => inTransaction(() => numbers.forEach((number) => sending.run({ $1: at, $2: number, $3: token }))),
		settle: (numbers, token, at, events) =>
			inTransaction(() => {
				for (const number of numbers) sent.run({ $1: at, $2: number, $3: token });
				for (const row of events) event.run(...row);
			}),
	};
}

async function postgresWriter({ connectionString, schema }) {
	const { Client } = require('pg');
	const client = new Client({ connectionString, options: `-c search_path=${schema} -c jit=off` });
	await client.connect();
	const inTransaction = async (work) => {
		await client.query('BEGIN');
		const result = await work();
		await client.query('COMMIT');
		return result;
	};
	const columnsOf = (rows) => rows[0].map((_, column) => rows.map((row) => row[column]));
	const typesOf = (rows) => rows[0].map((value, column) => `$${column + 1}::${typeof value === 'number' ? 'bigint[]' : 'text[]'}`).join(', ');
	const insert = async (table, columns, rows, end = '') => await client.query({ name: table, rowMode: 'array', text: `INSERT INTO ${table} (${columns.join(', ')}) SELECT * FROM unnest(${typesOf(rows)}) ${end}`, values: columnsOf(rows) });
	// Looked up row by row: the statistics of a table that grows like this are always out of date.
	const update = async (name, set, numbers, token, at) =>
		await client.query({
			name, values: [at, numbers, token],
			text: `WITH ours AS (SELECT m.message FROM unnest($2::bigint[]) AS a(message) CROSS JOIN LATERAL (SELECT message FROM message WHERE message = a.message AND token = $3 OFFSET 0) AS m)
				UPDATE message SET ${set} FROM ours WHERE message.message = ours.message`,
		});
	return {
		claim: async (rows) => await inTransaction(async () => (await insert('message', MESSAGE, rows, 'RETURNING message')).rows.map(([number]) => Number(number))),
		mark: async (numbers, token, at) => await inTransaction(async () => await update('mark', MARK, numbers, token, at)),
		settle: async (numbers, token, at, events) =>
			await inTransaction(async () => {
				await update('settle', SETTLE, numbers, token, at);
				await insert('event', EVENT, events);
			}),
	};
}
