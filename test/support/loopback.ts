import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';

export interface SeenRequest {
	method: string;
	/** Path and query. */
	url: string;
	headers: IncomingMessage['headers'];
	body: string;
}

export interface Loopback {
	/** `http://127.0.0.1:<port>` */
	url: string;
	port: number;
	seen: SeenRequest[];
	/** Connections accepted so far. */
	connections(): number;
	close(): Promise<void>;
}

export interface Answer {
	status: number;
	headers?: Record<string, string>;
	/** Objects go out as JSON. */
	body?: unknown;
}

type Handler = (seen: SeenRequest, answer: (answer: Answer) => void, raw: ServerResponse) => void;

async function listen(server: Server | TlsServer, scheme: string, seen: SeenRequest[]): Promise<Loopback> {
	let count = 0;
	server.on(scheme === 'https' ? 'secureConnection' : 'connection', () => count++);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	const close = () => {
		server.closeAllConnections();
		return new Promise<void>((resolve) => server.close(() => resolve()));
	};
	return { url: `${scheme}://127.0.0.1:${port}`, port, seen, connections: () => count, close };
}

function listener(seen: SeenRequest[], handler: Handler) {
	return (request: IncomingMessage, response: ServerResponse) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			const one: SeenRequest = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
			seen.push(one);
			handler(one, ({ status, headers, body }) => {
				response.writeHead(status, headers);
				response.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
			}, response);
		});
	};
}

/** An HTTP server on loopback that records what it is asked. */
export function startLoopback(handler: Handler): Promise<Loopback> {
	const seen: SeenRequest[] = [];
	return listen(createServer(listener(seen, handler)), 'http', seen);
}

export function startTlsLoopback(tls: { key: string; cert: string }, handler: Handler): Promise<Loopback> {
	const seen: SeenRequest[] = [];
	return listen(createTlsServer(tls, listener(seen, handler)), 'https', seen);
}

/** A bare TCP server: `onData` sees every chunk of every connection and may do with the socket what it likes. */
export async function startTcp(onData: (socket: Socket, chunk: Buffer) => void, onConnection?: (socket: Socket) => void) {
	const sockets = new Set<Socket>();
	const server = createTcpServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => undefined);
		socket.on('data', (chunk: Buffer) => onData(socket, chunk));
		onConnection?.(socket);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		port,
		close: () => {
			for (const socket of sockets) socket.destroy();
			return new Promise<void>((resolve) => server.close(() => resolve()));
		},
	};
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
	const server = await startTcp(() => undefined);
	await server.close();
	return server.port;
}
