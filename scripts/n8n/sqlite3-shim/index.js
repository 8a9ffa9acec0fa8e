'use strict';
/*
 * n8n keeps its own data through the npm package sqlite3, which needs a compiler or a download from GitHub to install.
 * This stands in for it with Node's built-in SQLite. n8n's TypeORM calls no more of it than: new Database(file, flags,
 * callback), run, all, close. Statements run in the calling thread; each callback comes in a later turn, as sqlite3's do.
 */
const { DatabaseSync } = require('node:sqlite');

const OPEN_READONLY = 0x1;
const SQLITE_CONSTRAINT = 19;
const MAX_STATEMENTS = 200;

/** sqlite3 accepts these JavaScript values as parameters, node:sqlite does not. */
function toSqlValue(value) {
	if (value === undefined) return null;
	if (typeof value === 'boolean') return Number(value);
	if (value instanceof Date) return value.getTime();
	return value;
}

/** node:sqlite gives objects without prototype, and Uint8Array where sqlite3 gives Buffer. */
function toRow(source) {
	const row = { ...source };
	for (const [column, value] of Object.entries(row)) if (value instanceof Uint8Array) row[column] = Buffer.from(value);
	return row;
}

/** TypeORM and n8n recognize a violated constraint by sqlite3's code and the start of its message. */
function toSqlite3Error(error) {
	if (!/constraint failed/i.test(error.message)) return error;
	error.errno = SQLITE_CONSTRAINT;
	error.code = 'SQLITE_CONSTRAINT';
	error.message = `SQLITE_CONSTRAINT: ${error.message}`;
	return error;
}

class Database {
	#connection;
	#statements = new Map();

	constructor(file, flags, callback) {
		if (typeof flags === 'function') return new Database(file, undefined, flags);
		this.#later(() => {
			this.#connection = new DatabaseSync(file, {
				readOnly: (flags & OPEN_READONLY) !== 0,
				// As sqlite3 is built: n8n's migrations rely on each of these three.
				enableDoubleQuotedStringLiterals: true,
				enableForeignKeyConstraints: false,
				defensive: false,
			});
		}, callback);
	}

	/** callback.call({ lastID, changes }, error) */
	run(sql, parameters, callback) {
		if (typeof parameters === 'function') return this.run(sql, undefined, parameters);
		return this.#later(() => {
			const { lastInsertRowid, changes } = this.#execute('run', sql, parameters);
			return { self: { lastID: Number(lastInsertRowid), changes: Number(changes) } };
		}, callback);
	}

	/** callback(error, rows) */
	all(sql, parameters, callback) {
		if (typeof parameters === 'function') return this.all(sql, undefined, parameters);
		return this.#later(() => ({ value: this.#execute('all', sql, parameters).map(toRow) }), callback);
	}

	close(callback) {
		return this.#later(() => {
			this.#statements.clear();
			this.#connection.close();
		}, callback);
	}

	#execute(method, sql, parameters = []) {
		return this.#prepare(sql)[method](...[].concat(parameters).map(toSqlValue));
	}

	#prepare(sql) {
		let statement = this.#statements.get(sql);
		if (!statement) {
			statement = this.#connection.prepare(sql);
			if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
			this.#statements.set(sql, statement);
		}
		return statement;
	}

	#later(work, callback) {
		setImmediate(() => {
			let result;
			try {
				result = work();
			} catch (error) {
				callback?.call(this, toSqlite3Error(error));
				return;
			}
			callback?.call(result?.self ?? this, null, result?.value);
		});
		return this;
	}
}

const sqlite3 = {
	Database,
	OPEN_READONLY,
	OPEN_READWRITE: 0x2,
	OPEN_CREATE: 0x4,
	OPEN_FULLMUTEX: 0x10000,
	OPEN_URI: 0x40,
	OPEN_SHAREDCACHE: 0x20000,
	OPEN_PRIVATECACHE: 0x40000,
	verbose: () => sqlite3,
};
module.exports = sqlite3;
