import { CHUNK_ROWS } from '../event-chunk';

/** So many chunks of about one size become one. */
const FAN_IN = 8;

/** What to put together when a chunk of `fresh` events comes after others of its name. */
export interface Joining {
	/** How many of the last chunks; none where it is 0. */
	last: number;
	/** Whether the fresh events go into the same chunk; if not, they make one of their own. */
	withFresh: boolean;
}

/**
 * Events come to each name in small numbers, and a chunk for each few would be slow to read, while putting them
 * together again and again would be slow to write. So small chunks at the end wait until there are eight of about one
 * size, or until together they fill one: a row is written two or three times.
 * @param sizes events in each chunk of the name, in the order of arrival
 */
export function chunksToJoin(sizes: readonly number[], fresh: number): Joining {
	const small = sizes.slice(sizes.findLastIndex((size) => size >= CHUNK_ROWS / 2) + 1);
	const room = CHUNK_ROWS - fresh;
	const total = sum(small);
	if (total > room) return { last: small.length > 1 && total <= CHUNK_ROWS ? small.length : 0, withFresh: false };
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

function level(size: number): number {
	return Math.floor(Math.log(size) / Math.log(FAN_IN));
}

function sum(sizes: readonly number[]): number {
	return sizes.reduce((a, b) => a + b, 0);
}
