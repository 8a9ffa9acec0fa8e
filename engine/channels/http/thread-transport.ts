import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { THREAD_LIMITS } from '../../thread-limits';
import type { HttpRequest } from '../provider';
import { networkSettings } from './network-settings';
import type { Exchange, HttpTransport, SendOptions } from './transport';

/** A request on its way into the thread. */
export interface Asked {
	id: number;
	request: HttpRequest;
	options: SendOptions;
}

/** What became of it. */
export interface Answered {
	id: number;
	exchange: Exchange;
}

type Resolve = (exchange: Exchange) => void;

/**
 * HttpTransport in a thread of its own. Writing requests and reading answers takes half of what a message takes in all, and
 * whatever else the process does, n8n with its workflows above all, need not wait for it. A thread that dies takes the
 * answers it waited for along, and is started again by the next request.
 */
export class ThreadTransport implements Pick<HttpTransport, 'send'> {
	private worker?: Worker;

	private hasBegun = false;

	private readonly pending = new Map<number, Resolve>();

	private nextId = 1;

	private asked: Asked[] = [];

	constructor(private readonly file = 'transport-thread') {}

	/** Never throws, as HttpTransport. */
	async send(request: HttpRequest, options: SendOptions): Promise<Exchange> {
		return await new Promise((resolve) => {
			const id = this.nextId++;
			this.pending.set(id, resolve);
			// All that are made at the same time go over together: a message of its own would cost each as much as half its request.
			if (this.asked.length === 0) process.nextTick(() => this.handOver());
			this.asked.push({ id, request: withOwnBytes(request), options });
		});
	}

	/** Requests under way become unknown. */
	async close(): Promise<void> {
		await this.worker?.terminate();
	}

	private handOver(): void {
		const asked = this.asked;
		this.asked = [];
		try {
			const worker = (this.worker ??= this.startWorker());
			worker.ref();
			worker.postMessage(asked);
		} catch (error) {
			for (const { id } of asked) this.settle(id, { kind: 'refused', transient: true, code: 'no_thread', detail: `The thread that makes requests could not be reached: ${(error as Error).message}` });
		}
	}

	private startWorker(): Worker {
		// The extension follows this file: .js in the pack, .ts under a loader that understands it.
		const worker = new Worker(path.join(__dirname, this.file + path.extname(__filename)), { workerData: networkSettings(), resourceLimits: THREAD_LIMITS });
		this.hasBegun = false;
		worker.on('message', (answers: Answered[]) => {
			this.hasBegun = true;
			for (const { id, exchange } of answers) this.settle(id, exchange);
		});
		worker.on('error', () => this.lose(worker));
		worker.on('exit', () => this.lose(worker));
		worker.unref();
		return worker;
	}

	private settle(id: number, exchange: Exchange): void {
		this.pending.get(id)?.(exchange);
		this.pending.delete(id);
		if (this.pending.size === 0) this.worker?.unref();
	}

	/** Nobody can tell any more which of the requests have left, unless the thread never began. */
	private lose(worker: Worker): void {
		if (this.worker !== worker) return;
		this.worker = undefined;
		const lost: Exchange = this.hasBegun
			? { kind: 'unknown', code: 'connection_lost', detail: 'The thread that makes requests ended before the answer came' }
			: { kind: 'refused', transient: true, code: 'no_thread', detail: 'The thread that makes requests could not be started' };
		const notYetOver = new Set(this.asked.map(({ id }) => id));
		for (const id of [...this.pending.keys()].filter((each) => !notYetOver.has(each))) this.settle(id, lost);
	}
}

/** Small buffers are views of a large one, which would go over as a whole. */
function withOwnBytes(request: HttpRequest): HttpRequest {
	const { bytes } = request;
	return bytes && bytes.byteLength < bytes.buffer.byteLength ? { ...request, bytes: Buffer.from(new Uint8Array(bytes).buffer) } : request;
}
