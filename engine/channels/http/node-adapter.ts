import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { AxiosError, type AxiosAdapter, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { TooLong, unpack } from './content-encoding';
import { headerLines, isAscii } from './header-lines';
import { parsedUrl } from './parsed-url';
import { WriteWatch } from './write-watch';

/** No complete answer came to a request. */
export class NoAnswer extends AxiosError {
	constructor(
		config: InternalAxiosRequestConfig,
		/** How far the request came. */
		readonly watch: WriteWatch,
		/** What went wrong; undefined: the time was over. */
		override readonly cause: Error | undefined,
	) {
		super(cause?.message ?? 'No answer in time', (cause as NodeJS.ErrnoException | undefined)?.code, config);
	}
}

/**
 * Sends by Node's own client and nothing else, as an adapter of axios. That of axios for Node follows redirects, finds
 * proxies and reports progress besides, and all that takes as long as the request itself. Heeded are `method`, `url`,
 * `headers`, `data` (text or bytes), `timeout` (ms until the last byte of the answer), `maxContentLength` (bytes, unpacked)
 * and the two agents.
 * @returns the answer as text, whatever its status; rejects with NoAnswer, or with Node's error for a request that cannot be built
 */
export const nodeAdapter: AxiosAdapter = async (config) =>
	await new Promise<AxiosResponse<string>>((resolve, reject) => {
		const { timeout, maxContentLength = Infinity } = config;
		const request = start(config);
		const watch = new WriteWatch(request);
		let answer: http.IncomingMessage | undefined;
		const fail = (cause?: Error) => {
			clearTimeout(deadline);
			reject(new NoAnswer(config, watch, cause));
			request.destroy();
		};
		const succeed = ({ statusCode: status = 0, statusMessage: statusText = '', headers }: http.IncomingMessage, body: Buffer) => {
			// A server may answer before it has read everything: until then the connection is busy, but not for ever.
			if (request.writableFinished) clearTimeout(deadline);
			resolve({ status, statusText, headers, data: textOf(body), config, request });
		};
		// A process that could do nothing for a while hears first what has come meanwhile.
		const deadline = setTimeout(() => setImmediate(fail), timeout);
		request.on('socket', neverUncaught);
		request.on('error', fail);
		request.on('close', () => {
			// What came whole is read to its end, also when the connection is gone.
			if (!answer?.complete) fail(new Error('stream has been aborted'));
		});
		request.on('response', (response) => {
			answer = response;
			gather(response, maxContentLength, fail, (body) => {
				const encoding = response.headers['content-encoding'];
				if (encoding === undefined || body.length === 0) succeed(response, body);
				else unpack(body, encoding, maxContentLength).then((unpacked) => succeed(response, unpacked), fail);
			});
		});
	});

function start(config: InternalAxiosRequestConfig): http.ClientRequest {
	const { protocol, hostname, port, pathname, search, username, password } = parsedUrl(config.url ?? '');
	const secure = protocol === 'https:';
	const signedIn = username !== '' || password !== '';
	const headers = headerLines(config, signedIn);
	const request = (secure ? https : http).request({
		protocol, port, headers,
		hostname: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
		path: pathname + search,
		method: config.method,
		...(signedIn && { auth: `${decoded(username)}:${decoded(password)}` }),
		agent: secure ? config.httpsAgent : config.httpAgent,
	});
	const body = config.data as string | Buffer | undefined;
	// Node writes text together with the headers, all in UTF-8: quick, but headers are bytes.
	const bytewise = typeof body === 'string' && !isAscii(headers);
	try {
		request.end(bytewise ? Buffer.from(body) : body);
	} catch (error) {
		// It waits for a connection already, which it would keep, or fail with when nobody listens.
		request.on('error', () => undefined).destroy();
		throw error;
	}
	return request;
}

/** An error in the moment between two requests, when Node has nobody listen to a kept-alive connection, only ends the connection. */
function neverUncaught(socket: Socket): void {
	if (socket.connecting) socket.on('error', () => undefined);
}

/** Percent-encoding that is none stays as it is. */
function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

function gather(response: http.IncomingMessage, longest: number, fail: (cause: Error) => void, done: (body: Buffer) => void): void {
	const chunks: Buffer[] = [];
	let length = 0;
	response.on('data', (chunk: Buffer) => {
		length += chunk.length;
		if (length > longest) fail(new TooLong());
		else chunks.push(chunk);
	});
	response.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
}

/** Without the mark of byte order, which is no part of the text. */
function textOf(body: Buffer): string {
	const text = body.toString();
	return text.startsWith('\ufeff') ? text.slice(1) : text;
}
