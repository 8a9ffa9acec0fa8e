// How much slower questions are while events come in at half the rate that the store can take.
import { setTimeout as sleep } from 'node:timers/promises';
import { createRequire } from 'node:module';
import { digits, judge, median } from '../lib/figures.mjs';
import { NOW } from './data.mjs';
import { batchOf } from './ingestion.mjs';
import { QUESTIONS } from './questions.mjs';

const require = createRequire(import.meta.url);
const { openStore } = require('../../dist/engine/index.js');

const ROUNDS = 6;

/** `options`: a store with the people and events of the benchmark, to which more is added. `rate`: events per second it takes at most. */
export async function questionsDuring(name, options, rate, events, people) {
	const store = await openStore(options);
	const perBatch = (500 / (rate / 2)) * 1_000;
	await askAll(store);
	const quiet = await askAll(store);
	let [stop, taken] = [false, 0];
	const pouring = (async () => {
		const started = performance.now();
		for (; !stop; taken++) {
			// Other events than the store has: their message ids are new.
			await store.ingest({ events: batchOf(events, 100_000 + taken, people) });
			await sleep(Math.max(0, (taken + 1) * perBatch - (performance.now() - started)));
		}
		return (taken * 500 * 1_000) / (performance.now() - started);
	})();
	const busy = await askAll(store);
	stop = true;
	const came = await pouring;
	await store.close();
	console.log(`${name}: ${digits(quiet)} ms alone, ${digits(busy)} ms while ${digits(came)} events/s come in (medians)`);
	judge(`${name}, questions during ingestion, slower by`, busy / quiet, 2);
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
