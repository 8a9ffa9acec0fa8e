import type { Store } from '../../store/store';
import { enterByDates } from './by-dates';
import { scanLive } from './scanner';

/** Other processes' events are looked for so often. */
const POLL_MS = 500;

/** Least time between two looks, so that many small ingestions are taken together. */
const REST_MS = 25;

/** People whose date comes are looked for so often: see by-dates. */
const DATES_MS = 60_000;

const MAX_BACKOFF_MS = 30_000;

/** What a campaign wants of the scanner. */
export interface LiveListener {
	/** Somebody has come in, into whichever campaign. */
	onEntered(): void;
	/** Told once per outage when the store fails. */
	onTrouble(error: Error): void;
}

const scanners = new WeakMap<Store, LiveScanner>();

/**
 * Reads events for the live campaigns of a store while somebody in this process wants it: at once when this process has
 * stored events, every half second for those of others.
 */
export class LiveScanner {
	private readonly listeners = new Set<LiveListener>();

	private wake: () => void = () => {};

	private pending = false;

	private running = false;

	private datesAt = -Infinity;

	private constructor(private readonly store: Store) {}

	/** The scanner of a store: one per process. */
	static of(store: Store): LiveScanner {
		const known = scanners.get(store);
		if (known) return known;
		const scanner = new LiveScanner(store);
		scanners.set(store, scanner);
		return scanner;
	}

	/** @returns what ends it */
	join(listener: LiveListener): () => void {
		this.listeners.add(listener);
		if (!this.running) void this.run();
		this.signal();
		return () => {
			this.listeners.delete(listener);
			this.signal();
		};
	}

	private signal(): void {
		this.pending = true;
		this.wake();
	}

	private async run(): Promise<void> {
		this.running = true;
		const unsubscribe = this.store.onIngested(() => this.signal());
		let failures = 0;
		while (this.listeners.size > 0) {
			this.pending = false;
			try {
				const entered = (await scanLive(this.store)) + (await this.dates());
				if (entered > 0) for (const listener of this.listeners) listener.onEntered();
				failures = 0;
				await this.rest(REST_MS, false);
				if (!this.pending) await this.rest(POLL_MS, true);
			} catch (error) {
				failures += 1;
				if (failures === 1) for (const listener of this.listeners) listener.onTrouble(error as Error);
				await this.rest(Math.min(MAX_BACKOFF_MS, POLL_MS * 2 ** failures), false);
			}
		}
		unsubscribe();
		this.running = false;
		// Somebody may have joined while the last look ended.
		if (this.listeners.size > 0) void this.run();
	}

	private async dates(): Promise<number> {
		const now = this.store.clock.now();
		if (Math.abs(now - this.datesAt) < DATES_MS) return 0;
		const entered = await enterByDates(this.store);
		this.datesAt = now;
		return entered;
	}

	private async rest(ms: number, wakeable: boolean): Promise<void> {
		await new Promise<void>((resolve) => {
			const timer = setTimeout(resolve, ms).unref();
			if (!wakeable) return;
			this.wake = () => {
				clearTimeout(timer);
				this.wake = () => {};
				resolve();
			};
		});
	}
}
