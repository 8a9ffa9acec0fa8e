import { wordsFor } from '../bits';
import { PeopleSet } from '../people-set';
import type { Scratch } from '../scratch';

/**
 * So many sets of slots: which days, or which values, there are for each slot. A set at a time stays in the processor's
 * cache, where a number for each slot would not.
 */
export class BitPlanes {
	/** Words of one plane. */
	readonly width: number;

	/** Plane after plane. */
	readonly words: Uint32Array;

	constructor(
		private readonly planes: number,
		private readonly size: number,
		scratch: Scratch,
	) {
		this.width = wordsFor(size);
		this.words = scratch.words(planes * this.width);
	}

	add(plane: number, slot: number): void {
		const word = plane * this.width + (slot >>> 5);
		this.words[word] = (this.words[word] as number) | (1 << (slot & 31));
	}

	/** The slots that are in so many planes that the test holds. */
	slotsInSoMany(test: (planes: number) => boolean): PeopleSet {
		const holding: number[] = [];
		const failing: number[] = [];
		for (let count = 0; count <= this.planes; count++) (test(count) ? holding : failing).push(count);
		const found = new PeopleSet(this.size);
		const inverted = failing.length < holding.length;
		this.countSlots(inverted ? failing : holding, found.words);
		if (inverted) for (let word = 0; word < found.words.length; word++) found.words[word] = ~(found.words[word] as number);
		found.trim();
		return found;
	}

	/** Sets the bits of slots that are in one of these numbers of planes; counts 32 slots at a time, in binary. */
	private countSlots(wanted: readonly number[], found: Uint32Array): void {
		const { words, width, planes } = this;
		const digits = 32 - Math.clz32(planes);
		const counts = new Int32Array(digits);
		for (let word = 0; word < width; word++) {
			counts.fill(0);
			for (let place = word, end = planes * width; place < end; place += width) addBits(counts, words[place] as number);
			let bits = 0;
			for (let index = 0; index < wanted.length; index++) bits |= equalTo(counts, wanted[index] as number);
			found[word] = bits;
		}
	}
}

/** Adds 1 to the count of every bit that is set. */
function addBits(counts: Int32Array, bits: number): void {
	let carry = bits;
	for (let digit = 0; carry !== 0; digit++) {
		const sum = counts[digit] as number;
		counts[digit] = sum ^ carry;
		carry &= sum;
	}
}

/** The bits whose count is the given number. */
function equalTo(counts: Int32Array, number: number): number {
	let differing = 0;
	for (let digit = 0; digit < counts.length; digit++) differing |= (counts[digit] as number) ^ -((number >>> digit) & 1);
	return ~differing;
}
