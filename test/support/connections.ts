import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Operation, Tx } from '../../engine/store/database';
import { migrate } from '../../engine/store/migrate';
import { PostgresConnection } from '../../engine/store/postgres/connection';
import { SqliteConnection } from '../../engine/store/sqlite/connection';
import { startPostgres, type TestPostgres } from './postgres';
import { START } from './stores';

/** A migrated database and operations run on it, without threads between: for tests that look into the tables. */
export interface Database {
	kind: 'sqlite' | 'postgres';
	/** Runs an operation as one transaction, at `now` (default: the moment all tests start at). */
	call<Input, Output, Prepared>(operation: Operation<Input, Output, Prepared>, input: Input, now?: number): Promise<Output>;
	/** Any statements, as one transaction. */
	transact<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>;
}

/** Runs the same tests on SQLite and on a real PostgreSQL, each test on a database of its own. */
export function describeDatabases(name: string, body: (database: () => Database) => void): void {
	describe(`${name} (sqlite)`, () => {
		let folder: string;
		let connection: SqliteConnection;
		let current: Database;
		beforeEach(async () => {
			folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
			connection = new SqliteConnection(path.join(folder, 'store.sqlite'));
			current = database('sqlite', async (work) => await connection.write('events', work));
			await current.transact(migrate);
		});
		afterEach(() => {
			connection.close();
			rmSync(folder, { recursive: true, force: true });
		});
		body(() => current);
	});

	describe(`${name} (postgres)`, () => {
		let server: TestPostgres;
		let connection: PostgresConnection;
		let current: Database;
		let schema = 0;
		beforeAll(async () => {
			server = await startPostgres();
		}, 120_000);
		afterAll(async () => {
			await server.stop();
		});
		beforeEach(async () => {
			schema += 1;
			connection = new PostgresConnection(server.connectionString, `people_${schema}`);
			await connection.createSchema();
			current = database('postgres', async (work) => await connection.write(work));
			await current.transact(migrate);
		});
		afterEach(async () => {
			await connection.close();
		});
		body(() => current);
	});
}

function database(kind: Database['kind'], transact: Database['transact']): Database {
	return {
		kind,
		transact,
		call: async (operation, input, now = START) =>
			await transact(async (tx) => {
				const prepared = (operation.prepare ? operation.prepare(input, now) : input) as Parameters<typeof operation.run>[1];
				// As between threads.
				const sent = structuredClone(operation.packing ? operation.packing.pack(prepared) : prepared);
				const received = (operation.packing ? operation.packing.unpack(sent as never) : sent) as typeof prepared;
				return structuredClone(await operation.run(tx, received, { now, owner: 'test', zone: 'UTC' }));
			}),
	};
}
