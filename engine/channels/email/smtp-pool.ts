import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';

export interface SmtpSettings {
	host: string;
	port: number;
	/** TLS from the first byte, STARTTLS (a server without it is refused), or neither. */
	security: 'tls' | 'starttls' | 'none';
	user?: string;
	password?: string;
	/** Certificate authority accepted instead of the well-known ones (PEM). */
	ca?: string;
	/** Connections at once. */
	connections: number;
	timeoutMs: number;
}

/** How far a message has got. */
export interface Progress {
	/** All of it was handed on: the dot that ends it may have left. Before that no server has anything to deliver. */
	ended: boolean;
}

export interface SmtpResult {
	messageId: string;
	response: string;
	/** What became of recipients whom the server did not take while it took others. */
	rejectedErrors: SmtpError[];
}

/** An error of nodemailer. `command` is where in the conversation it happened, `responseCode` the server's answer. */
export interface SmtpError extends Error {
	code?: string;
	command?: string;
	response?: string;
	responseCode?: number;
	recipient?: string;
	rejectedErrors?: SmtpError[];
}

/** Servers close idle connections, most of them after minutes: ours are closed well before. */
const IDLE_MS = 30_000;

/** Messages over one connection; many servers take no more than 100. */
const MESSAGES_PER_CONNECTION = 100;

type Transport = ReturnType<typeof makeTransport>;

interface Pool {
	transport: Transport;
	underWay: number;
	closing?: NodeJS.Timeout;
}

/** The options of nodemailer that these settings mean. Nothing of a message can make it read files or URLs. */
export function transportOptions({ host, port, security, user, password, ca, timeoutMs }: SmtpSettings) {
	return {
		host,
		port,
		secure: security === 'tls',
		requireTLS: security === 'starttls',
		ignoreTLS: security === 'none',
		...(ca && { tls: { ca } }),
		...(user && { auth: { user, pass: password ?? '' } }),
		connectionTimeout: timeoutMs,
		greetingTimeout: timeoutMs,
		socketTimeout: timeoutMs,
		disableFileAccess: true,
		disableUrlAccess: true,
	};
}

function makeTransport(settings: SmtpSettings) {
	const transport = createTransport({
		...transportOptions(settings),
		pool: true,
		maxConnections: settings.connections,
		maxMessages: MESSAGES_PER_CONNECTION,
		idleTimeout: IDLE_MS,
		// Nodemailer repeats only what nobody has begun to read: over a kept connection that the server had closed.
		maxRequeues: 1,
	});
	// Failures belong to the messages; an error event without a listener would end the process.
	transport.on('error', () => undefined);
	transport.use('stream', (mail, done) => {
		const { progress } = mail.data as { progress?: Progress };
		if (progress) mail.message.processFunc((input: Readable) => watched(input, progress));
		done();
	});
	return transport;
}

/** The message as it is handed to the connection. It is read from only after the server has asked for it. */
function watched(input: Readable, progress: Progress): Readable {
	async function* chunks() {
		for await (const chunk of input) yield chunk as Buffer;
		progress.ended = true;
	}
	return Readable.from(chunks(), { objectMode: false });
}

/** The SMTP connections of a process: one pool for all nodes that use the same server, account and settings. */
export class SmtpPools {
	private readonly pools = new Map<string, Pool>();

	constructor(private readonly idleMs = IDLE_MS) {}

	/** Pools that are open. */
	get size(): number {
		return this.pools.size;
	}

	/** Sends one message. Rejects with an SmtpError; `progress` then tells whether it may have been taken all the same. */
	async send(settings: SmtpSettings, mail: SendMailOptions, progress: Progress): Promise<SmtpResult> {
		const key = createHash('sha256').update(JSON.stringify(settings)).digest('base64url');
		const pool = this.open(key, settings);
		const signal = AbortSignal.timeout(settings.timeoutMs);
		try {
			const { messageId, response, rejectedErrors } = await pool.transport.sendMail({ ...mail, signal, progress } as SendMailOptions);
			return { messageId, response: String(response ?? ''), rejectedErrors: (rejectedErrors ?? []) as SmtpError[] };
		} finally {
			this.leave(key, pool);
		}
	}

	/** Closes every connection at once. */
	close(): void {
		for (const { transport, closing } of this.pools.values()) {
			clearTimeout(closing);
			transport.close({ force: true });
		}
		this.pools.clear();
	}

	private open(key: string, settings: SmtpSettings): Pool {
		let pool = this.pools.get(key);
		if (!pool) this.pools.set(key, (pool = { transport: makeTransport(settings), underWay: 0 }));
		clearTimeout(pool.closing);
		pool.underWay += 1;
		return pool;
	}

	private leave(key: string, pool: Pool): void {
		pool.underWay -= 1;
		if (pool.underWay > 0) return;
		pool.closing = setTimeout(() => {
			this.pools.delete(key);
			pool.transport.close();
		}, this.idleMs).unref();
	}
}

/** The connections of this process. */
export const processSmtpPools = new SmtpPools();
