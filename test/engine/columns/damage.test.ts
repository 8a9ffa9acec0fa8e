import { ColumnStore } from '../../../engine/columns/column-store';
import { DamagedColumn } from '../../../engine/columns/encoding';
import { applyUpkeep } from '../../../engine/columns/upkeep/apply';
import type { Damage } from '../../../engine/columns/upkeep/repair';
import { Upkeep } from '../../../engine/columns/upkeep/upkeep';
import { ingest } from '../../../engine/people/ingest';
import type { Tx } from '../../../engine/store/database';
import { bringAllUpToDate, bringUpToDate } from '../../support/columns';
import { describeDatabases, type Database } from '../../support/connections';
import { START } from '../../support/stores';
import { contentsOf, rowsOf } from './contents';

async function fill(database: Database, round: number): Promise<void> {
	await database.call(ingest, {
		profiles: Array.from({ length: 40 }, (_, index) => ({ id: `u${index}`, email: `u${index}@example.org`, properties: { city: `c${index % 5}`, round } })),
		events: Array.from({ length: 200 }, (_, index) => ({
			user: `u${index % 40}`,
			name: ['Viewed', 'Charged'][index % 2] as string,
			ts: START - index * 1_000,
			properties: { sku: `s${index % 9}`, amount: index / 4 },
		})),
	});
}

/** Answers as the thread of questions does: what cannot be read is given up, and reported. */
async function ask(database: Database, columns: ColumnStore): Promise<{ answer: unknown; damage: Damage | undefined }> {
	const read = async () => await database.transact(async (tx) => await contentsOf(await columns.source(tx)));
	let answer: unknown;
	try {
		answer = await read();
	} catch (error) {
		if (!(error instanceof DamagedColumn)) throw error;
		columns.giveUp();
		answer = await read();
	}
	return { answer, damage: columns.takeDamage() };
}

const flip = async (tx: Tx, table: string, name: string) => {
	const rows = await tx.all<{ key: number; data: Uint8Array }>(`SELECT ${table === 'chunk_column' ? 'chunk' : 'block'} AS key, data FROM ${table} WHERE name = $1`, [name]);
	for (const { key, data } of rows) {
		const damaged = Uint8Array.from(data);
		damaged[damaged.length - 1] = (damaged[damaged.length - 1] as number) ^ 1;
		await tx.run(`UPDATE ${table} SET data = $1 WHERE name = $2 AND ${table === 'chunk_column' ? 'chunk' : 'block'} = $3`, [damaged, name, key]);
	}
};

const DAMAGE: Array<[string, (tx: Tx) => Promise<unknown>]> = [
	['a property of events that is not what was written', async (tx) => await flip(tx, 'chunk_column', '.sku')],
	['people of events that are not what was written', async (tx) => await flip(tx, 'chunk_column', '#person')],
	['ids of events that are not what was written, and people of events', async (tx) => {
		await flip(tx, 'chunk_column', '#id');
		await flip(tx, 'chunk_column', '#person');
	}],
	['a property of people that is not what was written', async (tx) => await flip(tx, 'people_column', '.city')],
	['a field of people that is cut short', async (tx) => await tx.run("UPDATE people_column SET data = $1 WHERE name = '#field email'", [new Uint8Array(5)])],
	['blocks written when there was no such field', async (tx) => {
		await tx.run("DELETE FROM people_column WHERE name = '#field email'");
		await tx.run('UPDATE people_block SET columns = columns - 1');
	}],
	['a property of events that is gone', async (tx) => await tx.run("DELETE FROM chunk_column WHERE name = '.amount'")],
	['a property of people that is gone', async (tx) => await tx.run("DELETE FROM people_column WHERE name = '.city'")],
	['all columns of chunks', async (tx) => await tx.run('DELETE FROM chunk_column')],
	['a chunk', async (tx) => await tx.run('DELETE FROM chunk WHERE chunk = (SELECT min(chunk) FROM chunk)')],
	['all chunks and blocks', async (tx) => {
		for (const table of ['chunk', 'chunk_column', 'people_block', 'people_column']) await tx.run(`DELETE FROM ${table}`);
	}],
	['all blocks of people', async (tx) => await tx.run('DELETE FROM people_block')],
	['what upkeep knows', async (tx) => await tx.run('DELETE FROM upkeep')],
];

describeDatabases('damaged columns', (database) => {
	test.each(DAMAGE)('%s: answers are right, and it heals', async (_name, damage) => {
		await fill(database(), 1);
		await bringAllUpToDate(database());
		await fill(database(), 2);
		const warm = new ColumnStore();
		await ask(database(), warm);
		await database().transact(damage);

		const expected = await database().transact(rowsOf);
		const cold = new ColumnStore();
		const { answer, damage: found } = await ask(database(), cold);
		expect(answer).toEqual(expected);

		const upkeep = new Upkeep();
		for (let report = found; ; report = undefined) {
			const request = { all: true, forget: false, damage: report ?? { chunks: [], blocks: [], all: false } };
			const change = await database().transact(async (tx) => await upkeep.next(tx, request, 0));
			if (!change) break;
			await database().call(applyUpkeep, structuredClone(change));
		}
		for (const columns of [warm, cold, new ColumnStore()]) {
			expect(await ask(database(), columns)).toEqual({ answer: expected, damage: undefined });
		}
	});

	test('damage is found without a question', async () => {
		await fill(database(), 1);
		await bringAllUpToDate(database());
		await database().transact(async (tx) => await tx.run("DELETE FROM chunk_column WHERE name = '.sku'"));
		await bringUpToDate(database(), new Upkeep());
		const rows = await database().transact(async (tx) => await tx.all("SELECT chunk FROM chunk_column WHERE name = '.sku'"));
		expect(rows).toHaveLength(2);
	});
});

describeDatabases('commits out of order', (database) => {
	test('no event and no change of a person is passed over', async () => {
		// One writer at a time: there is no such thing.
		if (database().kind === 'sqlite') return;
		await fill(database(), 1);
		const columns = new ColumnStore();
		const check = async () => {
			const expected = await database().transact(rowsOf);
			expect(await ask(database(), columns)).toEqual({ answer: expected, damage: undefined });
			expect(await ask(database(), new ColumnStore())).toEqual({ answer: expected, damage: undefined });
		};
		await database().transact(async (open) => {
			// Its id is drawn now, and it is seen by nobody until the end.
			await open.run("INSERT INTO event (person, name_id, ts, received_at, historical, properties) VALUES (3, 1, $1, 0, 0, '{}')", [START - 5]);
			await open.run(`UPDATE person SET properties = '{"city":"elsewhere"}', stamp = ${open.dialect.stamp('person')} WHERE person = 7`);
			for (let round = 2; round < 5; round++) {
				await database().call(ingest, { events: [{ user: 'u1', name: 'Viewed', ts: START - round, properties: { sku: round } }] });
				await bringUpToDate(database());
				await check();
			}
		});
		await check();
		await bringAllUpToDate(database());
		await check();
		const last = await database().transact(async (tx) => await tx.get<{ rows: number }>('SELECT sum(size) AS rows FROM chunk'));
		expect(last?.rows).toBe(204);
	});
});
