import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

import { closedPort, startLoopback, type Loopback } from '../../support/loopback';
import type { PaceProcess } from '../../support/pace-process';
import { canFindRedis, findRedis } from '../../support/redis';
import { TEST_TLS } from '../../support/test-tls';
import { until } from '../../support/until';
import { RUN_TS } from '../../support/run-ts';

/*
 * Two processes keep the pace of one provider together, as workers of n8n's queue mode do: counted at the server they
 * ask, with Redis there, away, and silent.
 */

const PROCESS = path.join(__dirname, '../../support/pace-process.ts');

jest.setTimeout(120_000);

// On a developer's machine without Redis this shows as skipped; in CI it has to run.
const describeRedis = process.env.CI || canFindRedis() ? describe : describe.skip;
const itWithServer = process.env.CI || spawnSync('redis-server', ['--version']).status === 0 ? it : it.skip;

describeRedis('a pace kept by two processes', () => {
	let redis: { host: string; port: number };
	let server: Loopback;
	let asked: Array<{ at: number; from: string }>;
	let most: number;
	let underWay: number;
	/** How long the server takes, ms. */
	let latency: number;
	let children: ChildProcess[];
	let prefix: string;
	let round = 0;

	beforeAll(async () => {
		const { hostname, port } = new URL((await findRedis()) as string);
		redis = { host: hostname, port: Number(port) };
	});
	beforeEach(async () => {
		asked = [];
		children = [];
		[most, underWay, latency] = [0, 0, 5];
		prefix = `campaigns-test-${process.pid}-${(round += 1)}`;
		server = await startLoopback(({ url }, answer) => {
			asked.push({ at: performance.now(), from: new URL(url, 'http://x').searchParams.get('from') ?? '' });
			most = Math.max(most, ++underWay);
			setTimeout(() => {
				underWay -= 1;
				answer({ status: 200 });
			}, latency).unref();
		});
	});
	afterEach(async () => {
		for (const child of children) child.kill('SIGKILL');
		await server.close();
		const client = new Redis(redis);
		const keys = await client.keys(`*${prefix}*`);
		if (keys.length > 0) await client.del(...keys);
		client.disconnect();
	});

	it('is the pace of one', async () => {
		await together({ requests: 100, provider: { identity: 'account', requestsPerSecond: 40, timeoutMs: 1_000 } });
		expectOnePace(200);
		expect(duration()).toBeLessThan(8_000);
		for (const name of ['one', 'two']) expect(asked.filter(({ from }) => from === name).length).toBe(100);
		// Neither waited until the other had done.
		expect(asked.slice(0, 100).filter(({ from }) => from === 'one').length).toBeGreaterThan(20);
		expect(asked.slice(0, 100).filter(({ from }) => from === 'two').length).toBeGreaterThan(20);
	});

	it('bounds requests at once', async () => {
		latency = 30;
		await together({ requests: 30, provider: { identity: 'account', concurrency: 3, timeoutMs: 1_000 } });
		expect(asked).toHaveLength(60);
		expect(most).toBe(3);
	});

	it('is kept over TLS', async () => {
		const proxy = createTlsServer(TEST_TLS, (socket) => {
			const upstream = connect(redis.port, redis.host);
			socket.pipe(upstream).pipe(socket);
			for (const one of [socket, upstream]) one.on('error', () => {}).on('close', () => (socket.destroy(), upstream.destroy()));
		});
		await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
		const { port } = proxy.address() as AddressInfo;
		await together({ redis: { host: 'localhost', port, tls: { ca: TEST_TLS.cert } }, requests: 40, provider: { identity: 'account', requestsPerSecond: 40, timeoutMs: 1_000 } });
		proxy.close();
		expectOnePace(80);
	});

	itWithServer('is kept in a cluster', async () => {
		const cluster = await startCluster();
		const redisOptions = { nodes: [cluster.address], options: {} };
		await together({ redis: redisOptions, requests: 40, provider: { identity: 'account', requestsPerSecond: 40, timeoutMs: 1_000 } });
		await cluster.stop();
		expectOnePace(80);
	});

	it('gives back what a process held that died', async () => {
		latency = 60_000;
		const provider = { identity: 'account', concurrency: 2, timeoutMs: 1_000 };
		const [dying] = await start([{ ...settings(), name: 'dying', requests: 2, provider }]);
		await until('both its requests', () => asked.length === 2);
		dying?.kill('SIGKILL');
		latency = 5;
		await together({ requests: 5, provider });
		expect(asked).toHaveLength(12);
	});

	it('holds although Redis goes away, and comes back', async () => {
		const proxy = await startProxy(redis);
		const run = together({ redis: proxy.address, requests: 300, provider: { identity: 'account', requestsPerSecond: 50, timeoutMs: 1_000 } });
		await until('the first requests', () => asked.length > 150);
		await proxy.close();
		const [gone, goneAt] = [asked.length, performance.now()];
		await until('more, without Redis', () => asked.length > gone + 150);
		const backAt = performance.now();
		await proxy.open();
		await run;
		await proxy.close();
		expect(asked).toHaveLength(600);
		// When it comes and goes, each process may have ten waiting the one way while others go the other.
		expect(mostPerSecond()).toBeLessThanOrEqual(50 + 2 * 2 * 10);
		expect(mostPerSecond(asked.filter(({ at }) => at > goneAt + 1_500 && at < backAt))).toBeLessThanOrEqual(62);
		expect(duration()).toBeGreaterThan(9_000);
		expect(duration()).toBeLessThan(25_000);
	});

	it('holds although Redis falls silent', async () => {
		const proxy = await startProxy(redis);
		const run = together({ redis: proxy.address, requests: 150, provider: { identity: 'account', requestsPerSecond: 50, timeoutMs: 1_000 } });
		await until('the first requests', () => asked.length > 150);
		proxy.silence();
		await run;
		await proxy.close();
		expect(asked).toHaveLength(300);
		expect(mostPerSecond()).toBeLessThanOrEqual(50 + 2 * 10);
	});

	it('is each one\'s own where Redis was never there: nobody waits for it', async () => {
		const nowhere = { host: '127.0.0.1', port: await closedPort() };
		await together({ redis: nowhere, requests: 60, provider: { identity: 'account', requestsPerSecond: 30, timeoutMs: 1_000 } });
		expect(asked).toHaveLength(120);
		expect(mostPerSecond()).toBeLessThanOrEqual(75);
		expect(duration()).toBeLessThan(8_000);
	});

	it('tells Redis nothing of the account', async () => {
		const client = new Redis(redis);
		const run = together({ requests: 20, provider: { identity: 'https://host/token-of-the-account', requestsPerSecond: 20, timeoutMs: 1_000 } });
		await until('the first request', () => asked.length > 0);
		const keys = await client.keys(`*${prefix}*`);
		const settingsKey = keys.find((key) => key.endsWith('_settings'));
		const content = JSON.stringify(await client.hgetall(settingsKey ?? ''));
		client.disconnect();
		await run;
		expect(keys.length).toBeGreaterThan(0);
		expect(content).toContain('minTime');
		expect(keys.join() + content).not.toMatch(/token-of|host/);
	});

	/** So many requests came as one process would have made them at 40 per second; each for themselves would make it 80 and take half the time. */
	function expectOnePace(requests: number): void {
		expect(asked).toHaveLength(requests);
		// Gaps of 25 ms, less what the first was seen late.
		expect(duration()).toBeGreaterThan((requests - 1) * 25 - 400);
		// A machine that was busy elsewhere for a third of a second sees those it missed together with the next ones.
		expect(mostPerSecond()).toBeLessThanOrEqual(60);
	}

	function settings(): Pick<PaceProcess, 'redis' | 'prefix' | 'url'> {
		return { redis, prefix, url: server.url };
	}

	/** Two processes with the same settings; resolves when both have ended well. */
	async function together(options: Pick<PaceProcess, 'requests' | 'provider'> & Partial<PaceProcess>): Promise<void> {
		const started = await start(['one', 'two'].map((name) => ({ ...settings(), name, ...options })));
		const codes = await Promise.all(started.map(async (child) => await new Promise((resolve) => child.once('exit', resolve))));
		expect(codes).toEqual([0, 0]);
	}

	async function start(options: PaceProcess[]): Promise<ChildProcess[]> {
		const started = options.map((one) => spawn(process.execPath, [...RUN_TS, PROCESS, JSON.stringify(one)], { stdio: ['pipe', 'pipe', 'inherit'] }));
		children.push(...started);
		await Promise.all(started.map(async (child) => await new Promise((resolve) => child.stdout?.once('data', resolve))));
		for (const child of started) child.stdin?.write('go\n');
		return started;
	}

	function duration(): number {
		return (asked.at(-1)?.at ?? NaN) - (asked[0]?.at ?? NaN);
	}

	/** The most requests in any window of a second. */
	function mostPerSecond(requests = asked): number {
		let first = 0;
		return requests.reduce((record, { at }, index) => {
			while ((requests[first]?.at ?? NaN) <= at - 1_000) first += 1;
			return Math.max(record, index - first + 1);
		}, 0);
	}
});

/** A cluster of one server that has all slots. */
async function startCluster() {
	const folder = mkdtempSync(path.join(tmpdir(), 'campaigns-redis-'));
	const port = await closedPort();
	const busPort = await closedPort();
	const args = ['--port', `${port}`, '--cluster-port', `${busPort}`, '--cluster-announce-ip', '127.0.0.1', '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--cluster-enabled', 'yes'];
	const server = spawn('redis-server', args, { stdio: 'ignore' });
	const client = new Redis({ host: '127.0.0.1', port });
	client.on('error', () => {});
	await client.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
	await until('the cluster', async () => String(await client.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
	client.disconnect();
	return {
		address: { host: '127.0.0.1', port },
		stop: async () => {
			server.kill('SIGKILL');
			await new Promise((resolve) => server.once('exit', resolve));
			rmSync(folder, { recursive: true });
		},
	};
}

/** Stands before Redis and can do what Redis does when it fails. */
async function startProxy(target: { host: string; port: number }) {
	const sockets = new Set<Socket>();
	let silent = false;
	const serve = (port: number) =>
		new Promise<Server>((resolve) => {
			const server = createServer((socket) => {
				const upstream = connect(target.port, target.host);
				for (const one of [socket, upstream]) {
					sockets.add(one);
					one.on('error', () => {}).on('close', () => (socket.destroy(), upstream.destroy()));
				}
				socket.on('data', (chunk) => silent || upstream.write(chunk));
				upstream.on('data', (chunk) => silent || socket.write(chunk));
			}).listen(port, '127.0.0.1', () => resolve(server));
		});
	let server: Server | undefined = await serve(0);
	const { port } = server.address() as AddressInfo;
	return {
		address: { host: '127.0.0.1', port },
		silence: () => void (silent = true),
		open: async () => void (server = await serve(port)),
		close: async () => {
			for (const socket of sockets) socket.destroy();
			await new Promise((resolve) => server?.close(resolve));
			await sleep(0);
		},
	};
}
