import { setTimeout as sleep } from 'node:timers/promises';

import { ColumnStore } from '../../../engine/columns/column-store';
import { applyUpkeep } from '../../../engine/columns/upkeep/apply';
import type { Change } from '../../../engine/columns/upkeep/change';
import { BLOCK_PEOPLE } from '../../../engine/columns/people-block';
import { Keeper } from '../../../engine/columns/upkeep/keeper';
import { Upkeep } from '../../../engine/columns/upkeep/upkeep';
import { bringUpToDate } from '../../support/columns';
import { describeDatabases, type Database } from '../../support/connections';

const NO_DAMAGE = { chunks: [], blocks: [], all: false };
/** Of more blocks than one piece of work takes. */
const PEOPLE = BLOCK_PEOPLE * 6 + 5;

async function addPeople(database: Database): Promise<void> {
	await database.transact(async (tx) => {
		const rows = JSON.stringify(Array.from({ length: PEOPLE }, (_, index) => [index + 1]));
		await tx.run(
			`INSERT INTO person (person, external_id, bucket_key, properties, devices, opted_out, created_at, updated_at, property_times, stamp)
			 SELECT person, 'u' || person, person, '{}', '[]', '{}', 0, 0, '{}', ${tx.dialect.stamp('person')} FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS made`,
			[rows],
		);
	});
}

async function livingOf(database: Database): Promise<number> {
	return await database.transact(async (tx) => {
		const living = new Set<number>();
		const source = await new ColumnStore().source(tx);
		for await (const batch of source.people({ range: { from: 0, to: PEOPLE + 1 }, properties: [], bucketKeys: false })) {
			batch.people.forEach((person, row) => {
				if ((((batch.living[row >>> 5] as number) >>> (row & 31)) & 1) === 1) living.add(person);
				else living.delete(person);
			});
		}
		return living.size;
	});
}

const next = async (database: Database, upkeep: Upkeep, damage = NO_DAMAGE) =>
	await database.transact(async (tx) => await upkeep.next(tx, { all: true, damage: structuredClone(damage), forget: false }, 0));
/** A piece of work; transactions of other tests on the same server may hold it back for a while. */
async function piece(database: Database, upkeep: Upkeep): Promise<Change> {
	for (;;) {
		const change = await next(database, upkeep);
		if (change) return change;
		await sleep(50);
	}
}
const apply = async (database: Database, change: Change) => await database.call(applyUpkeep, structuredClone(change));

describeDatabases('upkeep that is interrupted', (database) => {
	test.each<[string, (upkeep: Upkeep) => Promise<void>]>([
		['a piece that could not be written is done again', async (upkeep) => {
			expect((await piece(database(), upkeep)).blocks.length).toBeGreaterThan(0);
		}],
		['everything is made anew amid a pass', async (upkeep) => {
			await apply(database(), await piece(database(), upkeep));
			const reset = (await next(database(), upkeep, { ...NO_DAMAGE, all: true })) as Change;
			expect(reset.reset).toBe(true);
			await apply(database(), reset);
		}],
		['another process makes everything anew amid a pass', async (upkeep) => {
			await apply(database(), await piece(database(), upkeep));
			await apply(database(), (await next(database(), new Upkeep(), { ...NO_DAMAGE, all: true })) as Change);
		}],
		['another process does the same work', async (upkeep) => {
			const [mine, theirs] = [await piece(database(), upkeep), await piece(database(), new Upkeep())];
			expect(await apply(database(), theirs)).toEqual({ applied: true });
			expect(await apply(database(), mine)).toEqual({ applied: false });
		}],
	])('%s: nobody is missing', async (_name, interrupt) => {
		await addPeople(database());
		const upkeep = new Upkeep();
		await interrupt(upkeep);
		await bringUpToDate(database(), upkeep);
		expect(await livingOf(database())).toBe(PEOPLE);
	});

	test('damage of columns that have been written anew since is not acted upon', async () => {
		await addPeople(database());
		const upkeep = new Upkeep();
		await bringUpToDate(database(), upkeep);
		expect(await next(database(), upkeep, { ...NO_DAMAGE, all: true, generation: 0 } as typeof NO_DAMAGE)).toBeUndefined();
	});
});

test('a report of damage survives a failure', async () => {
	const asked: boolean[] = [];
	const keeper = new Keeper({
		claim: async () => false,
		next: async ({ damage }) => {
			asked.push(damage.all);
			if (asked.length === 1) throw new Error('the disk is full');
			return undefined;
		},
		apply: async () => ({ applied: true }),
	});
	keeper.noteDamage({ ...NO_DAMAGE, all: true });
	await new Promise((resolve) => setTimeout(resolve, 20));
	await keeper.bringUpToDate();
	await keeper.close();
	expect(asked).toEqual([true, true]);
});
