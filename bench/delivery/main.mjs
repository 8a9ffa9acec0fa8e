#!/usr/bin/env node
// `npm run bench:delivery`: how fast campaigns go out, and what that takes, against others; all in one run.
//   --reduced          a hundredth of the people, one round
//   --only PART        selection, claims, throughput or memory; may be given several times
//   --rounds N         how often each figure is measured; default 3
//   --people N         of throughput; default 50,000
//   --at-once N        requests at once, on our side and of the bare script; default 50
//   --postgres URL     a server; default postgres://postgres@127.0.0.1:5432/postgres. --no-postgres: without
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { digits, summary } from '../lib/figures.mjs';
import { ensureBenchDependencies } from '../lib/install.mjs';
import { timeClaims } from './claims.mjs';
import { measureMemory } from './memory.mjs';
import { timeSelection } from './selection.mjs';
import { timeThroughput } from './throughput.mjs';

const { values } = parseArgs({
	options: {
		reduced: { type: 'boolean' },
		only: { type: 'string', multiple: true },
		rounds: { type: 'string' },
		people: { type: 'string' },
		'at-once': { type: 'string', default: '50' },
		postgres: { type: 'string', default: 'postgres://postgres@127.0.0.1:5432/postgres' },
		'no-postgres': { type: 'boolean' },
	},
});
const { reduced } = values;
const postgres = values['no-postgres'] ? undefined : values.postgres;
const rounds = Number(values.rounds ?? (reduced ? 1 : 3));
const atOnce = Number(values['at-once']);

const PARTS = {
	selection: async () => await timeSelection({ postgres, everybody: reduced ? 20_000 : 1_000_000 }),
	claims: async () => await timeClaims({ postgres, people: reduced ? 10_000 : 100_000, rounds }),
	throughput: async (folder) => await timeThroughput({ postgres, people: Number(values.people ?? (reduced ? 2_000 : 50_000)), rounds, atOnce, folder }),
	memory: async (folder) => await measureMemory({ sizes: reduced ? [[2_000, 1], [10_000, 1]] : [[10_000, rounds], [100_000, 1], [500_000, rounds]], atOnce, folder }),
};

async function main() {
	const wanted = values.only ?? Object.keys(PARTS);
	for (const part of wanted) if (!PARTS[part]) throw new Error(`There is no part "${part}": ${Object.keys(PARTS).join(', ')}`);
	await ensureBenchDependencies();
	console.log(`${cpus().length} cores for everything, load ${digits(loadavg()[0])}.`);
	const folder = await mkdtemp(join(tmpdir(), 'campaigns-bench-delivery-'));
	try {
		for (const part of wanted) await PARTS[part](folder);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
	summary();
}

main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
