import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

import { toPlainError } from '../errors';
import type { ThreadRequest, ThreadResponse } from './protocol';

/** Serves calls one after the other, in order. */
export function serve(handle: (request: ThreadRequest) => Promise<unknown>): void {
	serveTogether(async ([request]) => [await answerOf(request as ThreadRequest, handle)]);
}

/** Serves calls in order. `handle` is given all that have come so far, and answers as many of them as it likes, but at least the first. */
export function serveTogether(handle: (requests: readonly ThreadRequest[]) => Promise<ThreadResponse[]>): void {
	const waiting: ThreadRequest[] = [];
	let isBusy = false;
	parentPort?.on('message', (request: ThreadRequest) => {
		waiting.push(request);
		if (!isBusy) void work();
	});
	async function work(): Promise<void> {
		isBusy = true;
		while (waiting.length > 0) {
			waiting.push(...arrived());
			const responses = await handle(waiting).catch((error: unknown): ThreadResponse[] => [{ id: (waiting[0] as ThreadRequest).id, error: toPlainError(error) }]);
			waiting.splice(0, responses.length);
			for (const response of responses) parentPort?.postMessage(response, transferables(response.output));
		}
		isBusy = false;
	}
}

/** Calls that lie at the port already: they would come only when this thread has nothing else to do. */
function arrived(): ThreadRequest[] {
	const requests: ThreadRequest[] = [];
	for (let got = take(); got; got = take()) requests.push(got.message as ThreadRequest);
	return requests;
}

function take(): { message: unknown } | undefined {
	return parentPort ? receiveMessageOnPort(parentPort) : undefined;
}

/** What a call comes to, also when it fails. */
export async function answerOf(request: ThreadRequest, handle: (request: ThreadRequest) => Promise<unknown>): Promise<ThreadResponse> {
	try {
		return { id: request.id, output: await handle(request) };
	} catch (error) {
		return { id: request.id, error: toPlainError(error) };
	}
}

/** Large id lists change hands instead of being copied. */
function transferables(output: unknown): ArrayBuffer[] {
	if (typeof output !== 'object' || output === null) return [];
	return Object.values(output)
		.filter((value): value is Uint32Array => value instanceof Uint32Array && value.byteLength > 65_536)
		.map((value) => value.buffer as ArrayBuffer);
}
