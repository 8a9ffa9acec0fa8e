import { generateKeyPairSync } from 'node:crypto';
import { createSecureServer, createServer, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';

import { TEST_TLS } from './test-tls';

/** Made anew for every run. */
export const APNS_KEY = makeKey();

function makeKey() {
	const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
	const { x = '', y = '' } = pair.publicKey.export({ format: 'jwk' });
	const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]).toString('base64url');
	return { pem: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString().trim(), point };
}

export interface ApnsRequest {
	headers: IncomingHttpHeaders;
	body: string;
}

type Handler = (request: ApnsRequest, stream: ServerHttp2Stream, session: ServerHttp2Session) => void;

/** An HTTP/2 server on loopback in the place of APNs. `onHeaders`: before a body is read. `tls` false: HTTP/2 in the clear. */
export async function startApns(handler: Handler, { onHeaders, tls = true }: { onHeaders?: (stream: ServerHttp2Stream, session: ServerHttp2Session) => boolean; tls?: boolean } = {}) {
	const seen: ApnsRequest[] = [];
	const sessions: ServerHttp2Session[] = [];
	const server = tls ? createSecureServer(TEST_TLS) : createServer();
	server.on('session', (session: ServerHttp2Session) => {
		sessions.push(session);
		session.on('error', () => undefined);
	});
	server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
		const session = stream.session as ServerHttp2Session;
		stream.on('error', () => undefined);
		if (onHeaders?.(stream, session)) return;
		let body = '';
		stream.setEncoding('utf8');
		stream.on('data', (chunk: string) => (body += chunk));
		stream.on('end', () => {
			const request = { headers, body };
			seen.push(request);
			handler(request, stream, session);
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
		seen,
		/** Connections accepted so far. */
		sessions,
		close: async () => {
			for (const session of sessions) session.destroy();
			await new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

export type ApnsServer = Awaited<ReturnType<typeof startApns>>;

export function answer(stream: ServerHttp2Stream, status: number, body?: object, headers: Record<string, string> = {}): void {
	stream.respond({ ':status': status, ...headers });
	stream.end(body === undefined ? undefined : JSON.stringify(body));
}

/** What APNs says of a good message. */
export const accept: Handler = ({ headers }, stream) => answer(stream, 200, undefined, { 'apns-id': String(headers['apns-id']) });
