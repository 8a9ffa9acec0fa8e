import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { freePort } from '../../scripts/lib/free-port.mjs';

const LOCAL_SERVER = 'redis://127.0.0.1:6379';
const START_DEADLINE_MS = 5000;

let spawned: Promise<string | undefined> | undefined;

/**
 * Address of a Redis server the tests may use: CAMPAIGNS_TEST_REDIS, else 127.0.0.1:6379 if it answers, else a
 * `redis-server` found on PATH, started without persistence and ended with this process. `undefined` if there is none.
 * It may be shared: use keys of your own.
 */
export async function findRedis(): Promise<string | undefined> {
	const named = process.env.CAMPAIGNS_TEST_REDIS;
	if (named) return named;
	if (await answers(LOCAL_SERVER)) return LOCAL_SERVER;
	spawned ??= spawnRedis();
	return await spawned;
}

/**
 * Whether `findRedis` will find one; for deciding on skipping while tests are being declared, which cannot wait.
 */
export function canFindRedis(): boolean {
	if (process.env.CAMPAIGNS_TEST_REDIS) return true;
	const { hostname, port } = new URL(LOCAL_SERVER);
	const probe = `require('net').connect(${port}, '${hostname}').once('connect', () => process.exit(0)).once('error', () => process.exit(1))`;
	if (spawnSync(process.execPath, ['-e', probe], { timeout: 2000 }).status === 0) return true;
	return canStartRedis();
}

/** Whether `startOwnRedis` will find a server to start. */
export function canStartRedis(): boolean {
	return spawnSync('redis-server', ['--version']).status === 0;
}

/** Sends PING over the plain Redis protocol; a server that wants a password does not count as answering. */
async function answers(url: string): Promise<boolean> {
	const { hostname, port } = new URL(url);
	return await new Promise<boolean>((resolve) => {
		const socket = connect(Number(port), hostname);
		const finish = (answer: boolean) => {
			socket.destroy();
			resolve(answer);
		};
		socket.setTimeout(1000, () => finish(false));
		socket.once('error', () => finish(false));
		socket.once('connect', () => socket.write('PING\r\n'));
		socket.once('data', (data) => finish(data.toString().startsWith('+PONG')));
	});
}

async function spawnRedis(): Promise<string | undefined> {
	return (await startServer(await freePort()))?.url;
}

/** A server that nobody else uses, and that can fail. */
export interface OwnRedis {
	url: string;
	/** kill -9. Everything in it is lost. */
	kill(): Promise<void>;
	/** Starts it again, empty, on the same port. */
	start(): Promise<void>;
}

/** A `redis-server` found on PATH, of the caller's own; rejects when there is none. */
export async function startOwnRedis(): Promise<OwnRedis> {
	const port = await freePort();
	const started = async () => {
		const server = await startServer(port);
		if (!server) throw new Error('No redis-server for the tests');
		return server;
	};
	let server = await started();
	return {
		url: server.url,
		kill: async () => {
			const { child } = server;
			const exited = new Promise((resolve) => child.once('exit', resolve));
			if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await exited;
		},
		start: async () => {
			server = await started();
		},
	};
}

/** Without persistence. Ends with this process. */
async function startServer(port: number): Promise<{ url: string; child: ChildProcess } | undefined> {
	const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
	const child = spawn('redis-server', args, { stdio: 'ignore' });
	let gone = false;
	child.once('error', () => (gone = true));
	child.once('exit', () => (gone = true));
	child.unref();
	process.once('exit', () => child.kill());
	const url = `redis://127.0.0.1:${port}`;
	const deadline = Date.now() + START_DEADLINE_MS;
	while (!gone && Date.now() < deadline) {
		if (await answers(url)) return { url, child };
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	child.kill();
	return undefined;
}
