import * as http2 from 'node:http2';

import type { Exchange } from './transport';

/** Beyond this, a connection is asked for a sign of life before it carries a message: a dead one would leave it unknown. */
const QUIET_MS = 30_000;

const PING_MS = 2_000;

const IDLE_MS = 10 * 60_000;

const MAX_BODY_BYTES = 64 * 1024;

export interface Http2Request {
	path: string;
	headers: Record<string, string>;
	body: string;
}

interface Kept {
	session: http2.ClientHttp2Session;
	/** Of a GOAWAY: streams beyond it were not processed, and will not be. */
	lastStream?: number;
	/** Takes no more requests. */
	retired: boolean;
	usedAt: number;
}

/**
 * One kept HTTP/2 connection, with many requests at once. When the server says GOAWAY, or the connection ends, the next request
 * opens another one. What became of a request is told as exactly as the protocol allows.
 */
export class Http2Connection {
	private static readonly known = new Map<string, Http2Connection>();

	private kept?: Kept;

	private opening?: Promise<Kept | Exchange>;

	private constructor(
		private readonly origin: string,
		private readonly ca?: string,
	) {}

	/** The connection of this process to `origin` for an identity. `ca`: accepted instead of the well-known ones (PEM). */
	static of(origin: string, identity: string, ca?: string): Http2Connection {
		const key = [origin, identity, ca].join('\n');
		let connection = Http2Connection.known.get(key);
		if (!connection) Http2Connection.known.set(key, (connection = new Http2Connection(origin, ca)));
		return connection;
	}

	/** Never throws. `timeoutMs`: for all of it. */
	async post(request: Http2Request, timeoutMs: number): Promise<Exchange> {
		const deadline = performance.now() + timeoutMs;
		const kept = await this.connected(deadline, timeoutMs);
		if ('kind' in kept) return kept;
		const leftMs = deadline - performance.now();
		return leftMs > 0 ? await exchange(kept, request, leftMs, timeoutMs) : tooLate(timeoutMs);
	}

	private async connected(deadline: number, timeoutMs: number): Promise<Kept | Exchange> {
		const { kept } = this;
		if (kept && isUsable(kept) && (performance.now() - kept.usedAt < QUIET_MS || (await answersPing(kept.session)))) {
			if (isUsable(kept)) return kept;
		} else if (kept && this.kept === kept) {
			kept.session.destroy();
			this.kept = undefined;
		}
		if (this.kept && this.kept !== kept && isUsable(this.kept)) return this.kept;
		// The sign of life may have been waited for until now.
		const leftMs = deadline - performance.now();
		if (leftMs <= 0) return tooLate(timeoutMs);
		this.opening ??= open(this.origin, this.ca, leftMs, timeoutMs).then((opened) => {
			if (!('kind' in opened)) this.kept = opened;
			this.opening = undefined;
			return opened;
		});
		return await this.opening;
	}
}

function isUsable({ session, retired }: Kept): boolean {
	return !retired && !session.closed && !session.destroyed;
}

async function answersPing(session: http2.ClientHttp2Session): Promise<boolean> {
	return await new Promise((resolve) => {
		const timer = setTimeout(() => resolve(false), PING_MS);
		const answer = (alive: boolean) => {
			clearTimeout(timer);
			resolve(alive);
		};
		try {
			if (!session.ping((error) => answer(!error))) answer(false);
		} catch {
			answer(false);
		}
	});
}

async function open(origin: string, ca: string | undefined, leftMs: number, timeoutMs: number): Promise<Kept | Exchange> {
	return await new Promise((resolve) => {
		const session = http2.connect(origin, { ca });
		const kept: Kept = { session, retired: false, usedAt: performance.now() };
		const timer = setTimeout(() => {
			resolve(tooLate(timeoutMs));
			session.destroy();
		}, leftMs);
		session.once('connect', () => {
			clearTimeout(timer);
			// n8n lives without it, and a test is not kept from ending.
			session.unref();
			session.setTimeout(IDLE_MS, () => session.close());
			resolve(kept);
		});
		session.on('goaway', (_code: number, lastStream: number) => {
			kept.retired = true;
			kept.lastStream = lastStream;
		});
		session.on('error', (error: Error & { code?: string }) => {
			clearTimeout(timer);
			kept.retired = true;
			const network = /^E[A-Z0-9]+$/.test(error.code ?? '') && error.code !== 'EPROTO';
			resolve(refused(network ? 'connect' : 'tls', error.message));
		});
		session.on('close', () => {
			clearTimeout(timer);
			kept.retired = true;
			resolve(refused('connect', 'The connection was closed before it stood'));
		});
	});
}

async function exchange(kept: Kept, { path, headers, body }: Http2Request, leftMs: number, timeoutMs: number): Promise<Exchange> {
	let stream: http2.ClientHttp2Stream;
	try {
		stream = kept.session.request({ ':method': 'POST', ':path': path, ...headers });
	} catch (error) {
		// A session that ended just now, or headers that are none.
		return refused('connection_lost', (error as Error).message);
	}
	kept.usedAt = performance.now();
	return await new Promise((resolve) => {
		const response: { status?: number; headers: Record<string, string>; body: string } = { headers: {}, body: '' };
		let hasEnded = false;
		let failure: Error | undefined;
		const timer = setTimeout(() => {
			const wasSent = stream.id !== undefined;
			resolve(wasSent ? unknown('timeout', `No complete answer within ${timeoutMs} ms`) : refused('connect_timeout', `Could not send the request within ${timeoutMs} ms`));
			stream.close(http2.constants.NGHTTP2_CANCEL);
		}, leftMs);
		stream.setEncoding('utf8');
		stream.on('response', ({ ':status': status, ...others }) => {
			response.status = status;
			for (const [name, value] of Object.entries(others)) response.headers[name] = String(value);
		});
		stream.on('data', (chunk: string) => {
			if (response.body.length < MAX_BODY_BYTES) response.body += chunk;
		});
		stream.on('end', () => (hasEnded = true));
		stream.on('error', (error: Error) => (failure = error));
		stream.on('close', () => {
			clearTimeout(timer);
			kept.usedAt = performance.now();
			// A reset ends what can be read, too.
			const isWhole = hasEnded && stream.rstCode === http2.constants.NGHTTP2_NO_ERROR;
			resolve(isWhole && response.status !== undefined ? { kind: 'response', response: { ...response, status: response.status } } : lost(kept, stream, failure));
		});
		stream.end(body);
	});
}

/** What a stream that ended without an answer says of its request. */
function lost({ lastStream }: Kept, stream: http2.ClientHttp2Stream, failure: Error | undefined): Exchange {
	const detail = failure?.message ?? 'no further detail';
	if (stream.id === undefined) return refused('connection_lost', `The connection ended before the request was sent: ${detail}`);
	if (stream.rstCode === http2.constants.NGHTTP2_REFUSED_STREAM) return refused('refused_stream', 'The server refused the request before it processed it');
	if (lastStream !== undefined && stream.id > lastStream) return refused('goaway', 'The server closed the connection before it processed the request');
	return unknown('connection_lost', `The connection ended before the answer was complete: ${detail}`);
}

function tooLate(timeoutMs: number): Exchange {
	return refused('connect_timeout', `Could not connect within ${timeoutMs} ms`);
}

function refused(code: string, detail: string): Exchange {
	return { kind: 'refused', transient: true, code, detail };
}

function unknown(code: string, detail: string): Exchange {
	return { kind: 'unknown', code, detail };
}
