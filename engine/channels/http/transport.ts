import * as http from 'node:http';
import * as https from 'node:https';
import type { AxiosRequestHeaders, AxiosResponse } from 'axios';
import { CampaignError } from '../../errors';
import type { HttpRequest, HttpResponse } from '../provider';
import { assertPublicLiteral, publicLookup } from './addresses';
import { BadEncoding, TooLong } from './content-encoding';
import { NoAnswer, nodeAdapter } from './node-adapter';
import { parsedUrl } from './parsed-url';
import type { WriteWatch } from './write-watch';

/**
 * What became of one HTTP request.
 * - `response`: a complete answer, whatever its status.
 * - `refused`: not one byte of the request left (DNS, connect, TLS, an invalid request): repeating it is safe.
 *   `transient` when a later attempt may succeed.
 * - `unknown`: bytes may have left and no complete answer came.
 */
export type Exchange =
	| { kind: 'response'; response: HttpResponse }
	| { kind: 'refused'; transient: boolean; code: string; detail: string }
	| { kind: 'unknown'; code: string; detail: string };

export interface TransportOptions {
	/** Idle keep-alive connections are closed after this many milliseconds: earlier than servers do, so that a request rarely meets a closing one. */
	idleMs?: number;
	/** Longest answer, decompressed, in bytes. */
	maxResponseBytes?: number;
	/** Connections per host. */
	maxSockets?: number;
	/** Certificate authority accepted instead of the well-known ones (PEM). */
	ca?: string;
}

export interface SendOptions {
	/** Milliseconds for the whole exchange, from the call to the last byte of the answer. */
	timeoutMs: number;
	/** False: private addresses are refused before connecting. */
	allowPrivate: boolean;
}

const DEFAULTS = { idleMs: 4_000, maxResponseBytes: 1024 * 1024, maxSockets: 100 };

interface Agents {
	'http:': http.Agent;
	'https:': https.Agent;
}

/**
 * Sends requests over kept-alive connections and tells exactly whether a failed one may have left this machine.
 * Redirects are not followed, proxies of the environment are not used, bodies go out and come in as they are.
 */
export class HttpTransport {
	/** Two pools: a connection made without the address check must never serve a request that wants it. */
	private readonly open: Agents;

	private readonly guarded: Agents;

	private readonly maxResponseBytes: number;

	constructor(options: TransportOptions = {}) {
		const settings = { ...DEFAULTS, ...options };
		const pool = { keepAlive: true, timeout: settings.idleMs, maxSockets: settings.maxSockets };
		const agents = (extra: object): Agents => ({
			'http:': new http.Agent({ ...pool, ...extra }),
			'https:': new https.Agent({ ...pool, ...extra, ca: settings.ca }),
		});
		this.open = agents({});
		this.guarded = agents({ lookup: publicLookup });
		this.maxResponseBytes = settings.maxResponseBytes;
	}

	/** Never throws: everything that can go wrong is one of the three kinds. Details carry no header, URL or body. */
	async send(request: HttpRequest, { timeoutMs, allowPrivate }: SendOptions): Promise<Exchange> {
		const agents = allowPrivate ? this.open : this.guarded;
		try {
			checkUrl(request.url, allowPrivate);
			// The adapter itself, without axios' merging of settings around it: that takes as long as a request.
			const answer = await nodeAdapter({
				method: request.method,
				url: request.url,
				headers: request.headers as AxiosRequestHeaders,
				data: request.bytes ?? request.body,
				timeout: timeoutMs,
				maxContentLength: this.maxResponseBytes,
				httpAgent: agents['http:'],
				httpsAgent: agents['https:'],
			});
			return { kind: 'response', response: plainResponse(answer) };
		} catch (error) {
			if (!(error instanceof NoAnswer)) return refused(error as Error);
			const { watch, cause } = error;
			if (watch.written) return cause ? unknown(cause, this.maxResponseBytes) : { kind: 'unknown', code: 'timeout', detail: `No complete answer within ${timeoutMs} ms` };
			return cause ? refused(cause, watch) : timedOutBeforeWriting(watch, timeoutMs);
		}
	}

	/** Closes idle connections. Requests under way end first. */
	close(): void {
		for (const agents of [this.open, this.guarded]) {
			agents['http:'].destroy();
			agents['https:'].destroy();
		}
	}
}

/** Throws an error for what must never be connected to. */
function checkUrl(raw: string, allowPrivate: boolean): void {
	const url = parsedUrl(raw);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') {
		throw new CampaignError('invalid_url', `The URL of the request begins with ${url.protocol}, only http: and https: can be called`);
	}
	if (!allowPrivate) assertPublicLiteral(url);
}

function plainResponse({ status, headers, data }: AxiosResponse<string>): HttpResponse {
	const plain: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) plain[name] = String(value);
	return { status, headers: plain, body: data };
}

/** Of Node and OpenSSL; '' for an error without one. */
function codeOf(error: Error): string {
	const { code } = error as { code?: unknown };
	return typeof code === 'string' ? code : '';
}

/** `Error.message` of Node's network errors names host, port and call, nothing of the request. */
function messageOf(error: unknown): string {
	const { message, errors } = error as { message?: string; errors?: unknown[] };
	// Happy-eyeballs failures are aggregates with an empty message.
	if (!message && errors?.length) return errors.map(messageOf).join('; ');
	return message || 'no further detail';
}

const DNS_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME', 'ENODATA', 'ESERVFAIL']);

function refused(error: Error, watch?: WriteWatch): Exchange {
	const failure = rootCause(error);
	if (failure instanceof CampaignError) {
		return { kind: 'refused', transient: false, code: failure.code, detail: [failure.message, failure.hint].filter(Boolean).join('. ') };
	}
	const code = codeOf(error);
	const detail = messageOf(error);
	if (/^ERR_(INVALID|HTTP)_/.test(code) || code === 'ERR_UNESCAPED_CHARACTERS') {
		// Node's message names the header, and for some errors quotes what is wrong with it.
		return { kind: 'refused', transient: false, code: 'invalid_request', detail: `The request could not be built (${code})` };
	}
	if (DNS_CODES.has(code)) return { kind: 'refused', transient: true, code: 'dns', detail };
	if (watch?.established) return { kind: 'refused', transient: true, code: 'connection_lost', detail: `The kept-alive connection was closed before the request was written: ${detail}` };
	// EPROTO is OpenSSL's complaint; certificate errors have names of their own; every other E... is the network's.
	const network = /^E[A-Z0-9]+$/.test(code) && code !== 'EPROTO';
	return { kind: 'refused', transient: true, code: network ? 'connect' : 'tls', detail };
}

/** The CampaignError that our lookup raised, below what it is wrapped in, or the error itself. */
function rootCause(error: unknown): unknown {
	let current = error;
	for (let depth = 0; depth < 5; depth++) {
		const { cause, errors } = (current ?? {}) as { cause?: unknown; errors?: unknown[] };
		const below = cause ?? errors?.[0];
		if (current instanceof CampaignError || below === undefined) break;
		current = below;
	}
	return current;
}

function timedOutBeforeWriting(watch: WriteWatch, timeoutMs: number): Exchange {
	const stage = watch.established ? 'send the request' : 'connect';
	return { kind: 'refused', transient: true, code: 'connect_timeout', detail: `Could not ${stage} within ${timeoutMs} ms` };
}

function unknown(error: Error, maxBytes: number): Exchange {
	if (error instanceof TooLong) return { kind: 'unknown', code: 'response_too_large', detail: `The answer is longer than ${maxBytes} bytes` };
	if (error instanceof BadEncoding) return { kind: 'unknown', code: 'invalid_response', detail: 'The answer could not be decompressed' };
	const code = codeOf(error);
	if (code.startsWith('HPE_')) return { kind: 'unknown', code: 'invalid_response', detail: `The answer is not HTTP (${code})` };
	return { kind: 'unknown', code: 'connection_lost', detail: `The connection ended before the answer was complete: ${messageOf(error)}` };
}
