import fc from 'fast-check';

import { ColumnStore } from '../../../engine/columns/column-store';
import { Upkeep } from '../../../engine/columns/upkeep/upkeep';
import { erasePerson } from '../../../engine/people/erase';
import { ingest } from '../../../engine/people/ingest';
import { beginEpoch } from '../../../engine/people/turn';
import { bringUpToDate, upkeepStep } from '../../support/columns';
import { describeDatabases, type Database } from '../../support/connections';
import { START } from '../../support/stores';
import { contentsOf, NAMES, rowsOf } from './contents';

const id = fc.integer({ min: 1, max: 8 }).map((number) => `u${number}`);
const anonymousId = fc.integer({ min: 1, max: 6 }).map((number) => `a${number}`);
const who = fc.oneof(id.map((user) => ({ user })), anonymousId.map((anonymous) => ({ anonymousId: anonymous })), fc.record({ user: id, anonymousId }));
const properties = fc.record(
	{ sku: fc.constantFrom('s1', 's2', 7, true), amount: fc.constantFrom(1, 2.5, 'x'), a: fc.constantFrom({ b: 1 }, { b: 'y' }, 3), 'a.b': fc.constantFrom('literal', 4) },
	{ requiredKeys: [] },
);
const action = fc.oneof(
	{ weight: 6, arbitrary: fc.record({ do: fc.constant('events' as const), events: fc.array(fc.record({ who, name: fc.constantFrom(...NAMES), ago: fc.nat({ max: 1e10 }), properties }), { minLength: 1, maxLength: 6 }) }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('profile' as const), id, city: fc.constantFrom('Lyon', 'Oslo', null), email: fc.constantFrom('x@example.org', null), sms: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('alias' as const), from: id, to: id }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), id }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('upkeep' as const), steps: fc.integer({ min: 1, max: 9 }), all: fc.boolean() }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constant('ask' as const) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constant('askLate' as const) }) },
);

/** Time in which upkeep writes changes of people, however few. */
const EVERY_MS = 11 * 60_000;

/** Two readers: one that keeps all newest rows, one that keeps few and reads the others in small pages. */
const readers = () => [new ColumnStore(), new ColumnStore(undefined, { events: { rows: 12, bytes: 300 }, people: { rows: 6, bytes: 100 } })];

async function clear(database: Database): Promise<void> {
	const tables = ['person', 'identity', 'event', 'event_name', 'device_owner', 'property_name', 'chunk', 'chunk_column', 'people_block', 'people_column'];
	await database.transact(async (tx) => {
		tx.lasting.forgetAll();
		tx.remembered?.forgetAll();
		await beginEpoch(tx);
		for (const table of tables) await tx.run(`DELETE FROM ${table}`);
		await tx.run('UPDATE upkeep SET value = 0');
	});
}

describeDatabases('columns', (database) => {
	test('say what the rows say, whatever happens in between', async () => {
		const runs = Number(process.env.COLUMN_RUNS ?? (database().kind === 'sqlite' ? 150 : 25));
		const property = fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 25 }), async (actions) => {
			await clear(database());
			let columns = readers();
			let upkeep = new Upkeep();
			let now = 0;
			// Asked seldom: much has come and gone in between.
			const late = readers();
			const check = async (asked: ColumnStore[]) =>
				await database().transact(async (tx) => {
					const expected = await rowsOf(tx);
					for (const reader of asked) expect(await contentsOf(await reader.source(tx))).toEqual(expected);
				});
			for (const step of actions) {
				if (step.do === 'events') {
					const events = step.events.map(({ who: ids, name, ago, properties: values }) => ({ ...ids, name, ts: START - ago, properties: values }));
					await database().call(ingest, { events });
				} else if (step.do === 'profile') {
					await database().call(ingest, { profiles: [{ id: step.id, email: step.email, properties: { city: step.city }, optedOut: { sms: step.sms } }] });
				} else if (step.do === 'alias') await database().call(ingest, { aliases: [{ from: step.from, to: step.to }] });
				else if (step.do === 'erase') await database().call(erasePerson, { name: { id: step.id } });
				else if (step.do === 'restart') [columns, upkeep] = [readers(), new Upkeep()];
				else if (step.do === 'ask') await check([...columns, ...readers()]);
				else if (step.do === 'askLate') await check(late);
				// Else few events stay out of chunks while people are written and cleaned out.
				else for (let done = 0; done < step.steps; done++) await upkeepStep(database(), upkeep, { all: step.all, now: (now += EVERY_MS) });
			}
			await check([...columns, ...readers(), ...late]);
			await bringUpToDate(database(), upkeep);
			await check([...columns, ...readers(), ...late]);
		});
		await fc.assert(property, { numRuns: runs });
	}, 300_000);
});
