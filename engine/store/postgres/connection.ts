import { Pool, TypeOverrides, types, type PoolClient } from 'pg';

import { CampaignError } from '../../errors';
import type { Columns, ColumnType, Param, Remembered, Tx } from '../database';
import { postgresDialect } from '../dialects';
import type { Tls } from '../store';
import { PoolMemory } from './memory';

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const MAX_TRIES = 6;

/** A pool of connections to a PostgreSQL store, whose tables lie in a schema of their own. */
export class PostgresConnection {
	private readonly pool: Pool;

	private readonly memory = new PoolMemory();

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
			// Searched first; set at connecting, so that no statement has to name it.
			options: `-c search_path=${schema}`,
			application_name: 'n8n-nodes-campaigns',
			allowExitOnIdle: true,
		});
		// A connection that breaks while idle is replaced by the next call.
		this.pool.on('error', () => {});
		this.pool.on('connect', () => this.memory.forgetAll());
	}

	/** Whatever is remembered is read again: the tables may have been put back from a copy. */
	forgetLasting(): void {
		this.memory.forgetAll();
	}

	async createSchema(): Promise<void> {
		await this.guard(async () => {
			const client = await this.pool.connect();
			try {
				// Concurrent CREATE SCHEMA IF NOT EXISTS collide on the catalogue without the lock.
				await client.query("BEGIN; SELECT pg_advisory_xact_lock(hashtext('n8n-nodes-campaigns schema'))");
				await client.query(`CREATE SCHEMA IF NOT EXISTS ${this.schema}`);
				await client.query('COMMIT');
			} finally {
				client.release();
			}
		});
	}

	/** A write transaction; repeated as a whole when PostgreSQL chose it as the victim of a deadlock. */
	async write<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.inTransaction('BEGIN ISOLATION LEVEL READ COMMITTED', work);
			} catch (error) {
				const { code } = error as { code?: string };
				if (attempt >= MAX_TRIES || (code !== SERIALIZATION_FAILURE && code !== DEADLOCK)) throw error;
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
				const staged = this.memory.stage();
				const result = await work(transaction(client, staged));
				await client.query('COMMIT');
				staged.commit();
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
			const unreachable = ['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN'].includes(code ?? '');
			if (unreachable || /timeout expired|timeout exceeded/.test(message)) {
				throw new CampaignError('store_unreachable', `The PostgreSQL campaign store cannot be reached (${code ?? 'time-out'}).`, 'Check host, port and network in the credential, and that PostgreSQL runs.');
			}
			if (code === '28P01' || code === '28000') {
				throw new CampaignError('store_auth', 'PostgreSQL refused the user or password of the campaign store.', 'Check user and password in the credential.');
			}
			if (code === '3D000') {
				throw new CampaignError('store_database', 'The database of the campaign store does not exist.', 'Create it, or name another one in the credential.');
			}
			throw error;
		}
	}
}

function transaction(client: PoolClient, lasting: Remembered): Tx {
	const query = async (sql: string, params: readonly Param[] = []) => await client.query(sql, params.map(encode));
	return {
		dialect: postgresDialect,
		lasting,
		all: async <Row>(sql: string, params?: readonly Param[]) => (await query(sql, params)).rows as Row[],
		get: async <Row>(sql: string, params?: readonly Param[]) => (await query(sql, params)).rows[0] as Row | undefined,
		lists: async <Row extends readonly unknown[]>(sql: string, params: readonly Param[] = []) => {
			const { rows } = await client.query<unknown[]>({ text: sql, values: params.map(encode), rowMode: 'array' });
			return rows as unknown as Row[];
		},
		insertRows: async (table, columns, rows) => {
			const names = Object.keys(columns).join(', ');
			await client.query(`INSERT INTO ${table} (${names}) SELECT ${names} FROM ${unnest(columns)}`, turned(columns, rows));
		},
		insertNewRows: async (table, columns, rows) => await insertNewRows(client, table, columns, rows),
		lookUp: async <Row>(columns: Columns, keys: ReadonlyArray<readonly Param[]>, select: (key: Record<string, string>) => string) => {
			const inner = select(Object.fromEntries(Object.keys(columns).map((name) => [name, `given.${name}`])));
			const given = { place: 'integer', ...columns } as const;
			const found: Array<Row | undefined> = new Array(keys.length);
			const { rows } = await client.query<Row & { place: number }>(
				`SELECT given.place, found.* FROM ${unnest(given, 'given')} CROSS JOIN LATERAL (${inner}) AS found`,
				turned(given, keys.map((key, place) => [place, ...key])),
			);
			for (const row of rows) found[row.place] = row;
			return found;
		},
		blobs: async (sql, params) => (await query(sql, params)).rows as Array<{ place: number; data: Uint8Array }>,
		run: async (sql, params) => (await query(sql, params)).rowCount ?? 0,
		lock: async (name) => {
			await query("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ':' || $1))", [name]);
		},
	};
}

/** Rows come back only where they were new; the first column is the key. */
async function insertNewRows(client: PoolClient, table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Promise<boolean[]> {
	const names = Object.keys(columns);
	const [key] = names as [string];
	// In one order everywhere, so that two transactions with the same keys never wait for each other in a circle.
	const { rows: inserted } = await client.query<[unknown]>({
		text: `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM ${unnest(columns)}
		 ORDER BY ${key} ON CONFLICT DO NOTHING RETURNING ${key}`,
		values: turned(columns, rows),
		rowMode: 'array',
	});
	const fresh = new Set(inserted.map(([value]) => value));
	return rows.map((row) => fresh.delete(row[0]));
}

const ARRAYS: Record<ColumnType, string> = { integer: 'bigint[]', real: 'double precision[]', text: 'text[]' };

/** A FROM item of rows that travel as an array per column (see `turned`): the server reads that quicker than JSON. */
function unnest(columns: Columns, alias = 'fresh'): string {
	const arrays = Object.values(columns).map((type, index) => `$${index + 1}::${ARRAYS[type]}`);
	return `unnest(${arrays.join(', ')}) AS ${alias}(${Object.keys(columns).join(', ')})`;
}

function turned(columns: Columns, rows: ReadonlyArray<readonly Param[]>): Param[][] {
	return Object.keys(columns).map((_, index) => rows.map((row) => row[index] as Param));
}

function encode(value: Param): unknown {
	return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}

/** 64-bit integers and counts as numbers: ours are ids and milliseconds, far below 2^53. */
function exactTypes(): TypeOverrides {
	const overrides = new TypeOverrides();
	overrides.setTypeParser(types.builtins.INT8, Number);
	overrides.setTypeParser(types.builtins.NUMERIC, Number);
	return overrides;
}
