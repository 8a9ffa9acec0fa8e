import { settingsOf, type Pace } from './pace';

/** A start that comes late by no more than timers do lets the next one come as planned; what was missed beyond is not made up for. */
const SLACK_MS = 5;

/**
 * Lets tasks of this process begin in their order, so many at once and with a gap between two starts. (Bottleneck, which
 * keeps a pace over several processes, waits for several timers with each task, one task after another: it starts some
 * hundreds of them per second, however many may run at once.)
 */
export class Turns {
	private readonly waiting: Array<() => void> = [];

	private running = 0;

	/** The earliest next start, ms of the process's own time. */
	private next = -Infinity;

	private timer?: NodeJS.Timeout;

	private settings: ReturnType<typeof settingsOf>;

	constructor(pace: Pace) {
		this.settings = settingsOf(pace);
	}

	/** Resolves and rejects with what the task does. */
	run<T>(task: () => Promise<T>): Promise<T> {
		return new Promise<T>((resolve, reject) => {
			const begin = async () => {
				try {
					resolve(await task());
				} catch (error) {
					reject(error as Error);
				} finally {
					this.running--;
					this.beginNext();
				}
			};
			this.waiting.push(() => void begin());
			this.beginNext();
		});
	}

	/** Holds from the next start on. */
	setPace(pace: Pace): void {
		this.settings = settingsOf(pace);
		clearTimeout(this.timer);
		this.timer = undefined;
		this.next = Math.min(this.next, performance.now() + this.settings.minTime);
		this.beginNext();
	}

	private beginNext(): void {
		const { maxConcurrent, minTime } = this.settings;
		while (this.waiting.length > 0 && !this.timer && this.running < (maxConcurrent ?? Infinity)) {
			const now = performance.now();
			if (this.next > now) {
				this.timer = setTimeout(() => this.wake(), this.next - now);
				return;
			}
			this.next = (now - this.next > SLACK_MS ? now : this.next) + minTime;
			this.running++;
			this.waiting.shift()?.();
		}
	}

	private wake(): void {
		this.timer = undefined;
		this.beginNext();
	}
}
