import Bottleneck from 'bottleneck';
import type { Cluster, Redis } from 'ioredis';

import { samePace, settingsOf, type Pace } from './pace';
import { Turns } from './turns';

/** A task that waits for its turn. It begins once, whichever limiter calls it first. */
interface Turn {
	begin(): Promise<void>;
	begun: boolean;
	/** It waits at this process's own limiter, too. */
	fellBack: boolean;
}

/** Bottleneck forgets a process that has been silent for so long, ms. */
const CLIENT_TIMEOUT_MS = 10_000;

/** The pace of one provider, kept in Redis; while that is away, a share of it kept in this process. */
export class SharedLimiter {
	private readonly waiting = new Set<Turn>();

	private readonly own: Turns;

	private ofAll?: Bottleneck;

	/** The pace that Redis has been told by this process. */
	private told?: Pace;

	private processes = 1;

	private works = true;

	constructor(
		private readonly key: string,
		private pace: Pace,
		private readonly connection: Bottleneck.IORedisConnection,
	) {
		this.own = new Turns(this.share());
	}

	/** Runs a task in its turn. The turn of a process that died is given back after `longestMs`. */
	run<T>(longestMs: number, task: () => Promise<T>): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			const turn: Turn = {
				begun: false,
				fellBack: false,
				begin: async () => {
					if (turn.begun) return;
					turn.begun = true;
					this.waiting.delete(turn);
					await task().then(resolve, reject);
				},
			};
			this.waiting.add(turn);
			if (this.works) this.waitAmongAll(turn, longestMs);
			else this.fallBack(turn);
		});
	}

	/** Later settings replace earlier ones, for all processes. */
	setPace(pace: Pace): void {
		if (samePace(pace, this.pace)) return;
		this.pace = pace;
		this.own.setPace(this.share());
		void this.tellPace();
	}

	/** Redis answers, or has ceased to. */
	setWorks(works: boolean): void {
		this.works = works;
		if (!works) for (const turn of this.waiting) this.fallBack(turn);
	}

	/** Learns how many processes keep this pace. Rejects when Redis does not answer. */
	async countProcesses(client: Redis | Cluster): Promise<void> {
		const seen = await client.zcount(`b_${this.key}_client_last_seen`, Date.now() - CLIENT_TIMEOUT_MS, '+inf');
		if (this.told && !samePace(this.told, this.pace)) await this.tellPace();
		if (Math.max(1, seen) === this.processes) return;
		this.processes = Math.max(1, seen);
		this.own.setPace(this.share());
	}

	private waitAmongAll(turn: Turn, longestMs: number): void {
		// Registered tasks that wait for their gap are under way for Bottleneck as well.
		const { minTime } = settingsOf(this.pace);
		const expiration = Math.ceil(longestMs + minTime * ((this.pace.concurrency ?? 100) + 1));
		// Whatever fails here is Redis, not the task: the task has its own promise.
		this.limiterOfAll().schedule({ expiration }, turn.begin).catch(() => this.fallBack(turn));
	}

	private fallBack(turn: Turn): void {
		if (turn.begun || turn.fellBack) return;
		turn.fellBack = true;
		void this.own.run(turn.begin);
	}

	private limiterOfAll(): Bottleneck {
		if (this.ofAll) return this.ofAll;
		const limiter = new Bottleneck({ id: this.key, connection: this.connection, clientTimeout: CLIENT_TIMEOUT_MS, ...settingsOf(this.pace) });
		limiter.on('error', () => {});
		this.ofAll = limiter;
		// What Redis still has may be of an earlier pace. A limiter that did not come to be is made anew by the next task.
		limiter.ready().then(
			async () => await this.tellPace(),
			() => (this.ofAll = undefined),
		);
		return limiter;
	}

	private async tellPace(): Promise<void> {
		const { pace, ofAll } = this;
		if (!ofAll) return;
		this.told ??= {};
		try {
			await ofAll.updateSettings(settingsOf(pace));
			this.told = pace;
		} catch {
			// The next beat tells it again.
		}
	}

	private share(): Pace {
		const { concurrency, requestsPerSecond } = this.pace;
		const parts = this.processes;
		return {
			concurrency: concurrency === undefined ? undefined : Math.max(1, Math.floor(concurrency / parts)),
			requestsPerSecond: requestsPerSecond === undefined ? undefined : requestsPerSecond / parts,
		};
	}
}
