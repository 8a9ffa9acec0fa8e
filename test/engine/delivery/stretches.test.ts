import { Stretches } from '../../../engine/delivery/stretches';

/** Keeps the process busy. */
function busy(ms: number): void {
	for (const until = performance.now() + ms; performance.now() < until; );
}

describe('work in stretches', () => {
	it('gives what the pieces give, in their order, and the error of one to that one alone', async () => {
		const stretches = new Stretches();
		const done: number[] = [];
		const ends = await Promise.allSettled(
			[1, 2, 3].map(async (piece) =>
				await stretches.do(() => {
					done.push(piece);
					if (piece === 2) throw new Error('two');
					return piece * 10;
				}),
			),
		);
		expect(done).toEqual([1, 2, 3]);
		expect(ends).toEqual([{ status: 'fulfilled', value: 10 }, { status: 'rejected', reason: new Error('two') }, { status: 'fulfilled', value: 30 }]);
		expect(await stretches.do(() => 'later')).toBe('later');
	});

	it('lets other things happen in between', async () => {
		const stretches = new Stretches();
		const done: number[] = [];
		const seen: number[] = [];
		const look = () => {
			seen.push(done.length);
			if (done.length < 20) setImmediate(look);
		};
		setImmediate(look);
		await Promise.all(Array.from({ length: 20 }, async (_, piece) => await stretches.do(() => (busy(6), done.push(piece)))));
		// After every second piece at the latest.
		expect(Math.max(...seen.map((count, index) => count - (seen[index - 1] ?? 0)))).toBeLessThanOrEqual(2);
		expect(seen.length).toBeGreaterThanOrEqual(10);
	});
});
