/** Not at once: a process that opens the store for a moment has other things to do. */
const FIRST_MS = 60_000;

const EVERY_MS = 3_600_000;

/** Has a store forget, by and by, what it may keep for a time only, while it is open. */
export function keepHouse(forget: () => Promise<void>, { firstMs = FIRST_MS, everyMs = EVERY_MS } = {}): { close(): Promise<void> } {
	let running = Promise.resolve();
	let timer: NodeJS.Timeout | undefined;
	let closed = false;
	const next = (wait: number) => {
		if (closed) return;
		timer = setTimeout(() => {
			// A store that is away is asked again the next time.
			running = forget().catch(() => {}).then(() => next(everyMs));
		}, wait).unref();
	};
	next(firstMs);
	return {
		close: async () => {
			closed = true;
			clearTimeout(timer);
			await running;
		},
	};
}
