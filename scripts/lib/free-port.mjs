// Ports for servers that are told theirs before they start.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below what systems take for outgoing connections and for servers that ask for any port (Linux from 32768, others from
// 49152): between our look and the start of the server nobody is given a port of these by chance.
const FIRST = 20_000;
const END = 32_000;
const handedOut = new Set();

/**
 * A port of the loopback interface that is free now, and that this process has not been given before.
 * @returns {Promise<number>}
 */
export async function freePort() {
	while (handedOut.size < END - FIRST) {
		const port = randomInt(FIRST, END);
		if (handedOut.has(port)) continue;
		handedOut.add(port);
		if (await isFree(port)) return port;
	}
	throw new Error(`No port from ${FIRST} to ${END - 1} of 127.0.0.1 is free`);
}

/**
 * Whether nobody serves at a port of the loopback interface.
 * @param {number} port
 */
export async function isFree(port) {
	const server = createServer();
	const free = await new Promise((resolve) => server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true)));
	if (free) await new Promise((resolve) => server.close(resolve));
	return free;
}
