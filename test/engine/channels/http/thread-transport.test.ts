import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ThreadTransport } from '../../../../engine/channels/http/thread-transport';
import type { HttpRequest } from '../../../../engine/channels/provider';
import { closedPort, startLoopback, type Loopback } from '../../../support/loopback';
import { RUN_TS } from '../../../support/run-ts';
import { until } from '../../../support/until';

const OPTIONS = { timeoutMs: 2_000, allowPrivate: true };
const post = (url: string, extra: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'POST', url, headers: { 'Content-Type': 'text/plain' }, body: 'hello', ...extra });

describe('ThreadTransport', () => {
	const transport = new ThreadTransport();
	let server: Loopback;

	afterEach(async () => {
		await server?.close();
	});

	afterAll(async () => {
		await transport.close();
	});

	it('gives each of many requests its own answer', async () => {
		server = await startLoopback((seen, answer) => void setTimeout(() => answer({ status: 200, body: `for ${seen.body}` }), Math.random() * 20));
		const exchanges = await Promise.all(Array.from({ length: 300 }, async (_, index) => await transport.send(post(server.url, { body: `body ${index}` }), OPTIONS)));
		expect(exchanges).toEqual(Array.from({ length: 300 }, (_, index) => expect.objectContaining({ kind: 'response', response: expect.objectContaining({ body: `for body ${index}` }) })));
	});

	it('tells what was not sent from what may have been', async () => {
		server = await startLoopback(() => undefined);
		const refusedPort = await closedPort();
		expect(await transport.send(post(`http://127.0.0.1:${refusedPort}`), OPTIONS)).toMatchObject({ kind: 'refused', transient: true, code: 'connect' });
		expect(await transport.send(post(server.url), { timeoutMs: 200, allowPrivate: true })).toMatchObject({ kind: 'unknown', code: 'timeout' });
		expect(await transport.send(post(server.url), { timeoutMs: 200, allowPrivate: false })).toMatchObject({ kind: 'refused', transient: false, code: 'private_address' });
		expect(server.seen).toHaveLength(1);
	});

	it('sends bytes, and only those', async () => {
		let received: Buffer[] = [];
		const raw = createServer((request, response) => {
			const chunks: Buffer[] = [];
			request.on('data', (chunk: Buffer) => chunks.push(chunk));
			request.on('end', () => {
				received = [...received, Buffer.concat(chunks)];
				response.end();
			});
		});
		await new Promise<void>((resolve) => void raw.listen(0, '127.0.0.1', resolve));
		const url = `http://127.0.0.1:${(raw.address() as AddressInfo).port}`;
		const bytes = Buffer.from([0, 255, 128, 10, 13, 7]);
		expect(bytes.buffer.byteLength).toBeGreaterThan(bytes.byteLength);
		for (const each of [bytes, bytes.subarray(1, 4), Buffer.alloc(100_000, 201)]) await transport.send(post(url, { body: undefined, bytes: each }), OPTIONS);
		raw.closeAllConnections();
		await new Promise((resolve) => raw.close(resolve));
		expect(received).toEqual([bytes, bytes.subarray(1, 4), Buffer.alloc(100_000, 201)]);
	});

	it('does not know what became of requests whose thread died, and goes on with another', async () => {
		server = await startLoopback((seen, answer) => (seen.body === 'wait' ? undefined : answer({ status: 200 })));
		const lost = [transport.send(post(server.url, { body: 'wait' }), OPTIONS), transport.send(post(server.url, { body: 'wait' }), OPTIONS)];
		await until('both requests', () => server.seen.length === 2);
		const closing = transport.close();
		// Not handed over yet when the thread dies.
		const next = transport.send(post(server.url), OPTIONS);
		await closing;
		for (const exchange of await Promise.all(lost)) expect(exchange).toMatchObject({ kind: 'unknown', code: 'connection_lost' });
		expect(['response', 'unknown']).toContain((await next).kind);
		expect(await transport.send(post(server.url), OPTIONS)).toMatchObject({ kind: 'response' });
	});

	it('refuses what cannot be handed over, and nothing else is lost', async () => {
		server = await startLoopback((_seen, answer) => answer({ status: 200 }));
		const strange = post(server.url, { headers: { 'X-Some': (() => '') as unknown as string } });
		expect(await transport.send(strange, OPTIONS)).toMatchObject({ kind: 'refused' });
		expect(await transport.send(post(server.url), OPTIONS)).toMatchObject({ kind: 'response' });
	});

	it('has sent nothing when its thread cannot be started', async () => {
		server = await startLoopback((_seen, answer) => answer({ status: 200 }));
		expect(await new ThreadTransport('no-such-thread').send(post(server.url), OPTIONS)).toMatchObject({ kind: 'refused', transient: true, code: 'no_thread' });
		expect(server.seen).toEqual([]);
	});

	it.each([['one that is answered', {}], ['one that cannot be handed over', { headers: { 'X-Some': 'FUNCTION' } }]])('keeps no process alive after %s', async (_what, extra) => {
		server = await startLoopback((_seen, answer) => answer({ status: 200 }));
		const script = `const { ThreadTransport } = require(${JSON.stringify(require.resolve('../../../../engine/channels/http/thread-transport'))});
			const request = ${JSON.stringify(post(server.url, extra))};
			for (const name of Object.keys(request.headers)) if (request.headers[name] === 'FUNCTION') request.headers[name] = () => '';
			void new ThreadTransport().send(request, ${JSON.stringify(OPTIONS)}).then(({ kind }) => console.log(kind));`;
		const child = spawn(process.execPath, [...RUN_TS, '-e', script]);
		let printed = '';
		child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
		const code = await new Promise((resolve) => child.once('exit', resolve));
		expect({ code, printed: printed.trim() }).toEqual({ code: 0, printed: 'headers' in extra ? 'refused' : 'response' });
	}, 30_000);
});
