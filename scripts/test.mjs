#!/usr/bin/env node
// `npm test`, `npm run test:e2e`, `npm run test:faults`: installs what the suite needs, then runs it under Node 24.
// Further arguments go to jest; `--kills N` is the number of kills of the fault suite.
import { parseArgs } from 'node:util';
import { ensureBuilt, ensureDependencies, run } from './lib/build.mjs';
import { ensureHost } from './lib/host.mjs';

/** Folders of tests. Real n8n and a browser are slow, and kept out of `npm test`. */
const SUITES = {
	unit: { ignore: ['/test/e2e/', '/test/faults/'], needsN8n: false },
	e2e: { only: '<rootDir>/test/e2e', needsN8n: true },
	faults: { only: '<rootDir>/test/faults', needsN8n: true },
};

async function main() {
	const { values, positionals } = parseArgs({ options: { kills: { type: 'string' } }, allowPositionals: true, strict: false });
	const name = Object.hasOwn(SUITES, positionals[0] ?? '') ? positionals.shift() : 'unit';
	const suite = SUITES[name];
	await ensureDependencies();
	await ensureBuilt();
	if (suite.needsN8n) await ensureHost();
	const folder = suite.only ? ['--roots', suite.only] : ['--testPathIgnorePatterns', ...suite.ignore];
	// One process after the other where each test starts an n8n of its own.
	const workers = suite.needsN8n ? ['--runInBand'] : ['--maxWorkers', '2'];
	await run('node', ['--require', './scripts/register-ts.cjs', 'node_modules/jest/bin/jest.js', ...folder, ...workers, ...positionals], {
		...(values.kills && { CAMPAIGNS_KILLS: String(values.kills) }),
	});
}

main().catch((error) => {
	console.error(error.message);
	process.exitCode = 1;
});
