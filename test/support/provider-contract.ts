import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import type { HttpProvider } from '../../engine/channels/provider';
import { readAnswer, sendOnce } from './exchange';
import { closedPort, startLoopback, startTcp, type Answer, type SeenRequest } from './loopback';

export interface ProviderContract<M> {
	/** Makes the provider, with the secrets below, for a server at `baseUrl`. */
	make(baseUrl: string, settings?: { timeoutMs: number }): HttpProvider<M>;
	message: M;
	/** An answer that accepts the message. */
	accepted: { status: number; headers?: Record<string, string>; body: unknown; providerId: string };
	/** Whether a status is all that an answer says: whatever is in it, a 2xx is an acceptance. */
	statusAlone?: true;
	/** What signs the provider in and may not show anywhere. */
	secrets: readonly string[];
	/** How the provider's errors carry their words. Default: the words alone. */
	error?(words: string): unknown;
}

/** Headers that providers are signed in by; the shorter ones first, as what is too long is cut. */
const SIGNING = ['x-amz-security-token', 'x-postmark-server-token', 'authkey', 'authorization'];

/** Answers of 2xx that say nothing. */
export const WORDLESS = ['', ' ', '\u0000\u0001garbage', '{"', 'null', '[]', '{}', '0', '""', '<html>Welcome to the hotel wifi</html>', '<?xml version="1.0"?>'];

/**
 * What every provider must do with a server that is not there, silent, broken or busy: the line between "not sent" and
 * "nobody knows", over the real transport. What its own words mean is tested beside it.
 */
export function describeProviderContract<M>(name: string, contract: ProviderContract<M>): void {
	describe(`${name} keeps to what every provider must do`, () => {
		acceptance(contract);
		nothingLeft(contract);
		nobodyKnows(contract);
		statuses(contract);
		secrecy(contract);
	});
}

/** The outcome at a server that gives one answer, or none, and what that server was asked. */
async function against<M>({ make, message }: ProviderContract<M>, answer: Answer | ((seen: SeenRequest) => Answer) | undefined, timeoutMs = 5_000) {
	const server = await startLoopback((seen, reply) => void (answer && reply(typeof answer === 'function' ? answer(seen) : answer)));
	try {
		return { result: await sendOnce(make(server.url, { timeoutMs }), message), seen: server.seen };
	} finally {
		await server.close();
	}
}

/** The outcome at a server that speaks no HTTP. */
async function atSocket<M>({ make, message }: ProviderContract<M>, scheme: 'http' | 'https', onData: (socket: Socket) => void, onConnection?: (socket: Socket) => void, timeoutMs = 5_000) {
	const server = await startTcp(onData, onConnection);
	try {
		return await sendOnce(make(`${scheme}://127.0.0.1:${server.port}`, { timeoutMs }), message);
	} finally {
		await server.close();
	}
}

function acceptance<M>(contract: ProviderContract<M>): void {
	const { accepted, make } = contract;

	it('is sent by one request', async () => {
		const { result, seen } = await against(contract, accepted);
		const { kind, label } = make('http://127.0.0.1:9');
		expect(result).toEqual({ outcome: 'sent', providerId: accepted.providerId, provider: label, kind, attempts: [{ provider: label, kind, outcome: 'sent' }] });
		expect(seen).toHaveLength(1);
	});

	it('asks nobody twice unless that is safe', () => expect(make('http://127.0.0.1:9').idempotent).toBe(false));
}

function nothingLeft<M>(contract: ProviderContract<M>): void {
	const refused = (code: string) => ({ outcome: 'failed', reason: 'provider_unavailable', transient: true, attempts: [{ outcome: 'refused', refusal: 'transient', code }] });

	it('a closed port has refused', async () => {
		const provider = contract.make(`http://127.0.0.1:${await closedPort()}`);
		expect(await sendOnce(provider, contract.message)).toMatchObject(refused('connect'));
	});

	it('a time-out before the request was written has refused', async () => {
		// Over TLS nothing leaves before the handshake, which this server never answers.
		expect(await atSocket(contract, 'https', () => undefined, undefined, 150)).toMatchObject(refused('connect_timeout'));
	});

	it('a connection cut before the request was written has refused', async () => {
		expect(await atSocket(contract, 'https', () => undefined, (socket) => socket.destroy())).toMatchObject(refused('connect'));
	});
}

function nobodyKnows<M>(contract: ProviderContract<M>): void {
	it('a silent server is unknown, and asked once', async () => {
		const { result, seen } = await against(contract, undefined, 150);
		expect(result).toMatchObject({ outcome: 'unknown', code: 'timeout' });
		expect(seen).toHaveLength(1);
	});

	it.each([
		['cut when the request had arrived', (socket: Socket) => socket.resetAndDestroy()],
		['closed without an answer', (socket: Socket) => socket.end()],
		['cut in the middle of the answer', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"id":"1"')],
	])('a connection %s is unknown', async (_name, act) => {
		let asked = 0;
		const result = await atSocket(contract, 'http', (socket) => {
			asked += 1;
			act(socket);
		});
		expect(result).toMatchObject({ outcome: 'unknown', code: 'connection_lost' });
		expect(asked).toBe(1);
	});

	it('an answer that is too long is unknown, whatever it says', async () => {
		const { status, body } = contract.accepted;
		const text = typeof body === 'string' ? body : JSON.stringify(body);
		const { result } = await against(contract, { status, body: `${text}${' '.repeat(2 * 1024 * 1024)}` });
		expect(result).toMatchObject({ outcome: 'unknown', code: 'response_too_large' });
	});
}

function statuses<M>(contract: ProviderContract<M>): void {
	const { make, message, accepted } = contract;

	it('429 is a passing refusal, with its Retry-After', async () => {
		const { result, seen } = await against(contract, { status: 429, headers: { 'Retry-After': '30' } });
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_unavailable', transient: true, retryAfterMs: 30_000 });
		expect(seen).toHaveLength(1);
	});

	it('401 is about the account', async () => {
		expect((await against(contract, { status: 401 })).result).toMatchObject({ outcome: 'failed', reason: 'provider_auth', transient: true });
	});

	it('a redirect is not followed', async () => {
		const { result, seen } = await against(contract, { status: 302, headers: { Location: '/elsewhere' } });
		expect(result).toMatchObject({ outcome: 'failed', reason: 'provider_rejected', transient: false });
		expect(seen).toHaveLength(1);
	});

	it.each([500, 502, 503, 504, 599])('HTTP %i without words of the provider is unknown', async (status) => {
		const { result, seen } = await against(contract, { status, body: 'Bad gateway' });
		expect(result).toMatchObject({ outcome: 'unknown', code: `http_${status}` });
		expect(seen).toHaveLength(1);
		for (const body of WORDLESS) expect([body, readAnswer(make('http://127.0.0.1:9'), message, status, body)]).toMatchObject([body, { outcome: 'unknown' }]);
	});

	if (!contract.statusAlone) it.each(WORDLESS)('a 2xx that says %j is unknown', (body) => {
		for (const status of [200, 201, 202, accepted.status]) expect(readAnswer(make('http://127.0.0.1:9'), message, status, body)).toMatchObject({ outcome: 'unknown' });
	});

	it('an acceptance with a status of failure is not believed', () => {
		for (const status of [400, 500, 503]) expect(readAnswer(make('http://127.0.0.1:9'), message, status, accepted.body).outcome).not.toBe('sent');
	});
}

function secrecy<M>(contract: ProviderContract<M>): void {
	const { make, secrets, error = (words) => words, statusAlone = false } = contract;
	const echo = ({ headers, url, body }: SeenRequest) => [...SIGNING.map((name) => headers[name]), body, url].filter(Boolean).join(' ');
	const all = [...secrets, ...(make('http://127.0.0.1:9').secrets ?? [])];
	const spellings = all.flatMap((secret) => [secret, encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1), Buffer.from(secret).toString('base64')]);
	const showing = (text: string) => spellings.filter((secret) => text.includes(secret));

	it.each([...(statusAlone ? [] : [200]), 400, 401, 429, 500])('a server that answers %i with the request itself brings no secret into the outcome', async (status) => {
		const { result } = await against(contract, (request) => ({ status, body: error(echo(request)) }));
		expect(showing(JSON.stringify(result))).toEqual([]);
		// It was there: the provider takes over what the server says, and something of it was masked.
		expect(JSON.stringify(result)).toContain('***');
	});

	it('shows no secret when it is printed, nor in what its pace is shared by', () => {
		const provider = make('http://127.0.0.1:9');
		expect(provider.secrets).toEqual(expect.arrayContaining([...secrets]));
		expect(showing([JSON.stringify(provider), inspect(provider, { depth: 9, showHidden: true }), provider.identity].join('\n'))).toEqual([]);
	});
}
