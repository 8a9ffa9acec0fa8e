import { parentPort, workerData } from 'node:worker_threads';
import { useNetworkSettings, type NetworkSettings } from './network-settings';
import type { Answered, Asked } from './thread-transport';
import { HttpTransport } from './transport';

/** The thread that makes a process's requests: see ThreadTransport. */
useNetworkSettings(workerData as NetworkSettings);

const transport = new HttpTransport();
let answers: Answered[] = [];

/** Answers that go back together at most: whoever waits for them should not wait for those that have yet to be read. */
const MOST_TOGETHER = 4;

parentPort?.on('message', (asked: Asked[]) => {
	for (const one of asked) void answer(one);
});
// Requests may be sent from here on.
parentPort?.postMessage([]);

async function answer({ id, request, options }: Asked): Promise<void> {
	const exchange = await transport.send(request, options);
	if (answers.length === 0) setImmediate(handBack);
	answers.push({ id, exchange });
	if (answers.length >= MOST_TOGETHER) handBack();
}

function handBack(): void {
	if (answers.length > 0) parentPort?.postMessage(answers);
	answers = [];
}
