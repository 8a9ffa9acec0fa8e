// How much slower questions are while events come in at half the rate that the store can take.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';
import { digits, judge, median } from '../lib/figures.mjs';
import { NOW, userId } from './data.mjs';
import { batchOf } from './ingestion.mjs';
import { QUESTIONS } from './questions.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');

const PEOPLE = 50_000;
const BATCHES = 400;
const ROUNDS = 6;

export async function questionsDuring(options, events, people) {
	const store = await openStore(options);
	const most = Math.min(PEOPLE, people);
	for (let start = 0; start < most; start += 5_000) await store.ingest({ profiles: Array.from({ length: 5_000 }, (_, index) => ({ id: userId(start + index), properties: { city: 'San Francisco', age: 30, subscription: 'ACTIVE' } })) });
	const started = performance.now();
	for (let batch = 0; batch < BATCHES; batch++) await store.ingest({ events: batchOf(events, batch, most) });
	const perBatch = (performance.now() - started) / BATCHES;
	await store.bringUpToDate();

	const quiet = await askAll(store);
	let stop = false;
	const pouring = (async () => {
		for (let batch = BATCHES; !stop; batch++) {
			const begun = performance.now();
			await store.ingest({ events: batchOf(events, batch, most) });
			await sleep(Math.max(0, 2 * perBatch - (performance.now() - begun)));
		}
	})();
	const busy = await askAll(store);
	stop = true;
	await pouring;
	await store.close();
	console.log(`Questions: ${digits(quiet)} ms alone, ${digits(busy)} ms while ${digits((500 / (2 * perBatch)) * 1_000)} events/s come in (medians)`);
	judge('questions during ingestion, slower by', busy / quiet, 2);
}

async function askAll(store) {
	const times = [];
	for (let round = 0; round < ROUNDS; round++) {
		for (const { rule } of QUESTIONS) {
			const started = performance.now();
			await store.ask('find', { rule, now: NOW });
			times.push(performance.now() - started);
		}
	}
	return median(times);
}
