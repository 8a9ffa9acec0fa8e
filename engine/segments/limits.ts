/** What bounds the memory of one question, whatever the size of the audience. */
export interface Limits {
	/** People evaluated at a time, by the range of their numbers; each takes up to 32 bytes meanwhile. */
	readonly people: number;
	/** Pairs of a person and a value kept at a time: by `distinct`, `predominantly` and `same`. Default: half of the people. */
	readonly pairs?: number;
}

export const LIMITS: Limits = { people: 1 << 22 };

/** Few people may have many values. */
export const LEAST_PAIRS = 1 << 19;

/** From so many separate tests of people on, ranges become smaller, because each test keeps a bit per person. */
const LEAVES_AT_FULL_RANGE = 32;

/** Width of a range: a multiple of 32, so that the words of sets and of batches of people fall together. */
export function widthOfRanges({ people }: Limits, leaves: number): number {
	const width = people * Math.min(1, LEAVES_AT_FULL_RANGE / Math.max(1, leaves));
	return Math.max(32, Math.floor(width / 32) * 32);
}
