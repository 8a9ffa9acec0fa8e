import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/**
 * Tells whether a byte of one request may have left. That is the line between a definite refusal, which may be
 * repeated, and an unknown outcome, which may not.
 *
 * Node queues the request on the socket before the connection stands. On a new socket nothing can leave before
 * `connect` (TLS: before the handshake is done and the certificate accepted), and everything queued leaves right then.
 * On a reused keep-alive socket the count of bytes handed to it tells; a socket that dies between its assignment and
 * the first write has written nothing.
 */
export class WriteWatch {
	private socket?: Socket;

	private bytesBefore = 0;

	private ready = false;

	constructor(request: ClientRequest) {
		request.once('socket', (socket) => this.watch(socket));
	}

	/** True once a connection was there to write to (for TLS: a trusted one). */
	get established(): boolean {
		return this.ready;
	}

	/** True when at least one byte may have reached the other side. */
	get written(): boolean {
		return this.ready && this.socket !== undefined && this.socket.bytesWritten > this.bytesBefore;
	}

	private watch(socket: Socket): void {
		this.socket = socket;
		const secure = 'encrypted' in socket;
		const pending = secure ? (socket as TLSSocket & { secureConnecting?: boolean }).secureConnecting !== false : socket.connecting;
		if (!pending) {
			this.bytesBefore = socket.bytesWritten;
			this.ready = true;
			return;
		}
		socket.once(secure ? 'secureConnect' : 'connect', () => {
			this.ready = true;
		});
	}
}
