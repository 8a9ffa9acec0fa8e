import { readState } from '../../../engine/columns/catalog';
import { ColumnStore } from '../../../engine/columns/column-store';
import { GonePeople } from '../../../engine/columns/gone';
import { Upkeep } from '../../../engine/columns/upkeep/upkeep';
import { erasePerson } from '../../../engine/people/erase';
import { ingest } from '../../../engine/people/ingest';
import { upkeepStep } from '../../support/columns';
import { describeDatabases, type Database } from '../../support/connections';
import { START } from '../../support/stores';
import { contentsOf, rowsOf } from './contents';

const PEOPLE = 12;
const EVERY_MS = 11 * 60_000;

const events = async (database: Database, round: number) =>
	await database.call(ingest, { events: Array.from({ length: PEOPLE }, (_, index) => ({ anonymousId: `a${index}`, name: 'Viewed', ts: START - index, properties: { amount: round } })) });
const isOf = async (database: Database, index: number, user: string) => await database.call(ingest, { aliases: [{ from: `a${index}`, to: user }] });

/** Writes changes of people and cleans, but takes no event into chunks: they are few. */
async function clean(database: Database, upkeep: Upkeep): Promise<void> {
	for (let step = 0; step < 6; step++) await upkeepStep(database, upkeep, { all: false, now: step * EVERY_MS });
}

describeDatabases('people who are gone', (database) => {
	const check = async (...readers: ColumnStore[]) =>
		await database().transact(async (tx) => {
			const expected = await rowsOf(tx);
			for (const reader of readers) expect(await contentsOf(await reader.source(tx))).toEqual(expected);
		});
	const refresh = async (gone: GonePeople) => await database().transact(async (tx) => await gone.refresh(tx, await readState(tx)));
	/** Those whom upkeep has not taken out of chunks yet. */
	const left = async () =>
		await database().transact(async (tx) => {
			const { cleaned } = await readState(tx);
			const row = await tx.get<{ people: number }>('SELECT count(*) AS people FROM person WHERE stamp >= $1 AND (merged_into IS NOT NULL OR erased_at IS NOT NULL)', [cleaned]);
			return { cleaned, people: row?.people };
		});

	test('are known until they are out of all columns', async () => {
		const upkeep = new Upkeep();
		const [warm, gone] = [new ColumnStore(), new GonePeople()];
		await database().call(ingest, { profiles: [{ id: 'u1' }, { id: 'u2' }] });
		await events(database(), 1);
		while (await upkeepStep(database(), upkeep));
		await check(warm);
		for (let index = 0; index < 5; index++) await isOf(database(), index, 'u1');
		await database().call(erasePerson, { name: { id: 'u2' } });
		expect(await refresh(gone)).toBe('reread');
		expect(gone.size).toBe(6);
		await check(warm, new ColumnStore());

		while (await upkeepStep(database(), upkeep));
		await isOf(database(), 6, 'u1');
		const { cleaned, people } = await left();
		// Elsewhere transactions of others may be open, above which nothing is cleaned.
		if (database().kind === 'sqlite') expect(people).toBe(1);
		await refresh(gone);
		if (cleaned > 0) expect(gone.size).toBe(people);
		await check(warm, new ColumnStore());
	});

	test('are so in rows kept in memory, for one who has not seen them go', async () => {
		const upkeep = new Upkeep();
		const late = new ColumnStore();
		await database().call(ingest, { profiles: [{ id: 'u1' }] });
		await events(database(), 1);
		await check(late);
		await isOf(database(), 0, 'u1');
		await database().call(erasePerson, { name: { anonymousId: 'a1' } });
		await clean(database(), upkeep);
		if (database().kind === 'sqlite') expect(await left()).toMatchObject({ people: 0 });
		await events(database(), 2);
		await check(late, new ColumnStore());
	});

	test('are so while a transaction that began before them is open, and once it has ended', async () => {
		// One writer at a time: there is no such thing.
		if (database().kind === 'sqlite') return;
		const upkeep = new Upkeep();
		const [warm, late] = [new ColumnStore(), new ColumnStore()];
		await database().call(ingest, { profiles: [{ id: 'u1' }, { id: 'u2' }] });
		await events(database(), 1);
		while (await upkeepStep(database(), upkeep));
		await check(warm, late);
		await database().transact(async (open) => {
			await open.run(`UPDATE person SET properties = '{"city":"elsewhere"}', stamp = ${open.dialect.stamp('person')} WHERE person = 2`);
			for (let index = 0; index < 3; index++) {
				await isOf(database(), index, 'u1');
				while (await upkeepStep(database(), upkeep));
				await check(warm, new ColumnStore());
			}
			await database().call(erasePerson, { name: { anonymousId: 'a4' } });
			await check(warm, new ColumnStore());
		});
		await check(warm, new ColumnStore());
		while (await upkeepStep(database(), upkeep));
		await isOf(database(), 5, 'u1');
		await check(warm, late, new ColumnStore());
	});
});
