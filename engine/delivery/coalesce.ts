/** Under load, calls gather for so long, ms, where nothing else is said. */
const GATHER_MS = 2;

/**
 * Gathers single calls that come in close together into one call for all of them: the ledger is written before and
 * after every request, and one transaction for each would make the disk the bottleneck.
 */
export class Coalescer<Input, Output> {
	private waiting: Array<{ input: Input; resolve(output: Output): void; reject(error: unknown): void }> = [];

	private scheduled = false;

	/** When the last batch was begun, ms of the process's own time. */
	private begun = -Infinity;

	/**
	 * @param work answers a batch, one output per input, in order
	 * @param gatherMs so long calls gather under load; whoever comes first after a pause waits for nothing
	 */
	constructor(
		private readonly work: (inputs: Input[]) => Promise<Output[]>,
		private readonly gatherMs = GATHER_MS,
		private readonly maxBatch = 500,
	) {}

	async call(input: Input): Promise<Output> {
		return await new Promise((resolve, reject) => {
			this.waiting.push({ input, resolve, reject });
			if (this.scheduled) return;
			this.scheduled = true;
			void this.flush();
		});
	}

	/** One batch at a time: while the store works on one, the next gathers. */
	private async flush(): Promise<void> {
		while (this.waiting.length > 0) {
			await this.gather();
			const batch = this.waiting.splice(0, this.maxBatch);
			try {
				const outputs = await this.work(batch.map(({ input }) => input));
				batch.forEach(({ resolve }, index) => resolve(outputs[index] as Output));
			} catch (error) {
				for (const { reject } of batch) reject(error);
			}
		}
		this.scheduled = false;
	}

	/** A store that answers at once would otherwise be called for one message at a time, each with a commit of its own. */
	private async gather(): Promise<void> {
		const now = performance.now();
		if (this.waiting.length >= this.maxBatch || now - this.begun > this.gatherMs) await new Promise((resolve) => setImmediate(resolve));
		// To the same moments for everybody who gathers: what is written together is committed together.
		else await new Promise((resolve) => setTimeout(resolve, this.gatherMs - (now % this.gatherMs)));
		this.begun = performance.now();
	}
}
