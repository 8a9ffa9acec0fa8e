import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { SqliteConnection } from '../../../../engine/store/sqlite/connection';
import { nodeSqlite } from '../../../../engine/store/sqlite/node-sqlite';

describe('a connection to the embedded store', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('answers again after a transaction whose very first read failed', async () => {
		const file = path.join(folder, 'store.sqlite');
		const { DatabaseSync: Database } = nodeSqlite();
		// Not in WAL mode: there an exclusive lock keeps readers out, as a full disk or a recovery would.
		const other = new Database(file);
		other.exec('CREATE TABLE letter (name TEXT); INSERT INTO letter VALUES (\'a\')');
		const reader = new SqliteConnection(file, true);
		const names = async () => await reader.read(async (tx) => await tx.all<{ name: string }>('SELECT name FROM letter'));
		other.exec('BEGIN EXCLUSIVE');
		await expect(names()).rejects.toThrow('locked');
		other.exec('ROLLBACK');
		expect((await names()).map(({ name }) => name)).toEqual(['a']);
		reader.close();
		other.close();
	}, 30_000);
});
