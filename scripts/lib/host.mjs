// The n8n that the project starts and tests itself in: installed inside the clone, at the version the lock names.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ensureNode24 } from '../node24.mjs';
import { withLock } from './lock.mjs';
import { npm } from './npm.mjs';
import { ROOT, RUNTIME_DIR } from './paths.mjs';

const RECIPE_DIR = join(ROOT, 'scripts', 'n8n');
const HOST_DIR = join(RUNTIME_DIR, 'n8n');
const MARKER = join(HOST_DIR, '.installed');
const PROGRESS_EVERY_MS = 10_000;

/**
 * What is needed to run n8n.
 * @typedef {object} Host
 * @property {string} nodeBin folder of a Node 24
 * @property {string} cli n8n's start script, to be run by that Node
 * @property {string} version of n8n
 */

/**
 * Installs n8n into .runtime/n8n, unless what is there is what the lock asks for. Prints what it does.
 * @returns {Promise<Host>}
 */
export async function ensureHost() {
	const nodeBin = await ensureNode24();
	const wanted = await recipeHash();
	if (!isInstalled(wanted)) {
		await withLock(`${HOST_DIR}.lock`, async () => {
			if (!isInstalled(wanted)) await install(nodeBin, wanted);
		});
	}
	const packageDir = join(HOST_DIR, 'node_modules', 'n8n');
	const { version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8'));
	return { nodeBin, cli: join(packageDir, 'bin', 'n8n'), version };
}

function isInstalled(wanted) {
	return existsSync(MARKER) && readFileSync(MARKER, 'utf8') === wanted;
}

/** Changes with whatever the installation is made of. */
async function recipeHash() {
	const hash = createHash('sha256');
	for (const file of ['package-lock.json', 'package.json', '.npmrc', 'sqlite3-shim/index.js']) {
		hash.update(await readFile(join(RECIPE_DIR, file)));
	}
	return hash.digest('hex');
}

async function install(nodeBin, wanted) {
	const { dependencies } = JSON.parse(await readFile(join(RECIPE_DIR, 'package.json'), 'utf8'));
	console.log(`Installing n8n ${dependencies.n8n} into .runtime/n8n: once, 2.4 GB, about 3 to 6 minutes.`);
	await rm(MARKER, { force: true });
	await cp(RECIPE_DIR, HOST_DIR, { recursive: true });
	const started = Date.now();
	const progress = setInterval(() => void printProgress(started), PROGRESS_EVERY_MS);
	try {
		await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: HOST_DIR, nodeBin });
	} finally {
		clearInterval(progress);
	}
	await writeFile(MARKER, wanted);
	console.log(`n8n ${dependencies.n8n} is installed (${seconds(started)}).`);
}

async function printProgress(started) {
	const packages = await readdir(join(HOST_DIR, 'node_modules')).catch(() => []);
	console.log(`  ... still installing n8n, ${seconds(started)}, ${packages.length} packages so far`);
}

function seconds(since) {
	return `${Math.round((Date.now() - since) / 1000)} s`;
}

/**
 * Makes a built pack available to the n8n of a user folder under its own package name, as an installation from npm
 * would: the files that `npm pack` takes, and links to its runtime dependencies. Does nothing when the pack has not
 * changed since the last call.
 * @param {string} userFolder N8N_USER_FOLDER
 * @param {string} [packDir] the pack's source folder; its dependencies are resolved from there
 * @returns {Promise<string>} the installed pack's folder
 */
export async function installPack(userFolder, packDir = ROOT) {
	const manifest = JSON.parse(await readFile(join(packDir, 'package.json'), 'utf8'));
	await requireBuilt(packDir, manifest);
	const target = join(userFolder, '.n8n', 'nodes', 'node_modules', manifest.name);
	const stamp = join(dirname(target), `.${basename(target)}.stamp`);
	const state = await packState(packDir, manifest);
	if (existsSync(stamp) && readFileSync(stamp, 'utf8') === state) return target;

	await mkdir(dirname(target), { recursive: true });
	const staging = await mkdtemp(join(dirname(target), '.staging-'));
	try {
		await unpack(packDir, staging);
		await linkDependencies(packDir, manifest, staging);
		await rm(target, { recursive: true, force: true });
		await rename(staging, target);
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
	await writeFile(stamp, state);
	return target;
}

async function requireBuilt(packDir, { name, n8n }) {
	for (const file of [...(n8n.nodes ?? []), ...(n8n.credentials ?? [])]) {
		if (!existsSync(join(packDir, file))) throw new Error(`${name} is not built: ${file} is missing. Run npm run build.`);
	}
}

/** One line per file of the pack with its size and time of change. */
async function packState(packDir, { files }) {
	const lines = [await readFile(join(packDir, 'package.json'), 'utf8')];
	for (const entry of files ?? []) {
		const root = join(packDir, entry);
		if (!existsSync(root)) continue;
		const inside = (await stat(root)).isDirectory() ? await readdir(root, { recursive: true }) : [''];
		for (const file of inside.sort()) {
			const { size, mtimeMs } = await stat(join(root, file));
			lines.push(`${entry}/${file} ${size} ${mtimeMs}`);
		}
	}
	return createHash('sha256').update(lines.join('\n')).digest('hex');
}

async function unpack(packDir, target) {
	const scratch = await mkdtemp(join(tmpdir(), 'campaigns-pack-'));
	try {
		await npm(['pack', '--ignore-scripts', '--pack-destination', scratch], { cwd: packDir });
		const [tarball] = await readdir(scratch);
		await run('tar', ['-xzf', join(scratch, tarball), '--strip-components=1', '-C', target]);
	} finally {
		await rm(scratch, { recursive: true, force: true });
	}
}

/** Only what the manifest names as dependencies: a module that is used but not declared must not be found. */
async function linkDependencies(packDir, { dependencies = {} }, target) {
	for (const name of Object.keys(dependencies)) {
		const link = join(target, 'node_modules', name);
		await mkdir(dirname(link), { recursive: true });
		await symlink(join(packDir, 'node_modules', name), link, 'junction');
	}
}

function run(command, args) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
		let complaint = '';
		child.stderr.on('data', (chunk) => (complaint += chunk));
		child.once('error', reject);
		child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`${command} failed: ${complaint}`))));
	});
}
