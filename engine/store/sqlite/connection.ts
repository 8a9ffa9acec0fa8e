import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Columns, Durability, Param, Tx } from '../database';
import { sqliteDialect } from '../dialects';
import { ConnectionMemory } from './memory';
import { nodeSqlite } from './node-sqlite';

const BUSY_TIMEOUT_MS = 10_000;

/** Rows that one INSERT takes: each statement run costs as much as inserting a row or two. */
const ROWS_AT_ONCE = 50;

/**
 * One connection to the embedded store. `node:sqlite` is synchronous, so this belongs in a thread of its own; the
 * promises of its Tx are already settled.
 */
export class SqliteConnection {
	private readonly db: DatabaseSync;

	private readonly statements = new Map<string, StatementSync>();

	private readonly listStatements = new Map<string, StatementSync>();

	private durability?: Durability;

	private readonly memory = new ConnectionMemory();

	readonly tx: Tx = {
		dialect: sqliteDialect,
		remembered: this.memory,
		lasting: this.memory,
		all: async <Row>(sql: string, params: readonly Param[] = []) => this.prepare(sql).all(bind(params)) as Row[],
		get: async <Row>(sql: string, params: readonly Param[] = []) =>
			this.prepare(sql).get(bind(params)) as Row | undefined,
		lists: async <Row extends readonly unknown[]>(sql: string, params: readonly Param[] = []) =>
			this.prepare(sql, true).all(bind(params)) as unknown as Row[],
		blobs: async (sql: string, params: readonly Param[] = []) =>
			this.prepare(sql).all(bind(params)) as unknown as Array<{ place: number; data: Uint8Array }>,
		insertRows: async (table, columns, rows) => this.insert(table, columns, rows),
		insertNewRows: async (table, columns, rows) => {
			const statement = this.prepare(`${insertInto(table, columns, 1)} ON CONFLICT DO NOTHING`);
			return rows.map((row) => Number(statement.run(...row).changes) > 0);
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
		this.listStatements.clear();
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

	private insert(table: string, columns: Columns, rows: ReadonlyArray<readonly Param[]>): void {
		let start = 0;
		if (rows.length >= ROWS_AT_ONCE) {
			const many = this.prepare(insertInto(table, columns, ROWS_AT_ONCE));
			for (; start + ROWS_AT_ONCE <= rows.length; start += ROWS_AT_ONCE) many.run(...rows.slice(start, start + ROWS_AT_ONCE).flat());
		}
		const one = this.prepare(insertInto(table, columns, 1));
		for (; start < rows.length; start++) one.run(...(rows[start] as readonly Param[]));
	}

	/** `asLists`: of a SELECT whose rows are wanted as lists. */
	private prepare(sql: string, asLists = false): StatementSync {
		const known = asLists ? this.listStatements : this.statements;
		let statement = known.get(sql);
		if (!statement) {
			statement = this.db.prepare(sql);
			if (asLists) statement.setReturnArrays(true);
			known.set(sql, statement);
		}
		return statement;
	}
}

function insertInto(table: string, columns: Columns, rows: number): string {
	const names = Object.keys(columns);
	const row = `(${names.map(() => '?').join(', ')})`;
	return `INSERT INTO ${table} (${names.join(', ')}) VALUES ${new Array(rows).fill(row).join(', ')}`;
}

/** `$1` is a named parameter to SQLite, so that it may repeat. */
function bind(params: readonly Param[]): Record<string, Param> {
	const named: Record<string, Param> = {};
	params.forEach((value, index) => {
		named[`$${index + 1}`] = value;
	});
	return named;
}
