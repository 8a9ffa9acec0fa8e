#!/usr/bin/env node
// `npm run bench:queue`: people per second through a campaign of trigger and sender, in real n8n: one process on the
// embedded store (the baseline), and queue mode with one and with two workers on PostgreSQL and Redis.
//   --people N         of each run; default 2000
//   --postgres URL     a server; default postgres://postgres@127.0.0.1:5432/postgres
//   --redis URL        default redis://127.0.0.1:6379
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digits, heading, table } from '../lib/figures.mjs';
import { ensureDatabase } from '../segments/database.mjs';
import { computed, startQueue, startRegular } from './hosts.mjs';
import { startProvider } from './provider.mjs';
import { throughCampaign } from './through-campaign.mjs';

const { values } = parseArgs({
	options: {
		people: { type: 'string', default: '2000' },
		postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
		redis: { type: 'string', default: 'redis://127.0.0.1:6379' },
	},
});
const people = Number(values.people);

/** How long the provider takes: as one far away does, and as none does, so that only the machine counts. Milliseconds. */
const LATENCIES = [100, 0];

async function main() {
	const folder = await mkdtemp(join(tmpdir(), 'campaigns-bench-queue-'));
	const provider = await startProvider();
	const stops = [];
	const figures = new Map();
	const measure = async (name, host) => {
		for (const latency of LATENCIES) {
			provider.begin(latency);
			const before = computed(host.processes);
			const perSecond = await throughCampaign({ host, provider, people, name: `${name}, ${latency} ms` });
			figures.set(`${name} ${latency}`, perSecond);
			const cost = before === undefined ? '' : `, n8n computes ${digits((computed(host.processes) - before) / people)} ms for each`;
			console.log(`${name}, provider takes ${latency} ms: ${digits(perSecond)} people per second${cost} (load ${digits(loadavg()[0])})`);
		}
	};
	try {
		console.log(`${people.toLocaleString('en')} people a run, ten requests at once per process, ${cpus().length} cores. Starting n8n ...`);
		const regular = await startRegular(join(folder, 'regular'), people);
		stops.push(regular.stop);
		await measure('one process, embedded store', regular);
		await regular.stop();

		const postgres = await ensureDatabase(values.postgres, 'campaigns_bench_queue', false);
		if (!postgres) throw new Error('The rest needs PostgreSQL; --postgres names a server');
		const queue = await startQueue(join(folder, 'queue'), { postgres, redis: values.redis, people });
		stops.push(queue.stop);
		await queue.startWorker();
		await measure('queue mode, one worker', queue);
		await queue.startWorker();
		await measure('queue mode, two workers', queue);
	} finally {
		for (const stop of stops) await stop();
		await provider.close();
		await rm(folder, { recursive: true, force: true });
	}
	print(figures);
}

function print(figures) {
	heading('People per second (times the baseline)');
	const rows = ['one process, embedded store', 'queue mode, one worker', 'queue mode, two workers'];
	const cell = (row, latency) => {
		const [own, baseline] = [row, rows[0]].map((name) => figures.get(`${name} ${latency}`));
		return `${digits(own)} (${(own / baseline).toFixed(2)})`;
	};
	table([['', ...LATENCIES.map((latency) => `provider takes ${latency} ms`)], ...rows.map((row) => [row, ...LATENCIES.map((latency) => cell(row, latency))])]);
	for (const latency of LATENCIES) {
		const [one, two] = rows.slice(1).map((row) => figures.get(`${row} ${latency}`));
		console.log(`Two workers against one, provider takes ${latency} ms: ${(two / one).toFixed(2)}`);
	}
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
