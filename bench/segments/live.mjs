// A few people checked at once, as Segment Filter and live campaigns do; and whether n8n's event loop is ever kept waiting.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { digits, heading, judge, median } from '../lib/figures.mjs';
import { NOW, randomFrom } from './data.mjs';
import { QUESTIONS } from './questions.mjs';

const ROUNDS = 15;

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
	await watchEventLoop(store);
}

async function watchEventLoop(store) {
	const delay = monitorEventLoopDelay({ resolution: 5 });
	delay.enable();
	for (let round = 0; round < 3; round++) for (const { rule } of QUESTIONS) await store.ask('find', { rule, now: NOW });
	delay.disable();
	judge('longest stall of the event loop while questions run, ms', delay.max / 1e6, 50);
}
