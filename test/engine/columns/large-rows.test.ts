import { ColumnStore } from '../../../engine/columns/column-store';
import { applyUpkeep } from '../../../engine/columns/upkeep/apply';
import { Upkeep } from '../../../engine/columns/upkeep/upkeep';
import { eventMatchKey } from '../../../engine/people/event-names';
import { ingest } from '../../../engine/people/ingest';
import type { Tx } from '../../../engine/store/database';
import { bringAllUpToDate } from '../../support/columns';
import { describeDatabases, type Database } from '../../support/connections';
import { START } from '../../support/stores';
import { contentsOf, NAMES, rowsOf } from './contents';

const MB = 1024 * 1024;
const NO_DAMAGE = { chunks: [], blocks: [], all: false };
const PEOPLE = 450;
const EVENTS = 900;
/** Of people more than 32 MB, of events more than 64 MB: too much to be kept. */
const TEXT = 80 * 1024;

const text = (index: number) => `${index} `.padEnd(TEXT, 'lorem ipsum ');

async function fill(database: Database): Promise<void> {
	for (let start = 0; start < PEOPLE; start += 50) {
		const profiles = Array.from({ length: 50 }, (_, index) => ({ id: `u${start + index}`, properties: { city: `c${index % 5}`, text: text(start + index) } }));
		await database.call(ingest, { profiles });
	}
	for (let start = 0; start < EVENTS; start += 50) {
		const events = Array.from({ length: 50 }, (_, index) => ({
			user: `u${(start + index) % PEOPLE}`,
			name: NAMES[index % 3] as string,
			ts: START - index * 1_000,
			properties: { sku: `s${index % 9}`, amount: start + index, text: text(index) },
		}));
		await database.call(ingest, { events });
	}
}

/** Runs something with a Tx that notes the most text, or bytes of columns, that one of its statements gave. */
async function mostRead<Result>(database: Database, work: (tx: Tx) => Promise<Result>): Promise<{ result: Result; most: number }> {
	let most = 0;
	const result = await database.transact(async (tx) => {
		const all: Tx['all'] = async <Row>(sql: string, params?: Parameters<Tx['all']>[1]) => {
			const rows = await tx.all<Row & { properties?: string }>(sql, params);
			most = Math.max(most, rows.reduce((sum, { properties }) => sum + (properties?.length ?? 0), 0));
			return rows as Row[];
		};
		const blobs: Tx['blobs'] = async (sql, params) => {
			const rows = await tx.blobs(sql, params);
			most = Math.max(most, rows.reduce((sum, { data }) => sum + data.length, 0));
			return rows;
		};
		return await work({ ...tx, all, blobs });
	});
	return { result, most };
}

const ask = async (database: Database, columns: ColumnStore) => await mostRead(database, async (tx) => await contentsOf(await columns.source(tx)));

jest.setTimeout(120_000);

describeDatabases('large rows', (database) => {
	beforeEach(async () => await fill(database()));

	test('are read in pages, and taken into columns in pieces', async () => {
		const expected = await database().transact(rowsOf);
		const warm = new ColumnStore();
		const check = async () => {
			for (const columns of [warm, new ColumnStore()]) {
				const { result, most } = await ask(database(), columns);
				expect(result).toEqual(expected);
				expect(most).toBeLessThan(14 * MB);
			}
		};
		await check();

		const upkeep = new Upkeep();
		for (let pieces = 0; ; pieces++) {
			// Few rows, but so large that they are taken in without further ado.
			const all = pieces > 0;
			const { result: change, most } = await mostRead(database(), async (tx) => await upkeep.next(tx, { all, damage: NO_DAMAGE, forget: false }, 0));
			expect(most).toBeLessThan(33 * MB);
			// Elsewhere transactions of others may be open, above which nothing is taken in.
			if (pieces === 0 && database().kind === 'sqlite') expect(change?.chunks.length).toBeGreaterThan(0);
			if (!change) break;
			await database().call(applyUpkeep, change);
			if (pieces === 1) await check();
		}
		await bringAllUpToDate(database(), upkeep);
		await check();
		const events = await database().transact(async (tx) => await tx.get<{ rows: number }>('SELECT sum(size) AS rows FROM chunk'));
		expect(events?.rows).toBe(EVENTS);
	});

	test('a damaged block is made of them in steps', async () => {
		await bringAllUpToDate(database());
		const expected = await database().transact(rowsOf);
		await database().transact(async (tx) => await tx.run("DELETE FROM people_column WHERE name = '.city'"));
		const columns = new ColumnStore();
		const { result, most } = await ask(database(), columns);
		expect(result).toEqual(expected);
		expect(columns.takeDamage()?.blocks).toEqual([0]);
		expect(most).toBeGreaterThan(0);
		expect(most).toBeLessThan(17 * MB);
	});

	test('are kept where there are not too many', async () => {
		await bringAllUpToDate(database());
		const columns = new ColumnStore();
		await ask(database(), columns);
		await database().call(ingest, { events: Array.from({ length: 40 }, (_, index) => ({ user: 'u1', name: 'Viewed', ts: START, properties: { amount: index, text: text(index) } })) });
		const first = await ask(database(), columns);
		expect(first.result).toEqual(await database().transact(rowsOf));
		expect(first.most).toBeGreaterThan(3 * MB);
		const second = await ask(database(), columns);
		expect(second.result).toEqual(first.result);
		if (database().kind === 'sqlite') expect(second.most).toBe(0);
	});
});

describeDatabases('large columns', (database) => {
	test('are read a few at a time', async () => {
		const [events, length] = [90, 800 * 1024];
		for (let start = 0; start < events; start += 10) {
			const some = Array.from({ length: 10 }, (_, index) => ({ user: 'u1', name: 'Viewed', ts: START, properties: { text: `${start + index} `.padEnd(length, 'lorem ipsum ') } }));
			await database().call(ingest, { events: some });
		}
		await bringAllUpToDate(database());
		const query = { range: { from: 0, to: 2 }, from: -Infinity, to: Infinity, times: false, properties: ['text'], name: eventMatchKey('Viewed') };
		const { result, most } = await mostRead(database(), async (tx) => {
			const read: number[] = [];
			for await (const batch of (await new ColumnStore().source(tx)).events(query)) {
				const text = batch.property('text');
				for (let row = 0; row < batch.person.length; row++) read.push(parseInt(text.get(row) as string, 10));
			}
			return read;
		});
		expect(result).toEqual(Array.from({ length: events }, (_, index) => index));
		expect(most).toBeGreaterThan(16 * MB);
		expect(most).toBeLessThan(65 * MB);
	});
});
