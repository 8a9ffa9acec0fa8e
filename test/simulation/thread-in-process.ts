import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';

import type * as errors from '../../engine/errors';
import type * as threadServer from '../../engine/store/thread-server';
import type { ThreadRequest, ThreadResponse } from '../../engine/store/protocol';

type Handle = (requests: readonly ThreadRequest[]) => Promise<ThreadResponse[]>;

/** What the file of a thread is given, and what it gives, while it is loaded. */
interface Start {
	workerData: unknown;
	handle?: Handle;
}

let starting: Start | undefined;

/**
 * In place of a thread: what runs in it runs here, on copies of the messages as between threads. Waking a thread for each
 * of a year's many calls takes most of the time that they take; and here everything happens in one order, so that a seed
 * tells the same year each time.
 */
export class ThreadInProcess extends EventEmitter {
	private readonly start: Start;

	private toPlainError!: typeof errors.toPlainError;

	private last: Promise<void> = Promise.resolve();

	constructor(file: string, options: { workerData: unknown }) {
		super();
		starting = this.start = { workerData: structuredClone(options.workerData) };
		// What is mocked is that of this process, also in what follows.
		jest.requireMock('../../engine/store/thread-server');
		// As in a thread, nothing of its modules is shared with anybody.
		jest.isolateModules(() => {
			jest.requireActual(file);
			this.toPlainError = jest.requireActual<typeof errors>('../../engine/errors').toPlainError;
		});
		starting = undefined;
	}

	postMessage(message: ThreadRequest): void {
		const request = structuredClone(message);
		this.last = this.last.then(async () => {
			this.emit('message', structuredClone(await this.answer(request)));
		});
	}

	ref(): void {}

	unref(): void {}

	async terminate(): Promise<number> {
		await this.last;
		return 0;
	}

	private async answer(request: ThreadRequest): Promise<ThreadResponse> {
		try {
			const [response] = (await this.start.handle?.([request])) ?? [];
			return response as ThreadResponse;
		} catch (error) {
			return { id: request.id, error: this.toPlainError(error) };
		}
	}
}

const threads = jest.requireActual<{ Worker: typeof Worker }>('node:worker_threads');

/** The one thread that writes is called most; questions are long enough to have theirs. */
const isMovedHere = (file: string) => file.includes('operations-thread');

/** `node:worker_threads` for modules of this process, and for those of its threads while they are loaded. */
export const threadsInProcess = {
	...threads,
	Worker: function startThread(file: string, options: { workerData: unknown }): ThreadInProcess | Worker {
		return isMovedHere(file) ? new ThreadInProcess(file, options) : new threads.Worker(file, options);
	},
	parentPort: null,
	get workerData() {
		return starting?.workerData;
	},
};

/** In place of engine/store/thread-server. */
export const serverInProcess = {
	...jest.requireActual<typeof threadServer>('../../engine/store/thread-server'),
	serveTogether: (handle: Handle) => {
		if (starting) starting.handle = handle;
	},
};
