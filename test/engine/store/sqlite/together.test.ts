import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { Tx } from '../../../../engine/store/database';
import { openStore } from '../../../../engine/store/open';
import { SqliteConnection } from '../../../../engine/store/sqlite/connection';

describe('calls that are committed together', () => {
	let folder: string;
	let file: string;
	beforeEach(() => {
		folder = mkdtempSync(path.join(tmpdir(), 'campaigns-'));
		file = path.join(folder, 'store.sqlite');
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const writing = (name: string) => async (tx: Tx) => await tx.run('INSERT INTO letter (name) VALUES ($1)', [name]);
	const failing = (name: string) => async (tx: Tx) => {
		await writing(name)(tx);
		tx.remembered?.set('letter', name, 1);
		throw new Error(`not ${name}`);
	};

	async function together(works: Array<(tx: Tx) => Promise<unknown>>) {
		const connection = new SqliteConnection(file);
		await connection.write('full', async (tx) => await tx.run('CREATE TABLE letter (name TEXT PRIMARY KEY)'));
		let next = 0;
		const results = await connection.writeTogether('full', () => works[next++]);
		const names = await connection.read(async (tx) => (await tx.all<{ name: string }>('SELECT name FROM letter ORDER BY name')).map(({ name }) => name));
		const isRemembered = await connection.read(async (tx) => tx.remembered?.get('letter', 'b') !== undefined);
		connection.close();
		return { results, names, isRemembered };
	}

	it('fail one by one: what the failed one has written and remembered is gone, the others are done', async () => {
		const { results, names, isRemembered } = await together([writing('a'), failing('b'), writing('c')]);
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(results[1]).toMatchObject({ reason: { message: 'not b' } });
		expect(names).toEqual(['a', 'c']);
		expect(isRemembered).toBe(false);
	});

	it('see what those before them have written', async () => {
		const { results, names } = await together([writing('a'), writing('a'), writing('b')]);
		expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
		expect(names).toEqual(['a', 'b']);
	});

	it('are none of them done when the transaction has ended under them', async () => {
		const connection = new SqliteConnection(file);
		await connection.write('full', async (tx) => await tx.run('CREATE TABLE letter (name TEXT PRIMARY KEY ON CONFLICT ROLLBACK)'));
		const works = [writing('a'), writing('a'), writing('b')];
		let next = 0;
		await expect(connection.writeTogether('full', () => works[next++])).rejects.toThrow('UNIQUE');
		const names = await connection.read(async (tx) => await tx.all('SELECT name FROM letter'));
		expect(names).toEqual([]);
		connection.close();
	});

	it('answer each its own caller, through the thread, however durable they are', async () => {
		const store = await openStore({ path: file });
		const ids = Array.from({ length: 40 }, (_, index) => `p${index}`);
		const calls = ids.flatMap((id, index) => [
			store.call('ingest', { profiles: [{ id }] }),
			index % 5 === 0 ? store.call('endStopped', { run: 1_000 + index }) : store.call('registerNode', { workflowId: 'w', nodeId: id, name: id, type: 't' }),
		]);
		const ends = await Promise.allSettled(calls);
		const numbers = new Set<unknown>();
		ends.forEach((end, place) => {
			const index = Math.floor(place / 2);
			if (place % 2 === 0) expect(end).toMatchObject({ status: 'fulfilled', value: { accepted: 1 } });
			else if (index % 5 === 0) expect(end).toMatchObject({ status: 'rejected', reason: { message: expect.stringContaining(String(1_000 + index)) as string } });
			else numbers.add((end as PromiseFulfilledResult<{ node: number }>).value.node);
		});
		expect(numbers.size).toBe(32);
		const { people } = await store.ask('find', { rule: { all: [] } });
		expect(people).toHaveLength(ids.length);
		await store.close();
	}, 60_000);
});
