import path from 'node:path';
import { Worker } from 'node:worker_threads';

import { CampaignError, fromPlainError } from '../errors';
import type { Damage } from '../columns/upkeep/repair';
import { THREAD_LIMITS } from '../thread-limits';
import type { DamageNotice, ThreadOptions, ThreadRequest, ThreadResponse } from './protocol';

interface Pending {
	resolve(output: unknown): void;
	reject(error: Error): void;
}

/** What became of the calls of a thread that failed. Only operations write by themselves. */
const NOTHING_CHANGED = 'Nothing was changed. The call can be repeated.';
const PERHAPS_DONE =
	'The call was carried out as a whole or not at all; which of the two is not known. Repeating it is safe for events with a message ID, profiles and other changes that come to the same when made twice. An event without a message ID may be stored twice.';

/**
 * Calls into a store thread. A thread that dies fails the calls it was working on and is started again by the next.
 * Every operation is one transaction, so nothing is half done; but it may have been committed before the answer was lost.
 */
export class ThreadClient {
	private worker?: Worker;

	private readonly pending = new Map<number, Pending>();

	private nextId = 1;

	private closed = false;

	constructor(
		private readonly file: 'operations-thread' | 'questions-thread' | 'upkeep-thread',
		private readonly options: ThreadOptions,
	) {}

	/** Told of columns that are not what was written. */
	onDamage: (damage: Damage) => void = () => {};

	/** Starts the thread before its first call, which then need not wait for that. */
	start(): void {
		if (!this.closed) this.worker ??= this.startWorker();
	}

	async call(name: string, input: unknown, now: number): Promise<unknown> {
		if (this.closed) throw new CampaignError('store_closed', 'The campaign store has been closed.');
		const worker = (this.worker ??= this.startWorker());
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

	private startWorker(): Worker {
		// The extension follows this file: .js in the pack, .ts under a loader that understands it.
		const worker = new Worker(path.join(__dirname, this.file + path.extname(__filename)), { workerData: this.options, resourceLimits: THREAD_LIMITS });
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
		const hint = this.file === 'operations-thread' ? PERHAPS_DONE : NOTHING_CHANGED;
		for (const call of this.pending.values()) {
			call.reject(new CampaignError('store_thread', `The store thread failed: ${error.message}`, hint));
		}
		this.pending.clear();
	}
}
