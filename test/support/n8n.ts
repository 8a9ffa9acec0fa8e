import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { installPack } from '../../scripts/lib/host.mjs';
import { freePort } from '../../scripts/lib/free-port.mjs';
import { N8n, queueEnvironment } from '../../scripts/lib/n8n.mjs';
import type { N8nApi } from '../../scripts/lib/n8n-api.mjs';
import { startPostgres, type TestPostgres } from './postgres';
import { findRedis } from './redis';

const OWNER = { email: 'owner@example.com', password: 'Campaigns1' };

export interface TestN8nOptions {
	/** `queue`: a main process, workers and perhaps a webhook processor, on a PostgreSQL database and Redis keys of their own. */
	mode: 'regular' | 'queue';
	/** Folders of the packs to install. Default: the project's own, which must be built. */
	packs?: string[];
	/** Queue mode only; default 1. */
	workers?: number;
	/** Queue mode only: also a process that answers webhooks. */
	webhooks?: boolean;
	env?: Record<string, string>;
}

/** A real n8n with its data in a temporary folder, its owner signed in. */
export class TestN8n {
	main!: N8n;
	workers: N8n[] = [];
	/** The webhook processor, if one was asked for. */
	webhooks: N8n | undefined;
	#folder!: string;
	#port!: number;
	#postgres: TestPostgres | undefined;
	#redis: { url: string; prefix: string } | undefined;
	#env!: Record<string, string>;

	private constructor(private readonly options: TestN8nOptions) {}

	static async start(options: TestN8nOptions): Promise<TestN8n> {
		const n8n = new TestN8n(options);
		try {
			await n8n.#prepare();
			await n8n.start();
		} catch (error) {
			await n8n.stop();
			throw error;
		}
		return n8n;
	}

	/** Client of the main process; another one after each `start`. */
	get api(): N8nApi {
		return this.main.api;
	}

	/** Where the n8n processes have their data and n8n.log: `main`, `worker-1`, ... */
	get folder(): string {
		return this.#folder;
	}

	/** Queue mode only: the database, which a campaign store may share. */
	get postgres(): string {
		if (!this.#postgres) throw new Error('Only queue mode has a PostgreSQL database');
		return this.#postgres.connectionString;
	}

	/** Starts all processes, again after `kill`, on the same data and ports. */
	async start(): Promise<void> {
		const queue = this.options.mode === 'queue';
		this.main = await this.#startProcess(queue ? 'main' : 'regular', 'main', this.#port);
		const count = queue ? (this.options.workers ?? 1) : 0;
		this.workers = [];
		while (this.workers.length < count) await this.startWorker();
		this.webhooks = queue && this.options.webhooks ? await this.#startProcess('webhook', 'webhook') : undefined;
		await this.api.signIn(OWNER);
	}

	/** One more worker, as when another machine joins, or in the place of one that was killed. */
	async startWorker(): Promise<N8n> {
		const worker = await this.#startProcess('worker', `worker-${this.workers.length + 1}`);
		this.workers.push(worker);
		return worker;
	}

	/** Ends all processes; data stays. */
	async kill(signal: NodeJS.Signals): Promise<void> {
		const running = [...this.workers, this.webhooks, this.main].filter((process) => process !== undefined);
		await Promise.all(running.map(async (process) => await process.kill(signal)));
	}

	/** Ends everything and deletes its data; the data folder is left where CAMPAIGNS_KEEP_N8N is set, for a look at the logs. */
	async stop(): Promise<void> {
		await this.kill('SIGKILL');
		await this.#postgres?.stop();
		if (this.#redis) await deleteKeys(this.#redis.url, this.#redis.prefix);
		if (this.#folder && !process.env.CAMPAIGNS_KEEP_N8N) await rm(this.#folder, { recursive: true, force: true });
	}

	async #prepare(): Promise<void> {
		this.#folder = await mkdtemp(join(tmpdir(), 'campaigns-n8n-'));
		this.#port = await freePort();
		this.#env = { ...this.options.env };
		if (this.options.mode === 'regular') return;
		const redis = await findRedis();
		if (!redis) throw new Error('Queue mode needs Redis: set CAMPAIGNS_TEST_REDIS or install redis-server');
		this.#postgres = await startPostgres();
		const prefix = `campaigns-test-${process.pid}-${this.#port}`;
		this.#redis = { url: redis, prefix };
		const { connectionString: postgres } = this.#postgres;
		Object.assign(this.#env, queueEnvironment({ postgres, redis, prefix, encryptionKey: prefix }));
	}

	async #startProcess(mode: 'regular' | 'main' | 'worker' | 'webhook', name: string, port?: number): Promise<N8n> {
		const userFolder = join(this.#folder, name);
		for (const pack of this.options.packs ?? [undefined]) await installPack(userFolder, pack);
		return await N8n.start({ mode, userFolder, port, env: this.#env });
	}
}

async function deleteKeys(url: string, prefix: string): Promise<void> {
	const redis = new Redis(url);
	const keys = await redis.keys(`*${prefix}*`);
	if (keys.length > 0) await redis.del(...keys);
	redis.disconnect();
}
