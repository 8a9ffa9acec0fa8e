#!/usr/bin/env node
// `npm run bench:segments`: how fast segments are answered and events taken in, against others, all in one run.
//   --reduced          100,000 people and 1,000,000 events instead of a million and ten
//   --check            only whether all answers are right
//   --ingestion        only how fast events are taken in
//   --rounds N         how often each question is asked; default 7
//   --postgres URL     a server; default postgres://postgres@127.0.0.1:5432/postgres. --no-postgres: without
import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { heading, judge, summary } from '../lib/figures.mjs';
import { ensureBenchDependencies } from '../lib/install.mjs';
import { DATA_DIR } from '../lib/paths.mjs';
import { compareAnswers, compareTimes, printTimes, timeQuestions } from './ask.mjs';
import { generateEvents } from './data.mjs';
import { openDuckdb } from './engines/duckdb.mjs';
import { openPostgres } from './engines/postgres.mjs';
import { openSqlite } from './engines/sqlite.mjs';
import { fillStore, openOwnStore } from './engines/store.mjs';
import { openTypedArrays } from './engines/typed-arrays.mjs';
import { firstTimes } from './first-time.mjs';
import { copyDatabase, dropDatabase, ensureDatabase } from './database.mjs';
import { timeIngestion } from './ingestion.mjs';
import { timeLive } from './live.mjs';
import { printMemory } from './memory.mjs';
import { questionsDuring } from './questions-during-ingestion.mjs';
import { askRows } from './rows-in-javascript.mjs';

const { values } = parseArgs({
	options: {
		reduced: { type: 'boolean' },
		check: { type: 'boolean' },
		ingestion: { type: 'boolean' },
		rounds: { type: 'string', default: '7' },
		postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
		'no-postgres': { type: 'boolean' },
	},
});
const [people, count] = values.reduced ? [100_000, 1_000_000] : [1_000_000, 10_000_000];
const folder = join(DATA_DIR, `${people}-${count}`);

async function main() {
	if (values.ingestion) return await ingestionAlone();
	await ensureBenchDependencies();
	mkdirSync(folder, { recursive: true });
	console.log(`${people.toLocaleString('en')} people, ${count.toLocaleString('en')} events. Making what is not there yet ...`);
	const events = generateEvents(people, count);
	const embedded = { path: join(folder, 'store.sqlite') };
	if (!existsSync(join(folder, 'store.done'))) await fillStore(embedded, people, events).then(() => mkdirSync(join(folder, 'store.done')));
	const url = values['no-postgres'] ? undefined : await ensureDatabase(values.postgres, `campaigns_bench_${people}_${count}`, existsSync(join(folder, 'postgres.done')));
	const server = url && { connectionString: url, schema: 'campaigns' };
	if (server && !existsSync(join(folder, 'postgres.done'))) await fillStore(server, people, events).then(() => mkdirSync(join(folder, 'postgres.done')));

	const own = await openOwnStore(embedded, 'embedded store');
	const ownServer = server && (await openOwnStore(server, 'PostgreSQL store'));
	const duckdb = await openDuckdb(join(folder, 'duck.db'), people, events);
	const others = [duckdb, openSqlite(join(folder, 'covering.sqlite'), people, events), ...(url ? [await openPostgres(url, people, events)] : [])];
	const scan = openTypedArrays(people, events);
	const engines = [scan, own, ...(ownServer ? [ownServer] : []), ...others];

	await compareAnswers(engines);
	if (values.check) return await closeAll(engines);
	const times = await timeQuestions(engines, Number(values.rounds));
	printTimes('Questions, warm', times);
	compareTimes(times, own.name, duckdb.name, { mean: 0.25, worst: 1 });
	compareTimes(times, own.name, scan.name, { worst: 1 });
	for (const other of others.slice(1)) compareTimes(times, own.name, other.name, {});
	if (ownServer) compareTimes(times, ownServer.name, duckdb.name, { mean: 0.25, worst: 1 });
	if (ownServer) compareTimes(times, ownServer.name, scan.name, { worst: 1 });
	await askRows(own, events, people);
	await timeLive(own.store, people);
	await closeAll(engines);

	await firstTimes({ folder, embedded, server, duckdb: times.get(duckdb.name) });
	await duringIngestion(await timeIngestion({ postgres: url, events, people }), embedded, server, events);
	await printMemory({ folder, people });
	summary();
}

/** On copies: the stores are kept for the next run. */
async function duringIngestion(rates, embedded, server, events) {
	heading('Questions while events come in at half the rate that the store takes');
	const copy = { path: join(folder, 'during.sqlite') };
	copyFileSync(embedded.path, copy.path);
	await questionsDuring('embedded', copy, rates.embedded, events, people);
	for (const end of ['', '-wal', '-shm']) rmSync(copy.path + end, { force: true });
	if (!server) return;
	const url = await copyDatabase(values.postgres, server.connectionString);
	await questionsDuring('PostgreSQL', { ...server, connectionString: url }, rates.server, events, people);
	await dropDatabase(values.postgres, url);
}

async function ingestionAlone() {
	const postgres = values['no-postgres'] ? undefined : await ensureDatabase(values.postgres, 'campaigns_bench_ingestion', false);
	await timeIngestion({ postgres, events: generateEvents(people, count), people });
	summary();
}

async function closeAll(engines) {
	for (const engine of engines) await engine.close();
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
