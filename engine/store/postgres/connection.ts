import { Pool, TypeOverrides, types } from 'pg';

import { CampaignError } from '../../errors';
import { RepeatTransaction, type Tx } from '../database';
import type { Tls } from '../store';
import { PeopleMemory } from './people-memory';
import { PoolMemory } from './memory';
import { Newness } from './new-rows';
import { transaction } from './transaction';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const FORBIDDEN = '42501';
const MAX_TRIES = 6;

/** No way to the server, or the server is going down, has gone down or is not up yet. */
const UNREACHABLE: ReadonlySet<string> = new Set([
	'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN', '57P01', '57P02', '57P03',
]);

/** A pool of connections to a PostgreSQL store, whose tables lie in a schema of their own. */
export class PostgresConnection {
	private readonly pool: Pool;

	private readonly memory = new PoolMemory();

	private readonly people = new PeopleMemory();

	private readonly newness = new Newness();

	constructor(
		connectionString: string,
		private readonly schema: string,
		tls?: Tls,
		connections = 8,
	) {
		if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
			throw new CampaignError('store_schema', `"${schema}" cannot be the store's schema.`, 'Use lower-case letters, digits and underscores.');
		}
		this.pool = new Pool({
			connectionString,
			max: connections,
			...(tls && { ssl: { rejectUnauthorized: tls.verify, ca: tls.ca } }),
			types: exactTypes(),
			connectionTimeoutMillis: 10_000,
			// A server that is gone without a word is noticed: whoever waits for its answer would wait for ever.
			keepAlive: true,
			keepAliveInitialDelayMillis: 10_000,
			// The schema is searched first; set at connecting, so that no statement has to name it. Statements are small and many,
			// and take many times as long where the server compiles them because it thinks a table large.
			options: `-c search_path=${schema} -c jit=off`,
			application_name: 'n8n-nodes-campaigns',
			allowExitOnIdle: true,
		});
		// A connection that breaks while idle is replaced by the next call.
		this.pool.on('error', () => {});
		this.pool.on('connect', (client) => {
			this.forgetAll();
			// One that breaks in use fails what is asked of it; an error that nobody listens to would end the process.
			client.on('error', () => {});
		});
	}

	/** Whatever is remembered is read again: the tables may have been put back from a copy. */
	forgetLasting(): void {
		this.memory.forgetAll();
	}

	/** The server may be another one now. */
	private forgetAll(): void {
		this.memory.forgetAll();
		this.people.forgetAll();
	}

	async createSchema(): Promise<void> {
		await this.guard(async () => {
			const client = await this.pool.connect();
			try {
				// Concurrent CREATE SCHEMA IF NOT EXISTS collide on the catalogue without the lock.
				await client.query("BEGIN; SELECT pg_advisory_xact_lock(hashtext('n8n-nodes-campaigns schema'))");
				// CREATE SCHEMA needs the right to create one also where it is there.
				const known = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [this.schema]);
				if (known.rowCount === 0) await client.query(`CREATE SCHEMA ${this.schema}`);
				await client.query('COMMIT');
			} catch (error) {
				await client.query('ROLLBACK').catch(() => {});
				throw error;
			} finally {
				client.release();
			}
		});
	}

	/** A write transaction; repeated as a whole when PostgreSQL chose it as the victim of a deadlock, or where it asks for that. */
	async write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.inTransaction('BEGIN ISOLATION LEVEL READ COMMITTED', work);
			} catch (error) {
				const { code } = error as { code?: string };
				const mayRepeat = error instanceof RepeatTransaction || code === SERIALIZATION_FAILURE || code === DEADLOCK;
				if (attempt >= MAX_TRIES || !mayRepeat) throw error;
			}
		}
	}

	/** A read transaction: one consistent picture. */
	async read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
		return await this.inTransaction('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', work);
	}

	async close(): Promise<void> {
		await this.pool.end();
	}

	private async inTransaction<Result>(begin: string, work: (tx: Tx) => Promise<Result>): Promise<Result> {
		return await this.guard(async () => {
			const client = await this.pool.connect();
			let broken: Error | undefined;
			try {
				await client.query(begin);
				const [lasting, people] = [this.memory.stage(), this.people.stage()];
				const result = await work(transaction(client, { lasting, people, newness: this.newness }));
				await client.query('COMMIT');
				lasting.commit();
				people.commit();
				return result;
			} catch (error) {
				await client.query('ROLLBACK').catch((lost: Error) => {
					broken = lost;
				});
				throw error;
			} finally {
				client.release(broken);
			}
		});
	}

	/** Says what an operator can do about a server that cannot be reached; other errors pass. */
	private async guard<Result>(work: () => Promise<Result>): Promise<Result> {
		try {
			return await work();
		} catch (error) {
			const { code, message } = error as { code?: string; message: string };
			if (UNREACHABLE.has(code ?? '') || /timeout expired|timeout exceeded|Connection terminated|connection error and is not queryable/.test(message)) {
				throw new CampaignError('store_unreachable', `The PostgreSQL campaign store cannot be reached (${code ?? 'time-out'}).`, 'Check host, port and network in the credential, and that PostgreSQL runs.');
			}
			if (code === '28P01' || code === '28000') {
				throw new CampaignError('store_auth', 'PostgreSQL refused the user or password of the campaign store.', 'Check user and password in the credential.');
			}
			if (code === FORBIDDEN) {
				throw new CampaignError(
					'store_forbidden',
					`PostgreSQL does not let the user of the campaign store do its work: ${message}.`,
					`Let the user create schemas in the database (GRANT CREATE ON DATABASE), or make it the owner of the schema "${this.schema}".`,
				);
			}
			if (code === '3D000') {
				throw new CampaignError('store_database', 'The database of the campaign store does not exist.', 'Create it, or name another one in the credential.');
			}
			throw error;
		}
	}
}

/** 64-bit integers and counts as numbers: ours are ids and milliseconds, far below 2^53. */
function exactTypes(): TypeOverrides {
	const overrides = new TypeOverrides();
	overrides.setTypeParser(types.builtins.INT8, Number);
	overrides.setTypeParser(types.builtins.NUMERIC, Number);
	return overrides;
}
