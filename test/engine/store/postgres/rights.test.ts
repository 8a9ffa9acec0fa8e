import { randomBytes } from 'node:crypto';
import { Socket } from 'node:net';
import { Client } from 'pg';

import { openStore } from '../../../../engine/store/open';
import { PostgresConnection } from '../../../../engine/store/postgres/connection';
import { startPostgres, type TestPostgres } from '../../../support/postgres';

describe('a user of PostgreSQL who may not create schemas', () => {
	const user = `limited_${randomBytes(4).toString('hex')}`;
	let server: TestPostgres;
	let asUser: string;

	const administer = async (...statements: string[]) => {
		const client = new Client({ connectionString: server.connectionString });
		await client.connect();
		for (const statement of statements) await client.query(statement);
		await client.end();
	};

	beforeAll(async () => {
		server = await startPostgres();
		await administer(`CREATE ROLE ${user} LOGIN PASSWORD 'secret word'`);
		const url = new URL(server.connectionString);
		[url.username, url.password] = [user, 'secret%20word'];
		asUser = url.toString();
	}, 120_000);
	afterAll(async () => {
		await administer('DROP SCHEMA IF EXISTS mine CASCADE', `DROP ROLE ${user}`);
		await server?.stop();
	});

	it('has a store in a schema that was made for them', async () => {
		await administer(`CREATE SCHEMA mine AUTHORIZATION ${user}`);
		const store = await openStore({ connectionString: asUser, schema: 'mine' });
		expect((await store.ingest({ profiles: [{ id: 'ada' }] })).refused).toEqual([]);
		await store.close();
	});

	it('is told what to do where there is none', async () => {
		const opening = openStore({ connectionString: asUser, schema: 'theirs' });
		await expect(opening).rejects.toMatchObject({ code: 'store_forbidden', hint: expect.stringMatching(/GRANT CREATE ON DATABASE.*"theirs"/) });
		await expect(opening).rejects.not.toThrow(/secret word/);
	});
});

describe('a server of PostgreSQL that is gone without a word', () => {
	it('is looked for: what waits for its answer does not wait for ever', async () => {
		const server = await startPostgres();
		const asked = jest.spyOn(Socket.prototype, 'setKeepAlive');
		const connection = new PostgresConnection(server.connectionString, 'alive');
		await connection.createSchema();
		expect(asked).toHaveBeenCalledWith(true, 10_000);
		asked.mockRestore();
		await connection.close();
		await server.stop();
	}, 120_000);
});
