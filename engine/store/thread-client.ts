import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { CampaignError, fromPlainError } from '../errors';
import type { Damage } from '../columns/upkeep/repair';
import type { DamageNotice, ThreadOptions, ThreadRequest, ThreadResponse } from './protocol';

interface Pending {
	resolve(output: unknown): void;
	reject(error: Error): void;
}

/**
 * Calls into a store thread. A thread that dies fails the calls it was working on and is started again by the next:
 * every operation is one transaction, so nothing is half done.
 */
export class ThreadClient {
	private worker?: Worker;

	private readonly pending = new Map<number, Pending>();

	private nextId = 1;

	private closed = false;

	constructor(
		private readonly file: 'operations-thread' | 'questions-thread' | 'upkeep-thread',
		private readonly options: ThreadOptions,
		private readonly onDamage: (damage: Damage) => void = () => {},
	) {}

	async call(name: string, input: unknown, now: number): Promise<unknown> {
		if (this.closed) throw new CampaignError('store_closed', 'The campaign store has been closed.');
		const worker = (this.worker ??= this.start());
		return await new Promise((resolve, reject) => {
			const id = this.nextId++;
			this.pending.set(id, { resolve, reject });
			worker.ref();
			worker.postMessage({ id, name, input, now } satisfies ThreadRequest);
		});
	}

	async close(): Promise<void> {
		this.closed = true;
		await this.worker?.terminate();
	}

	private start(): Worker {
		// The extension follows this file: .js in the pack, .ts under a loader that understands it.
		const worker = new Worker(path.join(__dirname, this.file + path.extname(__filename)), { workerData: this.options });
		worker.on('message', (message: ThreadResponse | DamageNotice) => {
			if ('damage' in message) this.onDamage(message.damage);
			else this.settle(worker, message);
		});
		worker.on('error', (error) => this.lose(worker, error));
		worker.on('exit', () => this.lose(worker, new Error('The store thread ended.')));
		worker.unref();
		return worker;
	}

	private settle(worker: Worker, response: ThreadResponse): void {
		const call = this.pending.get(response.id);
		this.pending.delete(response.id);
		if (this.pending.size === 0) worker.unref();
		if (response.error) call?.reject(fromPlainError(response.error));
		else call?.resolve(response.output);
	}

	private lose(worker: Worker, error: Error): void {
		if (this.worker !== worker) return;
		this.worker = undefined;
		for (const call of this.pending.values()) {
			call.reject(new CampaignError('store_thread', `The store thread failed: ${error.message}`, 'The call was not carried out. It can be repeated.'));
		}
		this.pending.clear();
	}
}
