import { setTimeout as sleep } from 'node:timers/promises';

import type { Columns, Param, Tx } from '../../../../engine/store/database';
import { PostgresConnection } from '../../../../engine/store/postgres/connection';
import { startPostgres, type TestPostgres } from '../../../support/postgres';

/*
 * Many rows go to PostgreSQL another way than few. Whatever is in them, and whatever becomes of it, must be the same.
 */

const COLUMNS: Columns = { key: 'text', number: 'integer', share: 'real', note: 'text' };

describe('many rows written to PostgreSQL', () => {
	let server: TestPostgres;
	let connection: PostgresConnection;
	let other: PostgresConnection;
	beforeAll(async () => {
		server = await startPostgres();
	}, 120_000);
	afterAll(async () => await server?.stop());
	beforeEach(async () => {
		connection = new PostgresConnection(server.connectionString, 'many');
		other = new PostgresConnection(server.connectionString, 'many');
		await connection.createSchema();
		await connection.write(async (tx) => {
			await tx.run('DROP TABLE IF EXISTS given');
			await tx.run('CREATE TABLE given (key text COLLATE "C" PRIMARY KEY, number bigint NOT NULL, share double precision, note text, other text DEFAULT \'by default\')');
		});
	});
	afterEach(async () => await Promise.all([connection.close(), other.close()]));

	async function stored(): Promise<Param[][]> {
		const rows = await connection.read(async (tx) => await tx.all<Record<string, Param>>('SELECT key, number, share, note, other FROM given ORDER BY number'));
		return rows.map((row) => Object.values(row));
	}

	async function insert(rows: readonly Param[][], from = connection): Promise<void> {
		await from.write(async (tx) => await tx.insertRows('given', COLUMNS, rows));
	}

	async function insertNew(rows: readonly Param[][]): Promise<{ areNew: boolean[]; tries: number }> {
		let tries = 0;
		const areNew = await connection.write(async (tx) => {
			tries++;
			return await tx.insertNewRows('given', COLUMNS, rows);
		});
		return { areNew, tries };
	}

	it('have the same values as few, in their order', async () => {
		const odd: Array<[number, number | null, string | null]> = [
			[Number.MAX_SAFE_INTEGER, -1.5e300, null], [Number.MIN_SAFE_INTEGER, null, ''], [-1, -0, 'tab\t "quotes" \\. \\N'], [0, 5e-324, 'é😀\u{10ffff}'],
			[2 ** 32, 0.1, 'half \ud800, the other \udfff'], [-(2 ** 32) - 1, Infinity, '\u0001\n\r'],
		];
		const rows = Array.from({ length: 120 }, (_, index): Param[] => {
			const [number, share, note] = odd[index % odd.length] as (typeof odd)[number];
			return [`${index}`, number, share, note];
		});
		const both: Param[][][] = [];
		for (const size of [120, 10]) {
			for (let start = 0; start < rows.length; start += size) await insert(rows.slice(start, start + size));
			both.push(await connection.read(async (tx) => (await tx.all<Record<string, Param>>('SELECT * FROM given ORDER BY ctid')).map((row) => Object.values(row))));
			await connection.write(async (tx) => await tx.run('DELETE FROM given'));
		}
		expect(both[0]).toEqual(both[1]);
		expect(both[0]?.slice(0, 5)).toEqual(rows.slice(0, 5).map(([key, number, share, note]) => [key, number, share, typeof note === 'string' ? note.toWellFormed() : note, 'by default']));
	});

	it.each([
		['a NUL character', 'a\0b', '22021'],
		['a key that is there twice', 'key 3', '23505'],
	])('fail as few do by %s, and the connection goes on', async (_, key, code) => {
		for (const size of [60, 10]) {
			await expect(insert([...manyRows(size), [key, 1, null, null]])).rejects.toMatchObject({ code });
		}
		await insert(manyRows(60));
		expect(await stored()).toHaveLength(60);
	});

	it('fail early in megabytes that the server has yet to read, and the connection goes on', async () => {
		await insert(manyRows(1));
		await expect(insert(manyRows(2_000, 'x'.repeat(10_000)))).rejects.toMatchObject({ code: '23505' });
		expect(await stored()).toHaveLength(1);
	});

	it('fail where there is no such table, and the connection goes on', async () => {
		const missing = connection.write(async (tx) => await tx.insertRows('nowhere', COLUMNS, manyRows(60)));
		await expect(missing).rejects.toMatchObject({ code: '42P01' });
		expect(await stored()).toHaveLength(0);
	});

	it('do not reach the server when one cannot be written', async () => {
		await connection.write(async (tx) => {
			await expect(tx.insertRows('given', COLUMNS, [...manyRows(60), ['half', 0.5, null, null]])).rejects.toThrow('0.5 is no whole number');
			await tx.insertRows('given', COLUMNS, manyRows(60));
		});
		expect(await stored()).toHaveLength(60);
	});

	it('fail when the server goes amid them, and the next call has another connection', async () => {
		const held = holdKey('key 30');
		await held.begun;
		let pid = 0;
		const interrupted = connection.write(async (tx) => {
			pid = (await tx.get<{ pid: number }>('SELECT pg_backend_pid() AS pid'))?.pid as number;
			await tx.insertRows('given', COLUMNS, manyRows(60));
		});
		const ended = expect(interrupted).rejects.toMatchObject({ code: 'store_unreachable' });
		await sleep(200);
		await other.write(async (tx) => await tx.all('SELECT pg_terminate_backend($1::int)', [pid]));
		await ended;
		await held.letGo();
		await insert(manyRows(60).slice(31));
		expect(await stored()).toHaveLength(30);
	});

	it('of which some are there already are told apart, and what comes then is expected to be known as well', async () => {
		expect(await insertNew(manyRows(60))).toEqual({ areNew: Array.from({ length: 60 }, () => true), tries: 1 });
		const half = manyRows(90).slice(30);
		const expected = half.map((_, index) => index >= 30);
		expect(await insertNew([...half, ...half.slice(-1)])).toEqual({ areNew: [...expected, false], tries: 2 });
		expect(await insertNew(half)).toEqual({ areNew: half.map(() => false), tries: 1 });
		expect(await stored()).toHaveLength(90);
	});

	it('of which another transaction writes some at the same time are told apart once that has ended', async () => {
		const held = holdKey('key 7');
		await held.begun;
		const waiting = insertNew(manyRows(60));
		await sleep(100);
		await held.letGo();
		expect(await waiting).toEqual({ areNew: Array.from({ length: 60 }, (_, index) => index !== 7), tries: 2 });
	});

	it('that come at once in different orders never wait in a circle', async () => {
		const keys = ['a', 'A', 'é', 'z', '\ue000', '😀'].flatMap((start) => Array.from({ length: 30 }, (_, index) => `${start}${index}`));
		const rows = keys.map((key, index): Param[] => [key, index, null, null]);
		const take = async (from: PostgresConnection, given: readonly Param[][]) => await from.write(async (tx: Tx) => await tx.insertNewRows('given', COLUMNS, given));
		for (let round = 0; round < 5; round++) {
			// One that expects new keys, and one that after the first round does not.
			const fresh = new PostgresConnection(server.connectionString, 'many');
			const [one, two] = await Promise.all([take(connection, rows), take(fresh, [...rows].reverse())]);
			await fresh.close();
			expect(one.map((isNew, index) => isNew !== two[keys.length - 1 - index])).not.toContain(false);
			await connection.write(async (tx) => await tx.run('DELETE FROM given'));
		}
		const stats = await connection.read(async (tx) => await tx.get('SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()'));
		expect(stats).toEqual({ deadlocks: 0 });
	});

	/** A transaction that has written a key and not ended. */
	function holdKey(key: string): { begun: Promise<void>; letGo(): Promise<void> } {
		const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		const work = other.write(async (tx) => {
			await tx.run('INSERT INTO given (key, number) VALUES ($1, 0)', [key]);
			begun.resolve();
			await end.promise;
		});
		return {
			begun: begun.promise,
			letGo: async () => {
				end.resolve();
				await work;
			},
		};
	}
});

function manyRows(count: number, note = ''): Param[][] {
	return Array.from({ length: count }, (_, index) => [`key ${index}`, index, index / 2, note]);
}
