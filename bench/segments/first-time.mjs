// The first question after a start, in a fresh process each; and PostgreSQL without columns in memory.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { digits, geometricMean, heading, judge, median, table } from '../lib/figures.mjs';
import { QUESTIONS } from './questions.mjs';

const CHILD = fileURLToPath(new URL('./first-time-child.mjs', import.meta.url));
const ROUNDS = 3;

/** `duckdb`: its warm times, per question. */
export async function firstTimes({ folder, embedded, server, duckdb }) {
	heading('First time after a start');
	const kinds = { 'embedded store': { store: embedded }, DuckDB: { duckdb: join(folder, 'duck.db') } };
	const times = Object.fromEntries(Object.keys(kinds).map((name) => [name, []]));
	for (const { key } of QUESTIONS) {
		for (const [name, what] of Object.entries(kinds)) {
			const rounds = [];
			for (let round = 0; round < ROUNDS; round++) rounds.push(await inFreshProcess({ ...what, key }));
			times[name].push(median(rounds));
		}
	}
	table([['milliseconds', ...QUESTIONS.map(({ key }) => key)], ...Object.entries(times).map(([name, figures]) => [name, ...figures])]);
	const ratios = times['embedded store'].map((figure, index) => figure / times.DuckDB[index]);
	console.log(`ratios: ${ratios.map(digits).join(', ')}`);
	judge("first time, geometric mean against DuckDB's first time", geometricMean(ratios), 2);
	if (server) await uncached(server, duckdb);
}

async function uncached(server, duckdb) {
	const times = [];
	for (const { key } of QUESTIONS) times.push(median(await inFreshProcess({ store: server, key, times: 5 }, { N8N_CAMPAIGNS_COLUMN_CACHE_MB: '0' })));
	console.log(`PostgreSQL store, nothing cached: ${times.map(digits).join(', ')} ms`);
	judge("PostgreSQL store uncached, geometric mean against DuckDB's", geometricMean(times.map((figure, index) => figure / duckdb[index])), 1);
}

async function inFreshProcess(request, env = {}) {
	const child = spawn(process.execPath, [CHILD, JSON.stringify(request)], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
	let output = '';
	for await (const chunk of child.stdout) output += chunk;
	return JSON.parse(output);
}
