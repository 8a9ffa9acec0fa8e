import { parentPort } from 'node:worker_threads';

import { toPlainError } from '../errors';
import type { ThreadRequest, ThreadResponse } from './protocol';

/** Serves calls one after the other, in order. */
export function serve(handle: (request: ThreadRequest) => Promise<unknown>): void {
	let last: Promise<void> = Promise.resolve();
	parentPort?.on('message', (request: ThreadRequest) => {
		last = last.then(() => answer(request, handle));
	});
}

async function answer(request: ThreadRequest, handle: (request: ThreadRequest) => Promise<unknown>): Promise<void> {
	let response: ThreadResponse;
	try {
		response = { id: request.id, output: await handle(request) };
	} catch (error) {
		response = { id: request.id, error: toPlainError(error) };
	}
	parentPort?.postMessage(response, transferables(response.output));
}

/** Large id lists change hands instead of being copied. */
function transferables(output: unknown): ArrayBuffer[] {
	if (typeof output !== 'object' || output === null) return [];
	return Object.values(output)
		.filter((value): value is Uint32Array => value instanceof Uint32Array && value.byteLength > 65_536)
		.map((value) => value.buffer as ArrayBuffer);
}
