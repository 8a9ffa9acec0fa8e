import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { reached } from './reached.mjs';

const CHILD = fileURLToPath(new URL('./bare-child.mjs', import.meta.url));

/** One script that does nothing but post over kept connections. @returns messages per second */
export async function runBare({ provider, people, atOnce }) {
	await provider.begin();
	const child = fork(CHILD, [JSON.stringify({ url: `${provider.url}/messages`, people, atOnce })]);
	const ended = once(child, 'exit');
	const figures = await reached({ provider, people, started: performance.timeOrigin + performance.now() });
	await ended;
	return figures;
}
