import { createHash } from 'node:crypto';
import Bottleneck from 'bottleneck';
import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';

import type { Pace, PaceOfAll } from './pace';
import { SharedLimiter } from './shared-limiter';

export interface SharedPaceOptions {
	/** Where Redis is: one server, or a cluster of them. */
	redis: RedisOptions | { nodes: Array<{ host: string; port: number }>; options: ClusterOptions };
	/** Keeps the keys of one installation apart in a Redis that others use, too. */
	prefix: string;
	/** Told once per outage when Redis does not answer, and with undefined when it answers again. */
	onTrouble(error: Error | undefined): void;
}

/** How long Redis may take for an answer before this process goes on without it, ms. */
const ANSWER_MS = 2_000;

const BEAT_MS = 1_000;

/** Beats without an answer, before the first one, that count as connecting and not as an outage. */
const BEATS_TO_CONNECT = 4;

/**
 * The pace of providers over all processes, kept in Redis. While Redis does not answer, nobody waits for it: each process
 * then keeps an equal share of the pace, by the number of processes it last saw.
 *
 * Nothing is connected before the first task that needs it.
 */
export class SharedPace implements PaceOfAll {
	private readonly limiters = new Map<string, SharedLimiter>();

	private link?: { client: Redis | Cluster; connection: Bottleneck.IORedisConnection; beat: NodeJS.Timeout };

	private works = true;

	private beating = false;

	private beatsToConnect = BEATS_TO_CONNECT;

	constructor(private readonly options: SharedPaceOptions) {}

	async run<T>(identity: string, pace: Pace, longestMs: number, task: () => Promise<T>): Promise<T> {
		return await this.limiterOf(identity, pace).run(longestMs, task);
	}

	/** Gives up the connection. Tasks that still wait keep to this process's share of the pace. */
	close(): void {
		this.setWorks(false);
		if (!this.link) return;
		clearInterval(this.link.beat);
		void this.link.connection.disconnect(false);
		this.link = undefined;
	}

	private limiterOf(identity: string, pace: Pace): SharedLimiter {
		let limiter = this.limiters.get(identity);
		if (!limiter) {
			limiter = new SharedLimiter(this.keyOf(identity), pace, this.connect());
			limiter.setWorks(this.works);
			this.limiters.set(identity, limiter);
		}
		limiter.setPace(pace);
		return limiter;
	}

	/** An identity names an account, and may name more: Redis sees its hash. The braces keep the keys on one node of a cluster. */
	private keyOf(identity: string): string {
		return `{${this.options.prefix}:campaigns:pace:${createHash('sha256').update(identity).digest('base64url')}}`;
	}

	private connect(): Bottleneck.IORedisConnection {
		if (this.link) return this.link.connection;
		const client = createClient(this.options.redis);
		const connection = new Bottleneck.IORedisConnection({ client });
		// Errors of a connection come as rejections of what needed it; `beat` notices them all.
		connection.on('error', () => {});
		const beat = setInterval(() => void this.beat(), BEAT_MS).unref();
		this.link = { client, connection, beat };
		return connection;
	}

	/** Asks Redis who else is there. That is also how an outage and its end are noticed. */
	private async beat(): Promise<void> {
		if (this.beating || !this.link) return;
		this.beating = true;
		const { client } = this.link;
		try {
			await Promise.all([...this.limiters.values()].map(async (limiter) => await limiter.countProcesses(client)));
			this.beatsToConnect = 0;
			this.setWorks(true);
		} catch (error) {
			if (this.beatsToConnect-- <= 0) this.setWorks(false, error as Error);
		} finally {
			this.beating = false;
		}
	}

	private setWorks(works: boolean, error?: Error): void {
		if (works !== this.works && (works || error)) this.options.onTrouble(error);
		this.works = works;
		for (const limiter of this.limiters.values()) limiter.setWorks(works);
	}
}

/** Nothing is kept back while the connection is lost: whoever asks hears of it at once. */
function createClient(redis: SharedPaceOptions['redis']): Redis | Cluster {
	const common = { enableOfflineQueue: false };
	if (!('nodes' in redis)) return new Redis({ ...redis, ...common, commandTimeout: ANSWER_MS, maxRetriesPerRequest: null });
	const { nodes, options } = redis;
	return new Cluster(nodes, { ...options, ...common, redisOptions: { ...options.redisOptions, commandTimeout: ANSWER_MS } });
}
