import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { segments } from '../../../engine/segments-api';
import type { Tx } from '../../../engine/store/database';
import { ddl } from '../../../engine/store/dialects';
import { migrations } from '../../../engine/store/migrations';
import { openStore } from '../../../engine/store/open';
import { PostgresConnection } from '../../../engine/store/postgres/connection';
import { SqliteConnection } from '../../../engine/store/sqlite/connection';
import type { Store, StoreOptions } from '../../../engine/store/store';
import { seededRandom } from '../../support/kills';
import { describeFreshStores } from '../../support/stores';
import { RUN_TS } from '../../support/run-ts';

const PEOPLE = 20_000;
const EVENTS = 60_000;
const KILLS = 6;

/** A store as the first version left it, with people and events in it. */
async function firstVersion(tx: Tx): Promise<void> {
	await tx.run('CREATE TABLE schema_version (version integer PRIMARY KEY, name text NOT NULL)');
	const [first] = migrations;
	for (const statement of first?.statements ?? []) await tx.run(ddl(tx.dialect, statement as string));
	await tx.run("INSERT INTO schema_version (version, name) VALUES (1, 'foundation')");
	const rows = (count: number, row: (index: number) => unknown[]) => JSON.stringify(Array.from({ length: count }, (_, index) => row(index + 1)));
	await tx.run(
		`INSERT INTO person (person, external_id, bucket_key, properties, devices, opted_out, created_at, updated_at, property_times)
		 SELECT person, 'u' || person, person, '{"city":"Lyon"}', '[]', '{}', 0, 0, '{}' FROM ${tx.dialect.rows('$1', { person: 'integer' })} AS made`,
		[rows(PEOPLE, (person) => [person])],
	);
	await tx.run("INSERT INTO event_name (name_id, name, match_key) VALUES (1, 'Viewed', 'viewed')");
	await tx.run(
		`INSERT INTO event (person, name_id, ts, received_at, historical, properties)
		 SELECT person, 1, ts, 0, 0, '{"sku":"s"}' FROM ${tx.dialect.rows('$1', { person: 'integer', ts: 'integer' })} AS made`,
		[rows(EVENTS, (index) => [(index % (PEOPLE / 2)) + 1, index])],
	);
}

async function make(options: StoreOptions): Promise<void> {
	if ('path' in options) {
		const connection = new SqliteConnection(options.path);
		await connection.write('full', firstVersion);
		connection.close();
		return;
	}
	const connection = new PostgresConnection(options.connectionString, options.schema ?? 'campaigns');
	await connection.createSchema();
	await connection.write(firstVersion);
	await connection.close();
}

async function countOf(store: Store): Promise<{ viewed: number; city: number }> {
	const count = async (rule: Parameters<typeof segments.reach>[1]) => (await segments.reach(store, rule)).qualified;
	return {
		viewed: await count({ event: 'Viewed', did: true, having: { measure: 'count', is: 'equals', value: (EVENTS / PEOPLE) * 2 } }),
		city: await count({ profile: 'city', is: 'equals', value: 'Lyon' }),
	};
}

jest.setTimeout(120_000);

describeFreshStores('a process killed while it brings the tables up to date', (options) => {
	test('the next one does it, and nothing is lost', async () => {
		await make(options());
		const { clock, ...plain } = options();
		const random = seededRandom();
		for (let kill = 0; kill < KILLS; kill++) {
			const child = spawn(process.execPath, [...RUN_TS, path.join(__dirname, '../../support/open-process.ts'), JSON.stringify(plain)], { stdio: ['ignore', 'pipe', 'inherit'] });
			await once(child.stdout as NodeJS.ReadableStream, 'data');
			await sleep(random() * 150);
			child.kill('SIGKILL');
			await once(child, 'exit');
		}
		const store = await openStore(options());
		try {
			expect(await countOf(store)).toEqual({ viewed: PEOPLE / 2, city: PEOPLE });
			await store.bringUpToDate();
			expect(await countOf(store)).toEqual({ viewed: PEOPLE / 2, city: PEOPLE });
		} finally {
			await store.close();
		}
	});
});
