import type { Store } from '../store/store';
import type { ReleaseEnd } from './settle';

export interface ReleaserOptions {
	store: Store;
	/** Number of the node whose holds are released. */
	node: number;
	/** People per release. */
	limit: number;
	/** Releases at once. */
	inFlight: number;
	/** Hands a lease token to an execution and resolves when that has ended. */
	emit(token: string): Promise<ReleaseEnd>;
	/** Told once per outage when the store fails, and with undefined when it works again. */
	onTrouble(error: Error | undefined): void;
	/** Told when the campaign turns out to be paused, once per pause. */
	onPaused?(reason: string): void;
	/** How often leases are renewed, ms. Default 10,000. */
	renewMs?: number;
	/** Called about every second, before claiming; what else the node has to look after. */
	beat?(): Promise<void>;
}

export interface Releaser {
	/** Claims nothing more. Executions that run are seen to their end. */
	stop(): void;
	/** Looks at once: something may have become due. */
	wake(): void;
}

const POLL_MS = 1_000;
const RENEW_MS = 10_000;
const NOT_STARTED_MS = 5_000;
const MAX_BACKOFF_MS = 30_000;

/** So long a release waits for an execution that takes it over; then it is handed out again. Doubled each time, up to the longest. */
const PATIENCE_MS = 120_000;
const MAX_PATIENCE_MS = 3_600_000;

/** So long news is awaited of an execution in which everybody has gone on: later nodes may have yet to send, and may fail. */
const NEWS_MS = 10 * 60_000;

/**
 * Releases the holds of one node as they come due: claims them, hands each batch to an execution, renews its lease
 * while it runs, and settles it by how it ended. Nothing is decided in memory, so a restart resumes where the store stands.
 */
export function startReleaser(options: ReleaserOptions): Releaser {
	const loop = new ReleaserLoop(options);
	void loop.run();
	return { stop: () => loop.stop(), wake: () => loop.lookAgain() };
}

class ReleaserLoop {
	private stopped = false;

	private beatFailed = false;

	private pausedBy?: string;

	/** Tokens of what was handed out, and since when (the store's clock). */
	private readonly running = new Map<string, number>();

	/** Of these, those in which everybody has gone on, and since when. Others are handed out beside them. */
	private readonly goneOn = new Map<string, number>();

	private patienceMs = PATIENCE_MS;

	private wake: () => void = () => {};

	/** Somebody asked for it while this was not idle. */
	private wanted = false;

	private readonly renewal: NodeJS.Timeout;

	private renewing = false;

	constructor(private readonly options: ReleaserOptions) {
		this.renewal = setInterval(() => void this.renew(), options.renewMs ?? RENEW_MS);
		this.renewal.unref();
	}

	stop(): void {
		this.stopped = true;
		this.wake();
		this.endRenewalWhenIdle();
	}

	lookAgain(): void {
		this.wanted = true;
		this.wake();
	}

	async run(): Promise<void> {
		let failures = 0;
		while (!this.stopped) {
			this.wanted = false;
			try {
				await this.beat();
				const nextDue = await this.releaseDue();
				if (failures > 0) this.options.onTrouble(undefined);
				failures = 0;
				if (!this.wanted) await this.idle(this.waitUntil(nextDue));
			} catch (error) {
				failures += 1;
				if (failures === 1) this.options.onTrouble(error as Error);
				await this.idle(Math.min(MAX_BACKOFF_MS, POLL_MS * 2 ** failures));
			}
		}
	}

	/** What fails here (a rule that broke, say) must not keep people from being released. */
	private async beat(): Promise<void> {
		try {
			await this.options.beat?.();
			this.beatFailed = false;
		} catch (error) {
			if (!this.beatFailed) this.options.onTrouble(error as Error);
			this.beatFailed = true;
		}
	}

	/** Releases until nothing is due or enough is under way; returns when the next hold is due. */
	private async releaseDue(): Promise<number | undefined> {
		const { store, node, limit, inFlight } = this.options;
		while (!this.stopped && this.running.size - this.goneOn.size < inFlight) {
			const claim = await store.call('claimRelease', { node, limit });
			this.tellPause(claim.paused);
			if (!claim.release) return claim.nextDue;
			if (claim.release.size > 0) void this.release(claim.release.token);
		}
		return undefined;
	}

	private tellPause(reason: string | undefined): void {
		if (reason !== undefined && reason !== this.pausedBy) this.options.onPaused?.(reason);
		this.pausedBy = reason;
	}

	private async release(token: string): Promise<void> {
		this.running.set(token, this.options.store.clock.now());
		let end: ReleaseEnd;
		try {
			end = await this.options.emit(token);
		} catch {
			end = 'not_started';
		}
		// n8n is in trouble of its own: not the same block again and again.
		if (end === 'not_started') await new Promise((resolve) => setTimeout(resolve, NOT_STARTED_MS).unref());
		// It was given up: whatever became of it, its people are in other hands.
		if (!this.running.has(token)) return;
		this.patienceMs = PATIENCE_MS;
		await this.end(token, end);
	}

	private async end(token: string, end: ReleaseEnd): Promise<void> {
		await this.settle(token, end);
		this.running.delete(token);
		this.goneOn.delete(token);
		this.wake();
		this.endRenewalWhenIdle();
	}

	/** Until the store takes it; when it never does, the lease runs out and the entries are released again. */
	private async settle(token: string, end: ReleaseEnd): Promise<void> {
		for (let attempt = 1; attempt <= 5; attempt++) {
			try {
				await this.options.store.call('settleRelease', { token, end });
				return;
			} catch (error) {
				if (attempt === 5) this.options.onTrouble(error as Error);
				await new Promise((resolve) => setTimeout(resolve, attempt * 1_000).unref());
			}
		}
	}

	private async renew(): Promise<void> {
		if (this.running.size === 0 || this.renewing) return;
		this.renewing = true;
		// Leases that cannot be renewed while the store is away are renewed, or found lost, when it is back.
		await this.lookAtRunning().catch(() => {});
		this.renewing = false;
	}

	private async lookAtRunning(): Promise<void> {
		const { store } = this.options;
		const now = store.clock.now();
		const { patienceMs } = this;
		const releases = [...this.running].map(([token, since]) => ({ token, forMs: now - since, patienceMs }));
		const ends = await store.call('renewLeases', { releases });
		if (ends.some(({ end }) => end === 'not_started')) this.patienceMs = Math.min(2 * patienceMs, MAX_PATIENCE_MS);
		const known = new Map(ends.map(({ token, end }) => [token, end]));
		for (const { token } of releases) {
			const end = known.get(token);
			if (end === 'success') this.noticeGoneOn(token, now);
			else this.goneOn.delete(token);
			// Of an execution in which everybody has gone on n8n must have been silent for long.
			const isOver = end !== 'success' || now - (this.goneOn.get(token) ?? now) >= NEWS_MS;
			if (end && isOver) await this.end(token, end);
		}
	}

	/** Everybody in an execution has gone on: others are handed out beside it while its end is awaited. */
	private noticeGoneOn(token: string, now: number): void {
		// It may have ended meanwhile.
		if (this.goneOn.has(token) || !this.running.has(token)) return;
		this.goneOn.set(token, now);
		this.wake();
	}

	private endRenewalWhenIdle(): void {
		if (this.stopped && this.running.size === 0) clearInterval(this.renewal);
	}

	private waitUntil(nextDue: number | undefined): number {
		const now = this.options.store.clock.now();
		return Math.max(1, Math.min(POLL_MS, (nextDue ?? Infinity) - now));
	}

	private async idle(ms: number): Promise<void> {
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, ms);
			this.wake = () => {
				clearTimeout(timer);
				resolve();
			};
		});
	}
}
