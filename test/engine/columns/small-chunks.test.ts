import { CHUNK_ROWS } from '../../../engine/columns/event-chunk';
import { chunksToJoin } from '../../../engine/columns/upkeep/small-chunks';

/** Appends `batches` of events one after the other. Returns the chunks at the end and how often rows were written. */
function append(batches: readonly number[]) {
	let sizes: number[] = [];
	let written = 0;
	let most = 0;
	for (const fresh of batches) {
		const { last, withFresh } = chunksToJoin(sizes, fresh);
		const kept = sizes.slice(0, sizes.length - last);
		const old = sizes.slice(sizes.length - last).reduce((a, b) => a + b, 0);
		// Rows are made into columns once; joined with others they are written once more.
		const joined = last === 0 ? [] : [old + (withFresh ? fresh : 0)];
		sizes = [...kept, ...joined, ...(last > 0 && withFresh ? [] : [fresh])];
		written += fresh + (joined[0] ?? 0);
		most = Math.max(most, sizes.filter((size) => size < CHUNK_ROWS / 2).length);
	}
	const total = batches.reduce((a, b) => a + b, 0);
	return { sizes, total, timesWritten: written / total, most };
}

test.each([
	['one event at a time', new Array<number>(20_000).fill(1)],
	['a few', new Array<number>(5_000).fill(37)],
	['a twentieth of a batch', new Array<number>(500).fill(1_638)],
	['half a chunk', new Array<number>(100).fill(8_000)],
	['now many, now few', Array.from({ length: 3_000 }, (_, index) => [3, 900, 40, 5_000, 1][index % 5] as number)],
	['ever more', Array.from({ length: 2_000 }, (_, index) => index + 1)],
	['ever fewer', Array.from({ length: 2_000 }, (_, index) => 2_000 - index)],
])('%s: chunks are few, rows are seldom written again', (_name, batches) => {
	const { sizes, total, timesWritten, most } = append(batches);
	expect(sizes.reduce((a, b) => a + b, 0)).toBe(total);
	expect(Math.max(...sizes)).toBeLessThanOrEqual(CHUNK_ROWS);
	expect(timesWritten).toBeLessThan(6);
	expect(most).toBeLessThan(40);
	expect(sizes.length).toBeLessThan(total / (CHUNK_ROWS / 3) + 40);
});

test('the first chunk of a name stands alone', () => {
	expect(chunksToJoin([], 5)).toEqual({ last: 0, withFresh: true });
});

test('what together would be too much for one chunk is put together without the newest', () => {
	expect(chunksToJoin([6_000, 6_000], 6_000)).toEqual({ last: 2, withFresh: false });
});

test('eight of about one size become one', () => {
	expect(chunksToJoin(new Array<number>(6).fill(100), 100)).toEqual({ last: 0, withFresh: true });
	expect(chunksToJoin(new Array<number>(7).fill(100), 100)).toEqual({ last: 7, withFresh: true });
});
