import { once } from 'node:events';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { HttpTransport } from '../../../../engine/channels/http/transport';
import type { HttpRequest } from '../../../../engine/channels/provider';
import { closedPort, startLoopback, startTcp } from '../../../support/loopback';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
const TOO_LONG = { kind: 'unknown', code: 'response_too_large', detail: 'The answer is longer than 10000 bytes' };
const UNPACKABLE = { kind: 'unknown', code: 'invalid_response', detail: 'The answer could not be decompressed' };
const CUT = { kind: 'unknown', code: 'connection_lost', detail: 'The connection ended before the answer was complete: stream has been aborted' };

describe('nodeAdapter', () => {
	const closing: Array<{ close(): unknown }> = [];
	let transport: HttpTransport;

	beforeEach(() => {
		closing.push((transport = new HttpTransport({ maxResponseBytes: 10_000 })));
	});

	afterEach(async () => {
		for (const one of closing.splice(0)) await one.close();
	});

	/** A server that does `act` with the first bytes of each connection, and what it saw. */
	async function serve(act: (socket: Socket) => unknown) {
		const seen: string[] = [];
		const connections = new Set<Socket>();
		const server = await startTcp((socket, chunk) => {
			seen.push(chunk.toString('latin1'));
			if (!connections.has(socket)) act(socket);
			connections.add(socket);
		});
		closing.push(server);
		return { url: `${server.url}/p`, port: server.port, seen, connections };
	}

	const send = async (url: string, extra: Partial<HttpRequest> = {}, timeoutMs = 2_000) =>
		await transport.send({ method: 'POST', url, headers: { 'Content-Type': 'text/plain' }, body: 'hello', ...extra }, { timeoutMs, allowPrivate: true });

	/** What goes over the wire of a request; a character is a byte. */
	async function wire(extra: Partial<HttpRequest>, userInfo = ''): Promise<string> {
		const server = await serve((socket) => socket.write(OK));
		expect(await send(server.url.replace('//', `//${userInfo}`), extra)).toMatchObject({ kind: 'response' });
		return server.seen.join('').replace(String(server.port), 'PORT');
	}

	describe('what is sent', () => {
		it.each<[string, Partial<HttpRequest>, string]>([
			['text', { body: 'ü' }, 'Content-Length: 2\r\nHost: 127.0.0.1:PORT\r\nConnection: keep-alive\r\n\r\n\u00c3\u00bc'],
			['bytes', { body: undefined, bytes: Buffer.from([0, 255, 10]) }, 'Content-Length: 3\r\nHost: 127.0.0.1:PORT\r\nConnection: keep-alive\r\n\r\n\u0000\u00ff\n'],
			['text of a DELETE', { method: 'DELETE', body: 'gone' }, 'Content-Length: 4\r\nHost: 127.0.0.1:PORT\r\nConnection: keep-alive\r\n\r\ngone'],
			['nothing', { body: undefined }, 'Connection: keep-alive\r\nContent-Length: 0\r\n\r\n'],
			['a GET', { method: 'GET', body: undefined }, 'GET /p HTTP/1.1\r\nAccept: */*\r\nUser-Agent: axios/'],
			['a length that is not the body\'s', { headers: { 'content-length': '2' } }, 'Content-Length: 5\r\n'],
			['another Accept', { headers: { accept: 'a/b' } }, 'HTTP/1.1\r\naccept: a/b\r\n'],
			['a line break in a header', { headers: { 'X-A': 'a\r\nX-Evil: 1' } }, 'X-A: aX-Evil: 1\r\n'],
			['space around a header', { headers: { ' X-A ': ' a\t' } }, '\r\nX-A: a\r\n'],
			['a header without a name', { headers: { '': 'a' } }, '*/*\r\nUser-Agent: '],
			['bytes of a header, before text', { headers: { 'X-A': '\u00c3\u00bc\u20ac' }, body: 'ü' }, 'X-A: \u00c3\u00bc\r\nContent-Length: 2\r\nHost: 127.0.0.1:PORT\r\nConnection: keep-alive\r\n\r\n\u00c3\u00bc'],
			['names that mean something to JavaScript', { headers: JSON.parse('{"__proto__":"x","constructor":"y"}') as Record<string, string> }, '__proto__: x\r\nconstructor: y\r\n'],
		])('%s', async (_name, extra, text) => {
			expect(await wire(extra)).toContain(text);
		});

		it('signs in by the URL, before any header', async () => {
			const text = await wire({ headers: { authorization: 'Bearer x' } }, 'us%40er:p%zz@');
			expect(text).toContain(`Authorization: Basic ${Buffer.from('us@er:p%zz').toString('base64')}\r\n`);
			expect(text).not.toContain('Bearer');
		});

		it('asks no proxy of the environment', async () => {
			process.env.HTTP_PROXY = process.env.http_proxy = `http://127.0.0.1:${await closedPort()}`;
			try {
				expect(await wire({})).toMatch(/^POST \/p /);
			} finally {
				delete process.env.HTTP_PROXY;
				delete process.env.http_proxy;
			}
		});
	});

	describe('what is answered', () => {
		const response = (body: string, status = 200) => ({ kind: 'response', response: { status, body } });

		it.each<[string, string, object]>([
			['what is said before', `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n${OK}`, response('ok')],
			['no body', 'HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n', response('', 204)],
			['a status without a body, and its length', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n', response('', 304)],
			['a mark of byte order', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\ufeffok', response('ok')],
			['headers that come more than once', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nX-A: 1\r\nX-A: 2\r\n\r\n', { response: { headers: { 'set-cookie': 'a,b', 'x-a': '1, 2' } } }],
			['more than was said', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more', { kind: 'unknown', code: 'invalid_response' }],
			['chunks that are none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello', { kind: 'unknown', code: 'invalid_response' }],
			['headers without end', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}`, { kind: 'unknown', code: 'invalid_response' }],
			['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n', CUT],
		])('%s', async (_name, answer, exchange) => {
			expect(await send((await serve((socket) => socket.write(answer))).url)).toMatchObject(exchange);
		});

		it.each<[string, string, object]>([
			['ends with its connection', 'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nall', response('all')],
			['ends with its connection, as of old', 'HTTP/1.0 200 OK\r\n\r\nall', response('all')],
			['came whole before the connection ended', OK, response('ok')],
			['is cut in a chunk', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel', CUT],
			['is cut between chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n', CUT],
			['is cut in its headers', 'HTTP/1.1 200 OK\r\nContent-', { kind: 'unknown' }],
			['was only announced', 'HTTP/1.1 100 Continue\r\n\r\n', { kind: 'unknown', code: 'connection_lost' }],
		])('an answer that %s', async (_name, answer, exchange) => {
			expect(await send((await serve((socket) => socket.end(answer))).url)).toMatchObject(exchange);
		});

		it('takes an answer that came whole before the connection was reset', async () => {
			const server = await serve((socket) => socket.write(OK, () => socket.resetAndDestroy()));
			for (let request = 0; request < 3; request++) {
				expect(await send(server.url)).toMatchObject(response('ok'));
				await new Promise((resolve) => setTimeout(resolve, 30));
			}
			expect(server.connections.size).toBe(3);
		});

		it('takes no answer without a length whose connection was reset', async () => {
			const { url } = await serve((socket) => socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\npart', () => setTimeout(() => socket.resetAndDestroy(), 20)));
			expect(await send(url)).toMatchObject({ kind: 'unknown', code: 'connection_lost', detail: expect.stringContaining('ECONNRESET') });
		});

		it('puts a character together that came in two parts', async () => {
			const bytes = Buffer.from('\u{1f600}');
			const { url } = await serve((socket) => {
				socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n');
				socket.write(bytes.subarray(0, 2));
				setTimeout(() => socket.write(bytes.subarray(2)), 20);
			});
			expect(await send(url)).toMatchObject(response('\u{1f600}'));
		});

		it('hears out a server that does not want what it is to expect', async () => {
			const { url } = await serve((socket) => socket.write('HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno'));
			expect(await send(url, { headers: { Expect: '100-continue' } })).toMatchObject(response('no', 417));
		});

		it('never takes what a server said unasked for the next answer', async () => {
			const server = await serve((socket) => {
				socket.write(OK);
				setTimeout(() => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged'), 20);
			});
			expect(await send(server.url)).toMatchObject(response('ok'));
			await new Promise((resolve) => setTimeout(resolve, 60));
			expect(await send(server.url)).toMatchObject(response('ok'));
			expect(server.connections.size).toBe(2);
		});

		it('takes an answer that comes before all is written, and gives the connection up when the time is over', async () => {
			closing.push((transport = new HttpTransport({ maxSockets: 1 })));
			const { url, connections } = await serve((socket) => {
				if (connections.size > 0) return socket.write(OK);
				socket.pause();
				return socket.write('HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno');
			});
			const begun = performance.now();
			expect(await send(url, { body: 'x'.repeat(16_000_000) }, 2_000)).toMatchObject(response('no', 413));
			const answered = performance.now() - begun;
			expect(await send(url)).toMatchObject(response('ok'));
			expect(answered).toBeLessThan(1_900);
			expect(performance.now() - begun).toBeGreaterThan(1_900);
		});
	});

	it('takes an answer that came in time while the process could do nothing', async () => {
		const serve = `const { createServer } = require('node:http');
			const server = createServer((request, response) => setTimeout(() => response.end('ok'), 100));
			server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));`;
		const worker = new Worker(serve, { eval: true });
		closing.push({ close: async () => await worker.terminate() });
		const [port] = (await once(worker, 'message')) as [number];
		const sent = send(`http://127.0.0.1:${port}/`, {}, 400);
		// Out of an immediate, timers come before what was received.
		await new Promise((resolve) => setTimeout(() => setImmediate(resolve), 50));
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 800);
		expect(await sent).toMatchObject({ kind: 'response', response: { body: 'ok' } });
	});

	describe('what is packed', () => {
		const packed = (encoding: string, body: Buffer) => serve((socket) => {
			socket.write(`HTTP/1.1 200 OK\r\nContent-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n\r\n`);
			socket.write(body);
		});
		const text = '{"hello":"wörld"}';

		it.each([
			['gzip', gzipSync(text)],
			['X-GZIP', gzipSync(text)],
			['deflate', deflateSync(text)],
			['deflate', deflateRawSync(text)],
			['br', brotliCompressSync(text)],
			['zstd', zstdCompressSync(text)],
			['identity', Buffer.from(text)],
			['unheard-of', Buffer.from(text)],
		])('%s is read', async (encoding, body) => {
			expect(await send((await packed(encoding, body)).url)).toMatchObject({ kind: 'response', response: { body: text } });
		});

		it.each([['gzip'], ['deflate'], ['br'], ['zstd']])('%s that is none is unknown', async (encoding) => {
			expect(await send((await packed(encoding, Buffer.from('garbage'))).url)).toEqual(UNPACKABLE);
		});

		it('nothing is nothing', async () => {
			expect(await send((await packed('gzip', Buffer.alloc(0))).url)).toMatchObject({ kind: 'response', response: { body: '' } });
		});

		it.each([['gzip', gzipSync], ['deflate', deflateRawSync], ['br', brotliCompressSync], ['zstd', zstdCompressSync], ['identity', (body: Buffer) => body]])('%s is read up to the longest answer', async (encoding, pack) => {
			expect(await send((await packed(encoding, pack(Buffer.alloc(10_000, 'x')))).url)).toMatchObject({ kind: 'response', response: { body: 'x'.repeat(10_000) } });
			expect(await send((await packed(encoding, pack(Buffer.alloc(10_001, 'x')))).url)).toEqual(TOO_LONG);
		});
	});

	describe('a request that cannot be ended', () => {
		const broken = { headers: { Trailer: 'X-Some' } };

		it('is refused for good, and keeps no connection', async () => {
			transport = new HttpTransport({ maxSockets: 2 });
			closing.push(transport);
			const { url } = await serve((socket) => socket.write(OK));
			for (let time = 0; time < 5; time++) expect(await send(url, broken)).toMatchObject({ kind: 'refused', transient: false, code: 'invalid_request' });
			expect(await send(url)).toMatchObject({ kind: 'response' });
		});

		it('ends nothing else where nobody listens', async () => {
			expect(await send(`http://127.0.0.1:${await closedPort()}`, broken)).toMatchObject({ kind: 'refused', code: 'invalid_request' });
			await new Promise((resolve) => setTimeout(resolve, 50));
		});
	});

	it('names all addresses of a host at which nobody listens', async () => {
		const port = await closedPort();
		const exchange = await send(`http://localhost:${port}/`);
		expect(exchange).toMatchObject({ kind: 'refused', transient: true, code: 'connect', detail: expect.stringContaining(`127.0.0.1:${port}`) });
	});

	it('gives each of many requests its own answer, over few connections', async () => {
		const server = await startLoopback(({ body }, answer) => void setTimeout(() => answer({ status: 200, body: `you said ${body}` }), Number(body) % 7));
		closing.push(server);
		const numbers = Array.from({ length: 500 }, (_, index) => String(index));
		const answers = await Promise.all(numbers.map(async (body) => await send(server.url, { body }, 10_000)));
		expect(answers).toMatchObject(numbers.map((body) => ({ kind: 'response', response: { body: `you said ${body}` } })));
		expect(server.connections()).toBeLessThanOrEqual(100);
	});
});
