// A small HTTP server for the demo's providers.
import { timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

/** @typedef {{ status: number, body: unknown, headers?: Record<string, string> } | 'hang up'} Answer */
/** @typedef {{ method: string, path: string, headers: import('node:http').IncomingHttpHeaders, body: string }} Asked */

const LARGEST_BODY = 64 * 1024;

/**
 * Serves JSON on the loopback interface.
 * @param {number} port 0: any free one
 * @param {(asked: Asked) => Answer | Promise<Answer>} answer
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve(port, answer) {
	const server = createServer(async (request, response) => {
		try {
			const body = await read(request);
			const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
			const reply = await answer({ method: request.method ?? 'GET', path: pathname, headers: request.headers, body });
			if (reply === 'hang up') request.socket.destroy();
			else send(response, reply);
		} catch {
			// A client that died in the middle of its request.
			request.socket.destroy();
		}
	});
	// Senders keep connections open between batches; one closed at that moment would look like an unknown outcome.
	server.keepAliveTimeout = 10 * 60_000;
	await new Promise((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', () => resolve(undefined));
	});
	const { port: bound } = /** @type {import('node:net').AddressInfo} */ (server.address());
	return {
		url: `http://127.0.0.1:${bound}`,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

/** @param {import('node:http').IncomingMessage} request */
async function read(request) {
	const parts = [];
	let size = 0;
	for await (const part of request) {
		size += part.length;
		if (size > LARGEST_BODY) throw new RangeError('body too large');
		parts.push(part);
	}
	return Buffer.concat(parts).toString('utf8');
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Exclude<Answer, 'hang up'>} reply
 */
function send(response, { status, body, headers = {} }) {
	response.writeHead(status, { 'content-type': 'application/json', ...headers });
	response.end(JSON.stringify(body));
}

/** @param {string | undefined} given @param {string} wanted */
export function sameSecret(given, wanted) {
	const [a, b] = [Buffer.from(given ?? ''), Buffer.from(wanted)];
	return a.length === b.length && timingSafeEqual(a, b);
}

/** @param {string | undefined} header `Authorization` */
export function basicCredentials(header) {
	const encoded = /^Basic (.+)$/i.exec(header ?? '')?.[1];
	if (encoded === undefined) return null;
	const text = Buffer.from(encoded, 'base64').toString('utf8');
	const colon = text.indexOf(':');
	return colon < 0 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
