import { CHUNK_ROWS } from '../../../engine/columns/event-chunk';
import { chunksToJoin, groupsByBytes } from '../../../engine/columns/upkeep/small-chunks';

/** Appends `batches` of events one after the other, each event of so many bytes. Returns the chunks at the end and how often rows were written. */
function append(batches: readonly number[], bytesOfRow = 40, before: readonly number[] = []) {
	let sizes = [...before];
	let written = 0;
	let most = 0;
	for (const fresh of batches) {
		const { last, withFresh } = chunksToJoin(sizes, fresh);
		const kept = sizes.slice(0, sizes.length - last);
		const asked = [...(last > 0 ? sizes.slice(-last) : []), ...(last === 0 || withFresh ? [fresh] : [])];
		const groups = last === 0 ? [] : groupsByBytes(asked.map((size) => size * bytesOfRow));
		const result: number[] = [];
		for (let place = 0; place < asked.length; ) {
			const { count } = groups.find(({ start }) => start === place) ?? { count: 1 };
			const together = asked.slice(place, place + count).reduce((a, b) => a + b, 0);
			if (count > 1) written += together;
			result.push(together);
			place += count;
		}
		sizes = [...kept, ...result, ...(last > 0 && !withFresh ? [fresh] : [])];
		written += fresh;
		most = Math.max(most, sizes.filter((size) => size < CHUNK_ROWS / 2 && size * bytesOfRow < 4 * 1024 * 1024).length);
	}
	const total = [...before, ...batches].reduce((a, b) => a + b, 0);
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

test.each([
	['600 bytes, one at a time', 600, new Array<number>(20_000).fill(1)],
	['600 bytes, many at a time', 600, new Array<number>(400).fill(800)],
	['3 KB, one at a time', 3_000, new Array<number>(20_000).fill(1)],
	['3 KB, now many, now few', 3_000, Array.from({ length: 1_500 }, (_, index) => [3, 900, 40, 1][index % 4] as number)],
	['100 KB', 100_000, new Array<number>(3_000).fill(7)],
])('events of %s: chunks are few all the same', (_name, bytes, batches) => {
	const { sizes, total, timesWritten, most } = append(batches, bytes);
	expect(sizes.reduce((a, b) => a + b, 0)).toBe(total);
	expect(timesWritten).toBeLessThan(8);
	expect(most).toBeLessThan(60);
	expect(sizes.length).toBeLessThan((total * bytes) / (2 * 1024 * 1024) + 60);
});

test('chunks that erasures have made smaller are no obstacle', () => {
	const { sizes } = append(new Array<number>(3_000).fill(20), 40, [8_150, 8_150, 300, 9_000, 8_000, 8_000, 8_000]);
	expect(sizes.length).toBeLessThan(40);
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
