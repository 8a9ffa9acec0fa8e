#!/usr/bin/env node
// `npm start`: installs what is missing, builds the pack, starts a real n8n with it and runs the demo campaign.
//   --headless  end when the run has ended; exit code 0 if the report is what the demo data must give
//   --reset     begin anew
// Runs on Node 20 before anything is installed, and starts itself again under Node 24 when it has to.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureDependencies } from './lib/build.mjs';
import { ensureHost } from './lib/host.mjs';
import { RUNTIME_DIR } from './lib/paths.mjs';
import { ensureNode24 } from './node24.mjs';

const N8N_PORT = 5678;

async function main() {
	const { values } = parseArgs({ options: { headless: { type: 'boolean', default: false }, reset: { type: 'boolean', default: false } } });
	const nodeBin = await ensureNode24();
	if (Number(process.versions.node.split('.')[0]) < 24) return await again(nodeBin);
	await ensureDependencies();
	await ensureBuilt();
	await ensureHost();
	// Only now: these need what has just been installed and built.
	const { showDemo } = await import('./demo/show.mjs');
	const folder = process.env.CAMPAIGNS_DEMO_DIR ?? join(RUNTIME_DIR, 'demo');
	process.exitCode = await showDemo(folder, { ...values, n8nPort: N8N_PORT });
}

/** The same under Node 24. */
async function again(nodeBin) {
	const child = spawn(join(nodeBin, 'node'), [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
	for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
	process.exitCode = await new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal])));
}

main().catch((error) => {
	console.error(`\n${error.message}`);
	process.exitCode = 1;
});
