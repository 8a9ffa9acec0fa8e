import { Agent, request as httpRequest } from 'node:http';
import { gzipSync } from 'node:zlib';
import { HttpTransport } from '../../../../engine/channels/http/transport';
import { WriteWatch } from '../../../../engine/channels/http/write-watch';
import type { HttpRequest } from '../../../../engine/channels/provider';
import { closedPort, startLoopback, startTcp, startTlsLoopback, type Loopback } from '../../../support/loopback';
import { TEST_TLS } from '../../../support/test-tls';

const post = (url: string, extra: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'POST', url, headers: { 'Content-Type': 'text/plain' }, body: 'hello', ...extra });

describe('HttpTransport', () => {
	let transport: HttpTransport;
	const closing: Array<{ close(): Promise<void> }> = [];
	const keep = <T extends { close(): Promise<void> }>(server: T): T => {
		closing.push(server);
		return server;
	};
	const send = (request: HttpRequest, timeoutMs = 2_000, allowPrivate = true) => transport.send(request, { timeoutMs, allowPrivate });

	beforeEach(() => {
		transport = new HttpTransport({ maxResponseBytes: 10_000 });
	});

	afterEach(async () => {
		transport.close();
		await Promise.all(closing.splice(0).map((server) => server.close()));
	});

	it('sends method, headers and body as they are and brings the whole answer', async () => {
		const server = keep(await startLoopback((_seen, answer) => answer({ status: 418, headers: { 'X-Some': 'Thing' }, body: '{"a":1}' })));
		const exchange = await send(post(`${server.url}/a?b=c%20d`, { method: 'PUT', headers: { 'X-Mine': 'yes', 'Content-Type': 'application/json' }, body: '{"ü":1}' }));
		expect(exchange).toMatchObject({ kind: 'response', response: { status: 418, body: '{"a":1}', headers: { 'x-some': 'Thing' } } });
		expect(server.seen).toMatchObject([{ method: 'PUT', url: '/a?b=c%20d', body: '{"ü":1}', headers: { 'x-mine': 'yes', 'content-type': 'application/json' } }]);
	});

	it('keeps connections alive', async () => {
		const server = keep(await startLoopback((_seen, answer) => answer({ status: 200, body: 'ok' })));
		for (let i = 0; i < 5; i++) expect(await send(post(server.url))).toMatchObject({ kind: 'response' });
		expect(server.connections()).toBe(1);
	});

	it('does not follow redirects', async () => {
		const server = keep(await startLoopback((_seen, answer) => answer({ status: 302, headers: { Location: '/elsewhere' } })));
		expect(await send(post(server.url))).toMatchObject({ kind: 'response', response: { status: 302 } });
		expect(server.seen).toHaveLength(1);
	});

	describe('refused: nothing was written', () => {
		it('connection refused', async () => {
			expect(await send(post(`http://127.0.0.1:${await closedPort()}`))).toMatchObject({ kind: 'refused', transient: true, code: 'connect', detail: expect.stringContaining('ECONNREFUSED') });
		});

		it('a name that does not exist', async () => {
			expect(await send(post('http://no-such-host.invalid/'), 8_000)).toMatchObject({ kind: 'refused', transient: true, code: 'dns' });
		}, 10_000);

		it('a certificate that is not trusted, and the server never sees the request', async () => {
			const server = keep(await startTlsLoopback(TEST_TLS, (_seen, answer) => answer({ status: 200 })));
			expect(await send(post(server.url))).toMatchObject({ kind: 'refused', transient: true, code: 'tls' });
			expect(server.seen).toEqual([]);
		});

		it('a server that speaks no TLS', async () => {
			const server = keep(await startTcp((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
			expect(await send(post(server.url.replace('http:', 'https:')))).toMatchObject({ kind: 'refused', transient: true, code: 'tls' });
		});

		it('a connection cut during the TLS handshake', async () => {
			const server = keep(await startTcp((socket) => socket.resetAndDestroy()));
			expect(await send(post(server.url.replace('http:', 'https:')))).toMatchObject({ kind: 'refused', transient: true, code: 'connect' });
		});

		it('a time-out during the TLS handshake', async () => {
			const server = keep(await startTcp(() => undefined));
			expect(await send(post(server.url.replace('http:', 'https:')), 150)).toMatchObject({ kind: 'refused', transient: true, code: 'connect_timeout' });
		});

		it('a time-out while waiting for a connection', async () => {
			transport = new HttpTransport({ maxSockets: 1 });
			const server = keep(await startLoopback((_seen, answer) => void setTimeout(() => answer({ status: 200 }), 400)));
			const first = send(post(`${server.url}/first`));
			expect(await send(post(`${server.url}/second`), 150)).toMatchObject({ kind: 'refused', code: 'connect_timeout' });
			expect(await first).toMatchObject({ kind: 'response' });
			await new Promise((resolve) => setTimeout(resolve, 100));
			expect(server.seen.map(({ url }) => url)).toEqual(['/first']);
		});

		it.each([
			['no URL', { url: 'nonsense' }, 'invalid_url'],
			['another scheme', { url: 'file:///etc/passwd' }, 'invalid_url'],
			['data', { url: 'data:text/plain,hello' }, 'invalid_url'],
			['a header name with a space', { headers: { 'X Bad': 'x', 'X-Key': 'topsecret' } }, 'invalid_request'],
		])('%s', async (_name, extra, code) => {
			const server = keep(await startLoopback((_seen, answer) => answer({ status: 200 })));
			const exchange = await send(post(server.url, extra));
			expect(exchange).toMatchObject({ kind: 'refused', transient: false, code });
			expect(JSON.stringify(exchange)).not.toContain('topsecret');
		});
	});

	describe('unknown: something was written', () => {
		it('no answer in time', async () => {
			const server = keep(await startLoopback(() => undefined));
			expect(await send(post(server.url), 150)).toEqual({ kind: 'unknown', code: 'timeout', detail: 'No complete answer within 150 ms' });
			expect(server.seen).toHaveLength(1);
		});

		it('an answer that dribbles past the deadline', async () => {
			const server = keep(
				await startLoopback((_seen, _answer, raw) => {
					raw.writeHead(200);
					const timer = setInterval(() => raw.write('.'), 20);
					raw.on('close', () => clearInterval(timer));
				}),
			);
			// It would dribble for ever.
			expect(await send(post(server.url), 200)).toMatchObject({ kind: 'unknown', code: 'timeout' });
		});

		it.each([
			['reset', (socket: import('node:net').Socket) => socket.resetAndDestroy()],
			['end', (socket: import('node:net').Socket) => socket.end()],
			['cut in the middle of the answer', (socket: import('node:net').Socket) => socket.end('HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{"sid"')],
		])('connection lost: %s', async (_name, act) => {
			const server = keep(await startTcp(act));
			expect(await send(post(server.url))).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
		});

		it('an answer that is not HTTP', async () => {
			const server = keep(await startTcp((socket) => socket.end('220 mail.example.com ESMTP\r\n')));
			expect(await send(post(server.url))).toMatchObject({ kind: 'unknown', code: 'invalid_response' });
		});

		it('an answer that is too long, also when it is only long unpacked', async () => {
			const long = 'x'.repeat(20_000);
			const plain = keep(await startLoopback((_seen, answer) => answer({ status: 200, body: long })));
			expect(await send(post(plain.url))).toMatchObject({ kind: 'unknown', code: 'response_too_large' });
			const packed = keep(
				await startLoopback((_seen, _answer, raw) => {
					raw.writeHead(200, { 'Content-Encoding': 'gzip' });
					raw.end(gzipSync(long));
				}),
			);
			expect(await send(post(packed.url))).toMatchObject({ kind: 'unknown', code: 'response_too_large' });
		});

		it('a kept-alive connection that is reset after the second request was written', async () => {
			let requests = 0;
			const server = keep(
				await startTcp((socket) => {
					if (++requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
					else socket.resetAndDestroy();
				}),
			);
			expect(await send(post(server.url))).toMatchObject({ kind: 'response' });
			expect(await send(post(server.url))).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
			expect(requests).toBe(2);
		});

		it('the same over TLS', async () => {
			transport = new HttpTransport({ ca: TEST_TLS.cert });
			let requests = 0;
			const server = keep(
				await startTlsLoopback(TEST_TLS, (_seen, answer, raw) => {
					if (++requests === 1) answer({ status: 200, body: 'ok' });
					else raw.socket?.destroy();
				}),
			);
			expect(await send(post(server.url))).toMatchObject({ kind: 'response', response: { body: 'ok' } });
			expect(await send(post(server.url))).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
			expect(server.connections()).toBe(1);
		});
	});

	it('does not meet a server that closed the idle connection', async () => {
		const server: Loopback = keep(
			await startLoopback((_seen, _answer, raw) => {
				raw.end('ok');
				setTimeout(() => raw.socket?.destroy(), 20);
			}),
		);
		for (let i = 0; i < 3; i++) {
			expect(await send(post(server.url))).toMatchObject({ kind: 'response' });
			await new Promise((resolve) => setTimeout(resolve, 60));
		}
	});

	describe('private addresses refused', () => {
		it.each(['127.0.0.1', 'localhost'])('%s', async (host) => {
			const server = keep(await startLoopback((_seen, answer) => answer({ status: 200 })));
			const exchange = await send(post(`http://${host}:${server.port}/`), 2_000, false);
			expect(exchange).toMatchObject({ kind: 'refused', transient: false, code: 'private_address' });
			expect(server.connections()).toBe(0);
		});

		it('also where a connection to the same host is open already', async () => {
			const server = keep(await startLoopback((_seen, answer) => answer({ status: 200 })));
			const url = `http://localhost:${server.port}/`;
			expect(await send(post(url))).toMatchObject({ kind: 'response' });
			expect(await send(post(url), 2_000, false)).toMatchObject({ kind: 'refused', code: 'private_address' });
			expect(server.seen).toHaveLength(1);
		});
	});
});

describe('WriteWatch', () => {
	const agent = new Agent({ keepAlive: true });
	let server: Loopback;

	beforeEach(async () => {
		server = await startLoopback((_seen, answer) => answer({ status: 200, body: 'ok' }));
	});

	afterEach(async () => {
		agent.destroy();
		await server.close();
	});

	it('knows that a reused connection which died before the write has written nothing', async () => {
		const run = (spoil: boolean) =>
			new Promise<WriteWatch>((done) => {
				const request = httpRequest({ host: '127.0.0.1', port: server.port, agent, method: 'POST' }, (response) => {
					response.resume();
					response.on('end', () => setImmediate(() => done(watch)));
				});
				const watch = new WriteWatch(request);
				if (spoil) request.once('socket', (socket) => socket.destroy());
				request.on('error', () => done(watch));
				request.end('hello');
			});
		expect((await run(false)).written).toBe(true);
		const second = await run(true);
		expect(second.established).toBe(true);
		expect(second.written).toBe(false);
		expect(server.seen).toHaveLength(1);
	});
});
