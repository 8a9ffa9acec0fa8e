import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Columns, Durability, Param, Tx } from '../database';
import { sqliteDialect } from '../dialects';
import { ConnectionMemory } from './memory';
import { nodeSqlite } from './node-sqlite';

const BUSY_TIMEOUT_MS = 10_000;

/**
 * One connection to the embedded store. `node:sqlite` is synchronous, so this belongs in a thread of its own; the
 * promises of its Tx are already settled.
 */
export class SqliteConnection {
	private readonly db: DatabaseSync;

	private readonly statements = new Map<string, StatementSync>();

	private durability?: Durability;

	private readonly memory = new ConnectionMemory();

	readonly tx: Tx = {
		dialect: sqliteDialect,
		remembered: this.memory,
		all: async <Row>(sql: string, params: readonly Param[] = []) => this.prepare(sql).all(bind(params)) as Row[],
		get: async <Row>(sql: string, params: readonly Param[] = []) =>
			this.prepare(sql).get(bind(params)) as Row | undefined,
		blobs: async (sql: string, params: readonly Param[] = []) =>
			this.prepare(sql).all(bind(params)) as unknown as Array<{ place: number; data: Uint8Array }>,
		insertRows: async (table, columns, rows) => this.insert(table, columns, rows, ''),
		insertNewRows: async (table, columns, rows) => {
			const isNew: boolean[] = [];
			this.insert(table, columns, rows, ' ON CONFLICT DO NOTHING', (changes) => isNew.push(changes > 0));
			return isNew;
		},
		lookUp: async <Row>(columns: Columns, keys: ReadonlyArray<readonly Param[]>, select: (key: Record<string, string>) => string) => {
			const statement = this.prepare(select(Object.fromEntries(Object.keys(columns).map((name) => [name, '?']))));
			return keys.map((key) => statement.get(...key) as Row | undefined);
		},
		run: async (sql: string, params: readonly Param[] = []) => Number(this.prepare(sql).run(bind(params)).changes),
		lock: async () => {},
	};

	constructor(path: string, readOnly = false) {
		const { DatabaseSync: Database } = nodeSqlite();
		this.db = new Database(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
		this.db.exec('PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;');
		if (!readOnly) {
			this.db.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 16000;');
		}
	}

	/** A write transaction; commits when `work` resolves, rolls back when it rejects. */
	async write<Result>(durability: Durability, work: (tx: Tx) => Promise<Result>): Promise<Result> {
		if (durability !== this.durability) {
			// FULL waits for the disk at every commit, NORMAL at checkpoints. Cannot change inside a transaction.
			this.db.exec(`PRAGMA synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
			this.durability = durability;
		}
		return await this.inTransaction('BEGIN IMMEDIATE', work);
	}

	/** A read transaction: one consistent picture. */
	async read<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> {
		return await this.inTransaction('BEGIN', work);
	}

	close(): void {
		this.statements.clear();
		this.db.close();
	}

	private async inTransaction<Result>(begin: string, work: (tx: Tx) => Promise<Result>): Promise<Result> {
		this.db.exec(begin);
		try {
			// May fail as the first read of a transaction that has only now met the file.
			const { data_version: version } = this.prepare('PRAGMA data_version').get() as { data_version: number };
			this.memory.begin(version);
			const result = await work(this.tx);
			this.db.exec('COMMIT');
			return result;
		} catch (error) {
			this.memory.forgetAll();
			if (this.db.isTransaction) this.db.exec('ROLLBACK');
			throw error;
		}
	}

	/** One statement made ready and run for each row: there is no way to the server that it would save. */
	private insert(table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>, conflict: string, inserted?: (changes: number) => void): void {
		const names = Object.keys(columns);
		const statement = this.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})${conflict}`);
		for (const row of rows) {
			const { changes } = statement.run(...row);
			inserted?.(Number(changes));
		}
	}

	private prepare(sql: string): StatementSync {
		let statement = this.statements.get(sql);
		if (!statement) {
			statement = this.db.prepare(sql);
			this.statements.set(sql, statement);
		}
		return statement;
	}
}

/** `$1` is a named parameter to SQLite, so that it may repeat. */
function bind(params: readonly Param[]): Record<string, Param> {
	const named: Record<string, Param> = {};
	params.forEach((value, index) => {
		named[`$${index + 1}`] = value;
	});
	return named;
}
