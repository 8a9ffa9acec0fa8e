import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('./provider-child.mjs', import.meta.url));

/**
 * Starts the provider's process: the one beside this file, or another that is asked alike. `seen()` gives what it had since
 * `begin()`: how many requests, and the times of the first and the last.
 */
export async function startProvider(module = CHILD, args = []) {
	const child = fork(module, args.map(String));
	const [{ port }] = await once(child, 'message');
	const ask = async (what) => {
		child.send(what);
		const [{ seen }] = await once(child, 'message');
		return seen;
	};
	return {
		url: `http://127.0.0.1:${port}`,
		begin: async () => void (await ask('begin')),
		seen: async () => await ask('seen'),
		close: () => child.disconnect(),
	};
}
