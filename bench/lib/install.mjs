// Installs what the benchmarks compare with, unless that has been done.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureNode24 } from '../../scripts/node24.mjs';
import { npm } from '../../scripts/lib/npm.mjs';
import { BENCH_DIR } from './paths.mjs';

export async function ensureBenchDependencies() {
	const mark = join(BENCH_DIR, 'node_modules', '.installed');
	const wanted = createHash('sha256').update(readFileSync(join(BENCH_DIR, 'package.json'))).digest('hex');
	if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
	console.log('Installing what the benchmarks compare with: once.');
	await npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: BENCH_DIR, nodeBin: await ensureNode24() });
	writeFileSync(mark, wanted);
}
