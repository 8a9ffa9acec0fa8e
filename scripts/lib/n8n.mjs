// Starts and ends an n8n process. `npm start` and the end-to-end tests both use it.
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.mjs';
import { ensureHost } from './host.mjs';
import { N8nApi } from './n8n-api.mjs';

const COMMANDS = { regular: 'start', main: 'start', worker: 'worker', webhook: 'webhook' };
const READY_DEADLINE_MS = 300_000;
const STOP_DEADLINE_MS = 40_000;
const LOOK_AGAIN_MS = 150;

/** n8n calls nobody outside: no telemetry, version check, template list, banner or registry. */
const QUIET = {
	N8N_DIAGNOSTICS_ENABLED: 'false',
	N8N_DYNAMIC_BANNERS_ENABLED: 'false',
	N8N_HIRING_BANNER_ENABLED: 'false',
	N8N_LICENSE_AUTO_RENEW_ENABLED: 'false',
	N8N_PERSONALIZATION_ENABLED: 'false',
	N8N_TEMPLATES_ENABLED: 'false',
	N8N_VERIFIED_PACKAGES_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
	N8N_VERSION_NOTIFICATIONS_WHATS_NEW_ENABLED: 'false',
	N8N_DISABLED_MODULES: 'mcp-registry',
};

/**
 * @typedef {object} N8nOptions
 * @property {'regular' | 'main' | 'worker' | 'webhook'} [mode] the last three are the processes of queue mode
 * @property {string} userFolder N8N_USER_FOLDER; `installPack` puts packs into it
 * @property {number} [port] of the editor and the API (a worker: of its health check); default: a free one
 * @property {Record<string, string>} [env] added to n8n's environment, e.g. `queueEnvironment(...)`
 * @property {string} [logFile] n8n's output is appended to it; default: n8n.log in the user folder
 */

/** A running n8n process. */
export class N8n {
	/** Log in here once (`api.signIn`) to use the API. */
	api;
	#child;
	#exited;
	#hasExited = false;
	#logFile;

	/**
	 * Starts n8n and resolves when it answers. Rejects with the end of its log when it ends before that.
	 * @param {N8nOptions} options
	 * @returns {Promise<N8n>}
	 */
	static async start(options) {
		const n8n = new N8n();
		await n8n.#start(options);
		return n8n;
	}

	get pid() {
		return this.#child.pid;
	}

	get baseUrl() {
		return this.api.baseUrl;
	}

	/** Resolves when the process has ended. */
	get exited() {
		return this.#exited;
	}

	/** Everything the process has printed. */
	log() {
		return readFileSync(this.#logFile, 'utf8');
	}

	/** Sends a signal to n8n and resolves when it has ended. SIGTERM ends it tidily; its task runner ends with it. */
	async kill(signal = 'SIGTERM') {
		this.#signal(signal);
		const ended = await Promise.race([this.#exited.then(() => true), sleep(STOP_DEADLINE_MS, false, { ref: false })]);
		if (ended) return;
		this.#signal('SIGKILL');
		await this.#exited;
	}

	async #start({ mode = 'regular', userFolder, port, env = {}, logFile = join(userFolder, 'n8n.log') }) {
		const host = await ensureHost();
		const ownPort = port ?? (await freePort());
		mkdirSync(userFolder, { recursive: true });
		mkdirSync(dirname(logFile), { recursive: true });
		const log = openSync(logFile, 'a');
		this.#logFile = logFile;
		this.api = new N8nApi(`http://127.0.0.1:${ownPort}`, dirname(host.cli));
		this.#child = spawn(join(host.nodeBin, 'node'), [host.cli, COMMANDS[mode]], {
			cwd: userFolder,
			stdio: ['ignore', log, log],
			env: { ...(await environment(host, userFolder, ownPort)), ...env },
		});
		closeSync(log);
		this.#watch();
		await this.#becomeReady(mode);
	}

	#watch() {
		const guard = this.#child.pid && killWhenWeDie(this.#child.pid);
		this.#exited = new Promise((resolve) => {
			const end = () => {
				this.#hasExited = true;
				if (guard) guard.kill('SIGKILL');
				resolve();
			};
			this.#child.once('exit', end);
			this.#child.once('error', end);
		});
	}

	#signal(signal) {
		if (!this.#hasExited) this.#child.kill(signal);
	}

	async #becomeReady(mode) {
		const deadline = Date.now() + READY_DEADLINE_MS;
		const serves = mode === 'worker' || mode === 'webhook' ? ['/healthz/readiness'] : ['/healthz/readiness', '/rest/settings'];
		for (const path of serves) {
			while (!(await answers(`${this.baseUrl}${path}`))) {
				if (this.#hasExited) throw this.#failure('ended while starting');
				if (Date.now() > deadline) {
					await this.kill('SIGKILL');
					throw this.#failure(`did not answer ${path} within ${READY_DEADLINE_MS / 1000} s`);
				}
				await sleep(LOOK_AGAIN_MS);
			}
		}
	}

	#failure(what) {
		return new Error(`n8n ${what}. The end of ${this.#logFile}:\n${this.log().slice(-3000)}`);
	}
}

/**
 * Environment of the processes of one queue-mode n8n: main, workers and webhook processors.
 * @param {{ postgres: string, redis: string, prefix: string, encryptionKey: string }} options `postgres` and `redis`
 * are connection strings; `prefix` keeps this n8n's keys apart in a shared Redis
 * @returns {Record<string, string>}
 */
export function queueEnvironment({ postgres, redis, prefix, encryptionKey }) {
	const database = new URL(postgres);
	const queue = new URL(redis);
	return {
		EXECUTIONS_MODE: 'queue',
		N8N_ENCRYPTION_KEY: encryptionKey,
		DB_TYPE: 'postgresdb',
		DB_POSTGRESDB_HOST: database.hostname,
		DB_POSTGRESDB_PORT: database.port || '5432',
		DB_POSTGRESDB_USER: decodeURIComponent(database.username),
		DB_POSTGRESDB_PASSWORD: decodeURIComponent(database.password),
		DB_POSTGRESDB_DATABASE: database.pathname.slice(1),
		QUEUE_BULL_REDIS_HOST: queue.hostname,
		QUEUE_BULL_REDIS_PORT: queue.port || '6379',
		QUEUE_BULL_REDIS_USERNAME: decodeURIComponent(queue.username),
		QUEUE_BULL_REDIS_PASSWORD: decodeURIComponent(queue.password),
		QUEUE_BULL_REDIS_DB: queue.pathname.slice(1) || '0',
		QUEUE_BULL_PREFIX: prefix,
		N8N_REDIS_KEY_PREFIX: prefix,
	};
}

/** Kills a process when this one ends, however it ends: the pipe to the little shell then closes. */
function killWhenWeDie(pid) {
	const guard = spawn('sh', ['-c', 'cat > /dev/null; kill -9 "$1"', 'sh', String(pid)], {
		detached: true,
		stdio: ['pipe', 'ignore', 'ignore'],
	});
	guard.unref();
	guard.stdin.unref();
	guard.stdin.on('error', () => {}); // it was killed: there is nothing left to guard
	return guard;
}

async function environment({ nodeBin }, userFolder, port) {
	return {
		...QUIET,
		PATH: nodeBin + delimiter + process.env.PATH,
		HOME: userFolder,
		TZ: process.env.TZ ?? 'UTC',
		N8N_USER_FOLDER: userFolder,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_PORT: String(port),
		N8N_EDITOR_BASE_URL: `http://127.0.0.1:${port}/`,
		N8N_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
		N8N_SECURE_COOKIE: 'false',
		N8N_RUNNERS_BROKER_PORT: String(await freePort()),
		QUEUE_HEALTH_CHECK_ACTIVE: 'true',
		QUEUE_HEALTH_CHECK_PORT: String(port),
	};
}

async function answers(url) {
	try {
		const response = await fetch(url);
		await response.arrayBuffer();
		return response.ok;
	} catch {
		return false;
	}
}
