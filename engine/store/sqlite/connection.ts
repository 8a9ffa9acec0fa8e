import type { DatabaseSync, StatementSync } from 'node:sqlite';

import type { Columns, Durability, Param, Tx } from '../database';
import { sqliteDialect } from '../dialects';
import { ConnectionMemory } from './memory';
import { nodeSqlite } from './node-sqlite';

const BUSY_TIMEOUT_MS = 10_000;

/**
 * Pages kept by a connection, in KiB. Those that only read keep what they have read in columns; whatever else is not in
 * here comes from the pages that the system keeps of the file.
 */
const CACHE_KIB = { writing: 32 * 1024, reading: 8 * 1024 };

/** Rows that one INSERT takes: each statement run costs as much as inserting a row or two. */
const ROWS_AT_ONCE = 50;

type Work<Result> = (tx: Tx) => Promise<Result>;

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
		bulk: async <Row extends readonly unknown[]>(_columns: Columns, sql: string, params: readonly Param[] = []) =>
			this.prepare(sql, true).all(bind(params)) as unknown as Row[],
		blobs: async (sql: string, params: readonly Param[] = []) =>
			this.prepare(sql).all(bind(params)) as unknown as Array<{ place: number; data: Uint8Array }>,
		insertRows: async (table, columns, rows) => this.insert(table, columns, rows),
		insertNewRows: async (table, columns, rows) => {
			const statement = this.prepare(`${insertInto(table, columns, 1)} ON CONFLICT DO NOTHING`);
			return rows.map((row) => Number(statement.run(...row).changes) > 0);
		},
		insertAbsent: async (table, unique, columns, rows) => this.insertAbsent(table, unique, columns, rows),
		allOf: async <Row>(columns: Columns, rows: ReadonlyArray<readonly Param[]>, sql: (given: string) => string, params: readonly Param[] = []) =>
			this.prepare(sql(sqliteDialect.rows(`$${params.length + 1}`, columns))).all(bind([...params, JSON.stringify(rows)])) as Row[],
		lookUp: async (columns, keys, select) => {
			const statement = this.prepare(select(Object.fromEntries(Object.keys(columns).map((name) => [name, '?']))), true);
			return keys.map((key) => (statement.get(...key) as unknown as [number] | undefined)?.[0]);
		},
		run: async (sql: string, params: readonly Param[] = []) => Number(this.prepare(sql).run(bind(params)).changes),
		lock: async () => {},
		lockAll: async () => {},
	};

	constructor(path: string, readOnly = false) {
		const { DatabaseSync: Database } = nodeSqlite();
		this.db = new Database(path, { readOnly, timeout: BUSY_TIMEOUT_MS });
		this.db.exec(`PRAGMA cache_size = -${readOnly ? CACHE_KIB.reading : CACHE_KIB.writing}; PRAGMA temp_store = MEMORY;`);
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

	/**
	 * Several write transactions in their order, with one commit for all: waiting for the disk costs more than most of them.
	 * Each is whole or fails by itself, and none is done before all are. If it rejects, none was made.
	 * @param next gives one after the other, undefined after the last
	 */
	async writeTogether<Result>(durability: Durability, next: () => Work<Result> | undefined): Promise<Array<PromiseSettledResult<Result>>> {
		return await this.write(durability, async () => {
			const results: Array<PromiseSettledResult<Result>> = [];
			for (let work = next(); work; work = next()) results.push(await this.inSavepoint(work));
			return results;
		});
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

	private async inSavepoint<Result>(work: Work<Result>): Promise<PromiseSettledResult<Result>> {
		this.db.exec('SAVEPOINT one');
		try {
			const value = await work(this.tx);
			this.db.exec('RELEASE one');
			return { status: 'fulfilled', value };
		} catch (reason) {
			// Some errors (a full disk) have ended the transaction: then none of its calls was made.
			if (!this.db.isTransaction) throw reason;
			this.memory.forgetAll();
			this.db.exec('ROLLBACK TO one; RELEASE one');
			return { status: 'rejected', reason };
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

	private insertAbsent(table: string, { key }: { key: readonly string[] }, columns: Columns, rows: ReadonlyArray<readonly Param[]>): Array<number | undefined> {
		const statement = this.prepare(`${insertInto(table, columns, 1)} ON CONFLICT (${key.join(', ')}) DO NOTHING`);
		return rows.map((row) => {
			const { changes, lastInsertRowid } = statement.run(...row);
			return Number(changes) > 0 ? Number(lastInsertRowid) : undefined;
		});
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
