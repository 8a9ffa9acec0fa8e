// SQL on PostgreSQL: a column per property and an index that covers every question.
import { createRequire } from 'node:module';
import { CATEGORIES, CITIES, profileOf, SUBSCRIPTIONS } from '../data.mjs';
import { sqlOf } from '../questions.mjs';

const require = createRequire(import.meta.url);
const ROWS = 20_000;

export async function openPostgres(connectionString, people, events) {
	const { Client } = require('pg');
	const client = new Client({ connectionString });
	await client.connect();
	await client.query('SET work_mem = \'64MB\'');
	const { rows } = await client.query("SELECT to_regclass('bench_ready') AS ready");
	if (!rows[0].ready) await fill(client, people, events);
	const sql = sqlOf('postgres');
	return {
		name: 'PostgreSQL, covering index',
		ask: async (key) => (await client.query({ text: sql[key], rowMode: 'array' })).rows.map(([person]) => person),
		close: async () => await client.end(),
	};
}

async function fill(client, people, events) {
	await client.query('DROP TABLE IF EXISTS bench_event, bench_person');
	await client.query('CREATE UNLOGGED TABLE bench_event (person integer, name smallint, ts bigint, category text, amount double precision)');
	await client.query('CREATE UNLOGGED TABLE bench_person (person integer PRIMARY KEY, city text, age smallint, subscription text)');
	const insert = async (table, types, count, row) => {
		for (let start = 0; start < count; start += ROWS) {
			const columns = types.map(() => []);
			for (let index = start; index < Math.min(start + ROWS, count); index++) row(index).forEach((value, place) => columns[place].push(value));
			await client.query(`INSERT INTO ${table} SELECT * FROM unnest(${types.map((type, place) => `$${place + 1}::${type}[]`).join(', ')})`, columns);
		}
	};
	await insert('bench_person', ['integer', 'text', 'smallint', 'text'], people, (index) => {
		const { city, age, subscription } = profileOf(index);
		return [index + 1, CITIES[city], age, SUBSCRIPTIONS[subscription]];
	});
	await insert('bench_event', ['integer', 'smallint', 'bigint', 'text', 'double precision'], events.count, (index) => {
		return [events.person[index] + 1, events.name[index], events.ts[index], CATEGORIES[events.category[index]], events.amount[index]];
	});
	await client.query('CREATE INDEX ON bench_event (name, ts, person) INCLUDE (category, amount)');
	await client.query('CREATE INDEX ON bench_person (subscription, age) INCLUDE (person, city)');
	await client.query('VACUUM ANALYZE bench_event');
	await client.query('VACUUM ANALYZE bench_person');
	await client.query('CREATE TABLE bench_ready (yes boolean)');
}
