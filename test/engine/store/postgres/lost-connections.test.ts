import { setTimeout as sleep } from 'node:timers/promises';

import type { Tx } from '../../../../engine/store/database';
import { PostgresConnection } from '../../../../engine/store/postgres/connection';
import { startPostgres, type TestPostgres } from '../../../support/postgres';

/*
 * A PostgreSQL that is restarted breaks every connection at once: those that rest in the pool, those with a statement
 * under way, and those whose transaction is between two statements. None of it may end the process.
 */

describe('connections to PostgreSQL that are lost', () => {
	let server: TestPostgres;
	let connection: PostgresConnection;
	let other: PostgresConnection;
	beforeAll(async () => {
		server = await startPostgres();
		connection = new PostgresConnection(server.connectionString, 'lost');
		other = new PostgresConnection(server.connectionString, 'lost');
		await connection.createSchema();
	}, 120_000);
	afterAll(async () => {
		await Promise.all([connection?.close(), other?.close()]);
		await server?.stop();
	});

	/** As the server's shutdown does to each. */
	async function terminate(pid: number): Promise<void> {
		await other.write(async (tx) => await tx.all('SELECT pg_terminate_backend($1::int)', [pid]));
		await sleep(100);
	}

	async function ownPid(tx: Tx): Promise<number> {
		return (await tx.get<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.pid as number;
	}

	async function works(): Promise<unknown> {
		return await connection.read(async (tx) => await tx.get('SELECT 1 AS one'));
	}

	it('at rest: the next call has another', async () => {
		await terminate(await connection.read(ownPid));
		expect(await works()).toEqual({ one: 1 });
	});

	it('between two statements: the transaction fails, and the next call has another', async () => {
		const interrupted = connection.write(async (tx) => {
			await terminate(await ownPid(tx));
			return await tx.get('SELECT 1 AS one');
		});
		await expect(interrupted).rejects.toMatchObject({ code: 'store_unreachable' });
		expect(await works()).toEqual({ one: 1 });
	});

	it('in a statement: it fails, and the next call has another', async () => {
		const interrupted = connection.write(async (tx) => {
			const pid = await ownPid(tx);
			const [end] = await Promise.allSettled([tx.get('SELECT pg_sleep(10)'), terminate(pid)]);
			if (end.status === 'rejected') throw end.reason;
		});
		await expect(interrupted).rejects.toMatchObject({ code: 'store_unreachable' });
		expect(await works()).toEqual({ one: 1 });
	});
});
