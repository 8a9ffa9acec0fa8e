// A database of the benchmark's own on a PostgreSQL server, kept for the next run.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * @param {boolean} keep whether what is in it is wanted; otherwise it is made anew
 * @returns its connection string; undefined when the server does not answer
 */
export async function ensureDatabase(server, name, keep) {
	const { Client } = require('pg');
	const client = new Client({ connectionString: server, connectionTimeoutMillis: 3_000 });
	try {
		await client.connect();
	} catch (error) {
		console.log(`Without PostgreSQL: ${error.message}`);
		return undefined;
	}
	if (!keep) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
	const { rows } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
	if (rows.length === 0) await client.query(`CREATE DATABASE ${name}`);
	await client.end();
	const url = new URL(server);
	url.pathname = `/${name}`;
	return url.toString();
}

/** A copy of a database that nobody is connected to. @returns its connection string */
export async function copyDatabase(server, url) {
	const [from, to] = [new URL(url), new URL(url)];
	to.pathname += '_copy';
	await asAdministrator(server, [`DROP DATABASE IF EXISTS ${nameOf(to)} WITH (FORCE)`, `CREATE DATABASE ${nameOf(to)} TEMPLATE ${nameOf(from)}`]);
	return to.toString();
}

export async function dropDatabase(server, url) {
	await asAdministrator(server, [`DROP DATABASE ${nameOf(new URL(url))} WITH (FORCE)`]);
}

function nameOf(url) {
	return url.pathname.slice(1);
}

async function asAdministrator(connectionString, statements) {
	const { Client } = require('pg');
	const client = new Client({ connectionString });
	await client.connect();
	for (const statement of statements) await client.query(statement);
	await client.end();
}
