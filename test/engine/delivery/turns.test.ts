import { Turns } from '../../../engine/delivery/turns';

describe('Turns', () => {
	it('begin in their order', async () => {
		const turns = new Turns({ concurrency: 1 });
		const begun: number[] = [];
		await Promise.all([1, 2, 3].map(async (number) => await turns.run(async () => void begun.push(number))));
		expect(begun).toEqual([1, 2, 3]);
	});

	it('lets thousands a second begin: a task that takes no time costs next to none', async () => {
		const turns = new Turns({ concurrency: 2 });
		let timers = 0;
		const { setTimeout: original } = globalThis;
		const watch = jest.spyOn(globalThis, 'setTimeout').mockImplementation(((...args: Parameters<typeof original>) => {
			timers++;
			return original(...args);
		}) as typeof original);
		await Promise.all(Array.from({ length: 1_000 }, async () => await turns.run(async () => undefined)));
		watch.mockRestore();
		expect(timers).toBe(0);
	});

	it('keeps the gap from when it is stated on, also while tasks wait', async () => {
		const turns = new Turns({ requestsPerSecond: 1 });
		const starts: number[] = [];
		const begin = performance.now();
		const all = Promise.all(Array.from({ length: 4 }, async () => await turns.run(async () => void starts.push(performance.now() - begin))));
		turns.setPace({ requestsPerSecond: 20 });
		await all;
		starts.forEach((start, turn) => expect(start).toBeGreaterThanOrEqual(turn * 50 - 6));
		// By the pace before, the last would start after three seconds.
		expect(starts.at(-1)).toBeLessThan(2_900);
	});

	it('makes up for no more than a timer is late', async () => {
		const turns = new Turns({ requestsPerSecond: 100 });
		await turns.run(async () => undefined);
		await new Promise((resolve) => setTimeout(resolve, 60));
		const starts: number[] = [];
		const begin = performance.now();
		await Promise.all(Array.from({ length: 5 }, async () => await turns.run(async () => void starts.push(performance.now() - begin))));
		expect(starts.at(-1)).toBeGreaterThanOrEqual(4 * 10 - 6);
	});
});
