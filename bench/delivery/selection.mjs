// How long it takes from a run's being due until everybody selected for it is written down.
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { DATA_DIR } from '../lib/paths.mjs';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { dropDatabase, ensureDatabase } from '../segments/database.mjs';
import { publish, select } from './campaign-run.mjs';
import { addPeople, embeddedWithPeople, HALF } from './people.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');

const ROUNDS = 5;
const CAP = 1_000;
const TARGET_S = 1;
const EVERYBODY = { all: [] };

export async function timeSelection({ postgres, everybody }) {
	heading(`Selecting people into a run, of ${everybody.toLocaleString('en')} (median of ${ROUNDS})`);
	const path = join(DATA_DIR, 'delivery', 'selection.sqlite');
	await onStore('embedded store', await embeddedWithPeople(path, everybody), everybody);
	for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
	const url = postgres && (await ensureDatabase(postgres, 'campaigns_bench_selection', false));
	if (!url) return;
	const options = { connectionString: url, schema: 'campaigns' };
	const store = await openStore(options);
	await addPeople(store, everybody);
	await store.close();
	await onStore('PostgreSQL store', options, everybody);
	await dropDatabase(postgres, url);
}

async function onStore(name, options, everybody) {
	const store = await openStore({ ...options, warm: true });
	const half = await rounds(store, { segment: HALF });
	console.log(`${name}: ${half.people.toLocaleString('en')} people of a segment in ${digits(half.seconds)} s, the first time in ${digits(half.first)} s`);
	judge(`${name}, selecting ${half.people.toLocaleString('en')} people, s`, half.seconds, TARGET_S);
	const capped = await rounds(store, { segment: EVERYBODY, limits: { perRun: CAP } });
	console.log(`${name}: ${capped.people.toLocaleString('en')} qualify, of whom at most ${CAP.toLocaleString('en')} are sent to: ${digits(capped.seconds)} s, the first time ${digits(capped.first)} s`);
	if (capped.people !== everybody) throw new Error(`${capped.people} of ${everybody} people were selected`);
	await store.close();
}

let campaigns = 0;

async function rounds(store, what) {
	const times = [];
	let people;
	for (let round = 0; round < ROUNDS; round++) {
		const run = await publish(store, { name: `selection ${(campaigns += 1)}`, ...what });
		const started = performance.now();
		people = await select(store, run, what.segment);
		times.push((performance.now() - started) / 1_000);
	}
	return { people, first: times[0], seconds: median(times) };
}
