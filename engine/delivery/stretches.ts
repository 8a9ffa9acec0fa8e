/** How long a stretch of work lasts before the process may attend to something else, ms. */
const LONGEST_MS = 10;

/**
 * Does pieces of work one after the other, in short stretches. Hundreds of long mails written at once would keep leases from
 * being renewed, and everything else in the process from going on.
 */
export class Stretches {
	private readonly waiting: Array<() => void> = [];

	private working = false;

	/** When the process could last attend to something else, ms of its own time. */
	private rested = -Infinity;

	/** Resolves and rejects with what the piece of work gives. */
	async do<T>(work: () => T): Promise<T> {
		return await new Promise<T>((resolve, reject) => {
			this.waiting.push(() => {
				try {
					resolve(work());
				} catch (error) {
					reject(error as Error);
				}
			});
			if (!this.working) void this.workOff();
		});
	}

	private async workOff(): Promise<void> {
		this.working = true;
		while (this.waiting.length > 0) {
			if (performance.now() - this.rested > LONGEST_MS) {
				await new Promise((resolve) => setImmediate(resolve));
				this.rested = performance.now();
			}
			this.waiting.shift()?.();
		}
		this.working = false;
	}
}

/** Of everything this process writes. */
export const processStretches = new Stretches();
