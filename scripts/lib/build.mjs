// Installs the pack's own dependencies and builds it, when what is there is older than what is wanted.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ensureNode24 } from '../node24.mjs';
import { npm } from './npm.mjs';
import { ROOT, RUNTIME_DIR } from './paths.mjs';

const INSTALLED = join(ROOT, 'node_modules', '.campaigns-installed');
const BUILT = join(RUNTIME_DIR, 'built');
const SOURCES = ['engine', 'nodes', 'credentials', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'gulpfile.js'];

/** Installs node_modules by the lock unless that has been done. */
export async function ensureDependencies() {
	const lock = createHash('sha256').update(await readFile(join(ROOT, 'package-lock.json'))).digest('hex');
	if (existsSync(INSTALLED) && (await readFile(INSTALLED, 'utf8')) === lock) return;
	console.log("Installing the pack's dependencies: once, about a minute.");
	const nodeBin = await ensureNode24();
	// Not `npm ci`: the lock holds the optional binaries of the platform it was made on, and ci insists on all of them.
	await npm(['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--legacy-peer-deps'], { cwd: ROOT, nodeBin });
	await writeFile(INSTALLED, lock);
}

/** Builds the pack into dist unless no source has changed since the last time. */
export async function ensureBuilt() {
	const state = (await Promise.all(SOURCES.map((source) => newest(join(ROOT, source))))).join('\n');
	if (existsSync(join(ROOT, 'dist')) && existsSync(BUILT) && (await readFile(BUILT, 'utf8')) === state) return;
	console.log('Building the pack ...');
	await rm(join(ROOT, 'dist'), { recursive: true, force: true });
	await run('tsc', ['-p', 'tsconfig.build.json']);
	await run('gulp', ['assets', '--silent']);
	await mkdir(RUNTIME_DIR, { recursive: true });
	await writeFile(BUILT, state);
}

/** One line per file with its size and time of change. */
async function newest(path) {
	const info = await stat(path);
	if (!info.isDirectory()) return `${path} ${info.size} ${info.mtimeMs}`;
	const entries = await readdir(path);
	return (await Promise.all(entries.sort().map((entry) => newest(join(path, entry))))).join('\n');
}

/**
 * Runs a program of node_modules/.bin under Node 24; rejects when it fails.
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env] added to the environment
 */
export async function run(program, args, env = {}) {
	const PATH = [await ensureNode24(), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
	const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env, PATH } });
	const code = await new Promise((resolve, reject) => child.once('error', reject).once('exit', (exit, signal) => resolve(exit ?? signal)));
	if (code !== 0) throw new Error(`${program} ended with ${code}`);
}
