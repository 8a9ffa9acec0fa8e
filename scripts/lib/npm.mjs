// Runs npm for the project's own set-up steps.
import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { RUNTIME_DIR } from './paths.mjs';

/** Where downloads are kept: inside the clone, unless CAMPAIGNS_NPM_CACHE names another folder (as CI does). */
export function npmCache() {
	return process.env.CAMPAIGNS_NPM_CACHE || join(RUNTIME_DIR, 'npm-cache');
}

/**
 * Runs npm and resolves with its standard output. Rejects with npm's last lines when it fails.
 * @param {string[]} args
 * @param {{ cwd: string, nodeBin?: string }} options `nodeBin`: folder of the Node that npm runs under
 * @returns {Promise<string>}
 */
export function npm(args, { cwd, nodeBin }) {
	const env = { ...process.env, npm_config_cache: npmCache(), npm_config_loglevel: 'error' };
	if (nodeBin) env.PATH = nodeBin + delimiter + process.env.PATH;
	const child = spawn('npm', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
	let output = '';
	let complaint = '';
	child.stdout.on('data', (chunk) => (output += chunk));
	child.stderr.on('data', (chunk) => (complaint += chunk));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', (code) => {
			if (code === 0) resolve(output);
			else reject(new Error(`npm ${args.join(' ')} failed in ${cwd}:\n${complaint.slice(-3000)}`));
		});
	});
}
