// The six questions, asked of every engine in turn, so that all see the same noise.
import { digits, geometricMean, heading, judge, median, table } from '../lib/figures.mjs';
import { fingerprint } from './data.mjs';
import { QUESTIONS } from './questions.mjs';

/** Compares every engine's answers with the first one's. Throws when one is wrong. */
export async function compareAnswers(engines) {
	const [reference, ...others] = engines;
	for (const { key } of QUESTIONS) {
		const right = fingerprint(await reference.ask(key));
		for (const engine of others) {
			const answer = fingerprint(await engine.ask(key));
			if (answer !== right) throw new Error(`${engine.name} answers ${key} with ${answer}, and ${right} is right.`);
		}
		console.log(`${key}: ${right.split(':')[0]} people, the same by all`);
	}
}

/** @returns engine name -> milliseconds per question (median) */
export async function timeQuestions(engines, rounds) {
	const times = new Map(engines.map(({ name }) => [name, QUESTIONS.map(() => [])]));
	for (let round = 0; round < rounds; round++) {
		for (const [index, { key }] of QUESTIONS.entries()) {
			for (const engine of engines) {
				const started = performance.now();
				await engine.ask(key);
				times.get(engine.name)[index].push(performance.now() - started);
			}
		}
	}
	return new Map([...times].map(([name, perQuestion]) => [name, perQuestion.map(median)]));
}

export function printTimes(title, times) {
	heading(title);
	table([
		['milliseconds, median', ...QUESTIONS.map(({ key }) => key), 'geo. mean'],
		...[...times].map(([name, figures]) => [name, ...figures, geometricMean(figures)]),
	]);
}

/** How own figures stand to another engine's: geometric mean of the ratios, and the worst. */
export function compareTimes(times, own, other, { mean, worst }) {
	const [mine, theirs] = [times.get(own), times.get(other)];
	const ratios = mine.map((figure, index) => figure / theirs[index]);
	console.log(`\n${own} / ${other}: ${ratios.map((ratio, index) => `${QUESTIONS[index].key} ${digits(ratio)}`).join(', ')}`);
	if (mean !== undefined) judge(`${own}, geometric mean against ${other}`, geometricMean(ratios), mean);
	if (worst !== undefined) judge(`${own}, slowest question against ${other}`, Math.max(...ratios), worst);
}
