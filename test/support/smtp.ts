import type { AddressInfo, Socket } from 'node:net';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { startTcp } from './loopback';

export interface ReceivedMail {
	/** Of the envelope. */
	from: string;
	to: string[];
	user?: string;
	secure: boolean;
	raw: string;
	mail: ParsedMail;
}

export interface SmtpLoopback {
	port: number;
	received: ReceivedMail[];
	/** Connections accepted so far. */
	connections(): number;
	close(): Promise<void>;
}

/** An error by which a hook of the server answers with a line of its own. */
export function answer(code: number, words: string): Error {
	return Object.assign(new Error(words), { responseCode: code });
}

/** A mail server on loopback that keeps what it is sent. Without options it asks for no user and offers no encryption. */
export async function startSmtp(options: SMTPServerOptions = {}): Promise<SmtpLoopback> {
	const received: ReceivedMail[] = [];
	let count = 0;
	const server = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS'],
		disableReverseLookup: true,
		closeTimeout: 100,
		onConnect: (_session, callback) => {
			count += 1;
			callback();
		},
		onData: (stream, session, callback) => {
			const chunks: Buffer[] = [];
			stream.on('data', (chunk: Buffer) => chunks.push(chunk));
			stream.on('end', () => {
				if (stream.sizeExceeded) return callback(answer(552, '5.3.4 Too big'));
				const raw = Buffer.concat(chunks);
				const { mailFrom, rcptTo } = session.envelope;
				void simpleParser(raw).then((mail) => {
					received.push({
						from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address),
						user: session.user as string | undefined, secure: session.secure, raw: raw.toString('latin1'), mail,
					});
					callback(null, `2.0.0 queued as ${received.length}`);
				});
			});
		},
		...options,
	});
	server.on('error', () => undefined);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.server.address() as AddressInfo;
	return { port, received, connections: () => count, close: async () => await new Promise((resolve) => server.close(() => resolve())) };
}

/** When a server that breaks does so. */
export type Breaking = 'at the greeting' | 'at MAIL' | 'at RCPT' | 'at DATA' | 'in the message' | 'after the message';

/** A mail server that at one moment does something else than answer: it cuts the connection unless `act` is given. */
export async function startBreakingSmtp(breaking: Breaking, act: (socket: Socket) => void = (socket) => socket.destroy()) {
	const messages: string[] = [];
	const states = new Map<Socket, string | undefined>();
	const commands: Record<string, Breaking> = { MAIL: 'at MAIL', RCPT: 'at RCPT', DATA: 'at DATA' };
	const onLine = (socket: Socket, line: string) => {
		const verb = line.slice(0, 4).toUpperCase();
		if (commands[verb] === breaking) return act(socket);
		if (verb === 'DATA') states.set(socket, '');
		socket.write(verb === 'DATA' ? '354 go on\r\n' : '250 ok\r\n');
	};
	const onMessage = (socket: Socket, text: string) => {
		states.set(socket, text);
		if (breaking === 'in the message') return act(socket);
		if (!text.endsWith('\r\n.\r\n')) return;
		messages.push(text);
		states.set(socket, undefined);
		act(socket);
	};
	const server = await startTcp(
		(socket, chunk) => {
			const message = states.get(socket);
			if (message !== undefined) return onMessage(socket, message + chunk.toString('latin1'));
			for (const line of chunk.toString('latin1').split('\r\n').filter(Boolean)) onLine(socket, line);
		},
		(socket) => void (breaking === 'at the greeting' ? act(socket) : socket.write('220 hello\r\n')),
	);
	return { ...server, messages };
}
