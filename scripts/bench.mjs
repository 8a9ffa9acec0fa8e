#!/usr/bin/env node
// `npm run bench:segments`: builds the pack and runs a benchmark of bench/ under Node 24; further arguments go to it.
import { ensureBuilt, ensureDependencies, run } from './lib/build.mjs';

async function main([name, ...args]) {
	await ensureDependencies();
	await ensureBuilt();
	await run('node', [`bench/${name}/main.mjs`, ...args]);
}

main(process.argv.slice(2)).catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
