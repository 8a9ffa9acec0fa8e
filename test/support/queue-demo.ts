import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Demo } from '../../scripts/demo/demo.mjs';
import { installPack } from '../../scripts/lib/host.mjs';
import { N8n, queueEnvironment, type N8nOptions } from '../../scripts/lib/n8n.mjs';
import { audienceOf, inSmallBatches, messagesOf } from './kills';
import { storeCredential } from './postgres';
import { forgetCrash, Supervisor } from './supervisor';

const WORKERS = 2;

export interface QueueDemoOptions {
	/** How many messages the run has, about. */
	messages: number;
	/** Connection strings of a database of one's own and of a Redis. */
	postgres: string;
	redis: string;
	/** Keeps this n8n apart in a shared Redis. */
	prefix: string;
	/** How many people the throttle lets through in how long. */
	rate: { people: number; seconds: number };
	latencyMs: number;
	env?: Record<string, string>;
	/** Provider settings as of the Generic SMS Provider's options. */
	providerOptions?: Record<string, unknown>;
}

/** The demo in n8n's queue mode: a main process, two workers, the store in PostgreSQL. */
export class QueueDemo {
	/** Two of them, once the campaign is published. */
	readonly workers: N8n[] = [];

	readonly supervisor = new Supervisor();

	private mainOptions?: N8nOptions;

	private constructor(
		readonly demo: Demo,
		private readonly folder: string,
	) {}

	/** Everything up to the publishing of the campaign. */
	static async setUp({ postgres, redis, prefix, env, ...options }: QueueDemoOptions): Promise<QueueDemo> {
		const folder = await mkdtemp(join(tmpdir(), 'campaigns-kill-'));
		const demo: Demo = new Demo(folder, {
			...audienceOf(options.messages),
			providers: { latency: options.latencyMs, 'refuse-share': 0.2, 'timeout-ms': 5_000 },
			env: { ...env, ...queueEnvironment({ postgres, redis, prefix, encryptionKey: prefix }) },
			store: { connectionString: postgres },
			postgres: storeCredential(postgres),
			change: inSmallBatches(options.rate, options.providerOptions),
			start: async (of: N8nOptions) => {
				queue.mainOptions = { ...of, mode: 'main' };
				return await N8n.start(queue.mainOptions);
			},
		});
		const queue: QueueDemo = new QueueDemo(demo, folder);
		await demo.setUp();
		return queue;
	}

	get messages(): number {
		return messagesOf(this.demo);
	}

	/** Publishes the campaign and starts the workers. */
	async publish(): Promise<void> {
		await this.demo.publish();
		await Promise.all(Array.from({ length: WORKERS }, async (_, index) => await this.startWorker(index)));
	}

	/** From now on a process that ends by itself is started again. */
	supervise(): void {
		this.supervisor.watch('main', () => this.demo.n8n, async () => await this.restartMain());
		for (const index of this.workers.keys()) {
			this.supervisor.watch('worker', () => this.workers[index], async () => await this.restartWorkers([index]));
		}
	}

	async restartMain(): Promise<void> {
		await this.demo.n8n?.kill('SIGKILL');
		await forgetCrash(this.demo.userFolder);
		await this.demo.startN8n();
	}

	async restartWorkers(victims: number[]): Promise<void> {
		await Promise.all(victims.map(async (index) => await this.workers[index]?.kill('SIGKILL')));
		for (const index of victims) {
			await forgetCrash(this.workerFolder(index));
			await this.startWorker(index);
		}
	}

	async stop(): Promise<void> {
		this.supervisor.stop();
		await this.demo.stop();
		await Promise.all(this.workers.map(async (worker) => await worker.kill('SIGKILL')));
		if (!process.env.CAMPAIGNS_KEEP_N8N) await rm(this.folder, { recursive: true, force: true });
	}

	private async startWorker(index: number): Promise<void> {
		await installPack(this.workerFolder(index));
		this.workers[index] = await N8n.start({ mode: 'worker', userFolder: this.workerFolder(index), env: this.mainOptions?.env });
	}

	private workerFolder(index: number): string {
		return join(this.folder, `worker-${index}`);
	}
}
