import { CHUNK_ROWS } from '../event-chunk';

/** So many chunks of about one size become one. */
const FAN_IN = 8;

/** Bytes that chunks put together have at most, so that none takes long to read and to write. */
const MOST_BYTES = 8 * 1024 * 1024;

/** What to put together when a chunk of new events comes after others of its name. */
export interface Joining {
	/** How many of the last chunks to look at; none where it is 0. */
	last: number;
	/** Whether the new events may go into the same chunk; if not, they make one of their own. */
	withFresh: boolean;
}

/**
 * Events come to each name in small numbers, and a chunk for each few would be slow to read, while putting them
 * together again and again would be slow to write. So small chunks at the end wait until there are eight of about one
 * size, or until together they fill one: a row is written two or three times.
 * @param sizes events in each chunk of the name, in the order of arrival
 */
export function chunksToJoin(sizes: readonly number[], fresh: number): Joining {
	const small = lastSmallOnes(sizes);
	if (sum(small) + fresh > CHUNK_ROWS) return { last: small.length > 1 ? small.length : 0, withFresh: false };
	let joined = 0;
	for (let size = fresh; ; ) {
		const limit = FAN_IN ** (level(size) + 1);
		let alike = joined;
		while (alike < small.length && (small[small.length - 1 - alike] as number) < limit) alike++;
		if (alike - joined < FAN_IN - 1) return { last: joined, withFresh: true };
		joined = alike;
		size = fresh + sum(small.slice(-joined));
	}
}

/** Those at the end that would fit into one chunk; what lies before them stays as it is. */
function lastSmallOnes(sizes: readonly number[]): readonly number[] {
	let [start, total] = [sizes.length, 0];
	for (; start > 0; start--) {
		const size = sizes[start - 1] as number;
		if (size >= CHUNK_ROWS / 2 || total + size > CHUNK_ROWS) break;
		total += size;
	}
	return sizes.slice(start);
}

/**
 * Chunks in groups of neighbours that are few enough bytes together; those that are alone stay as they are.
 * @param bytes of each chunk, in order
 * @returns of each group the place of its first chunk and how many they are
 */
export function groupsByBytes(bytes: readonly number[]): Array<{ start: number; count: number }> {
	const groups: Array<{ start: number; count: number }> = [];
	let total = Infinity;
	bytes.forEach((size, place) => {
		const group = groups.at(-1);
		if (group && total + size <= MOST_BYTES) group.count++;
		else groups.push({ start: place, count: 1 });
		total = group && total + size <= MOST_BYTES ? total + size : size;
	});
	return groups.filter(({ count }) => count > 1);
}

function level(size: number): number {
	return Math.floor(Math.log(size) / Math.log(FAN_IN));
}

function sum(sizes: readonly number[]): number {
	return sizes.reduce((a, b) => a + b, 0);
}
