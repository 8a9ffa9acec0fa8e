import { parentPort } from 'node:worker_threads';
import { HttpTransport } from './transport';
import type { Asked, Answered } from './thread-transport';

/** The thread that makes a process's requests: see ThreadTransport. */
const transport = new HttpTransport();
let answers: Answered[] = [];

parentPort?.on('message', (asked: Asked[]) => {
	for (const one of asked) void answer(one);
});

async function answer({ id, request, options }: Asked): Promise<void> {
	const exchange = await transport.send(request, options);
	// Whatever has come in from the network meanwhile goes back together.
	if (answers.length === 0) setImmediate(handBack);
	answers.push({ id, exchange });
}

function handBack(): void {
	parentPort?.postMessage(answers);
	answers = [];
}
