// A few people checked at once, as Segment Filter and live campaigns do; and whether n8n's event loop is ever kept waiting.
import { createRequire } from 'node:module';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { NOW, randomFrom } from './data.mjs';
import { QUESTIONS } from './questions.mjs';

const require = createRequire(import.meta.url);
const { csvLines } = require('../../dist/engine/reports/csv.js');
const { profilePages } = require('../../dist/engine/segments/pages.js');

const ROUNDS = 15;
const EVERYBODY = { all: [] };

export async function timeLive(store, people) {
	heading('Some people, now');
	const random = randomFrom(3);
	const somebody = () => 1 + Math.floor(random() * people);
	for (const [size, target] of [[500, 25], [1, 10]]) {
		const slowest = [];
		for (const { key, rule } of QUESTIONS) {
			const times = [];
			for (let round = 0; round < ROUNDS; round++) {
				const asked = Array.from({ length: size }, somebody);
				const started = performance.now();
				await store.ask('matching', { rule, people: asked, now: NOW });
				times.push(performance.now() - started);
			}
			slowest.push([key, median(times)]);
		}
		console.log(`${size} people: ${slowest.map(([key, time]) => `${key} ${digits(time)}`).join(', ')} ms`);
		judge(`${size} checked, median of all questions, ms`, median(slowest.map(([, time]) => time)), target);
	}
	await watchEventLoop('while questions run', async () => {
		for (let round = 0; round < 3; round++) for (const { rule } of QUESTIONS) await store.ask('find', { rule, now: NOW });
	});
	await watchEventLoop('while reach and breakdowns of everybody are asked', async () => {
		await store.ask('reach', { rule: EVERYBODY, now: NOW });
		for (const property of ['city', 'age', 'ltv', 'name']) await store.ask('breakdown', { rule: EVERYBODY, property, now: NOW });
	});
	await watchEventLoop('while everybody is exported as CSV', async () => {
		const { people: everybody } = await store.ask('find', { rule: EVERYBODY, now: NOW });
		for await (const page of profilePages(store, everybody)) csvLines(page.map(({ id, email, properties }) => ({ id, email, ...properties })), ['id', 'email', 'city', 'age']);
	});
}

async function watchEventLoop(what, work) {
	const delay = monitorEventLoopDelay({ resolution: 5 });
	const started = performance.now();
	delay.enable();
	await work();
	delay.disable();
	console.log(`${what}: ${digits((performance.now() - started) / 1_000)} s, stalls of ${digits(delay.percentile(99) / 1e6)} ms (99 %)`);
	judge(`longest stall of the event loop ${what}, ms`, delay.max / 1e6, 50);
}
