import { forEachBit, lowestBit, popCount, wordsFor } from './bits';

/** A set of small numbers 0..size-1, one bit each: places of people in a range, or other slots of an evaluation. */
export class PeopleSet {
	readonly words: Uint32Array;

	constructor(readonly size: number) {
		this.words = new Uint32Array(wordsFor(size));
	}

	/** All of 0..size-1. */
	static full(size: number): PeopleSet {
		const set = new PeopleSet(size);
		set.words.fill(0xffffffff);
		set.trim();
		return set;
	}

	has(slot: number): boolean {
		return (((this.words[slot >>> 5] as number) >>> (slot & 31)) & 1) === 1;
	}

	add(slot: number): void {
		const word = slot >>> 5;
		this.words[word] = (this.words[word] as number) | (1 << (slot & 31));
	}

	delete(slot: number): void {
		const word = slot >>> 5;
		this.words[word] = (this.words[word] as number) & ~(1 << (slot & 31));
	}

	set(slot: number, member: boolean): void {
		if (member) this.add(slot);
		else this.delete(slot);
	}

	/** Takes out what whole words may have brought in beyond the end. */
	trim(): void {
		const rest = this.size & 31;
		if (rest === 0) return;
		const last = this.words.length - 1;
		this.words[last] = (this.words[last] as number) & ((1 << rest) - 1);
	}

	isEmpty(): boolean {
		const { words } = this;
		for (let index = 0; index < words.length; index++) if (words[index] !== 0) return false;
		return true;
	}

	count(): number {
		const { words } = this;
		let total = 0;
		for (let index = 0; index < words.length; index++) total += popCount(words[index] as number);
		return total;
	}

	intersect(other: PeopleSet): PeopleSet {
		const result = new PeopleSet(this.size);
		const [mine, theirs, words] = [this.words, other.words, result.words];
		for (let index = 0; index < words.length; index++) words[index] = (mine[index] as number) & (theirs[index] as number);
		return result;
	}

	minus(other: PeopleSet): PeopleSet {
		const result = new PeopleSet(this.size);
		const [mine, theirs, words] = [this.words, other.words, result.words];
		for (let index = 0; index < words.length; index++) words[index] = (mine[index] as number) & ~(theirs[index] as number);
		return result;
	}

	/** Takes the other set's members in. */
	addAll(other: PeopleSet): void {
		const [mine, theirs] = [this.words, other.words];
		for (let index = 0; index < mine.length; index++) mine[index] = (mine[index] as number) | (theirs[index] as number);
	}

	/** Two sets of about as many members each, the lower and the higher ones. */
	halves(): [PeopleSet, PeopleSet] {
		const [low, high] = [new PeopleSet(this.size), new PeopleSet(this.size)];
		let left = Math.floor(this.count() / 2);
		this.forEach((slot) => (left-- > 0 ? low : high).add(slot));
		return [low, high];
	}

	/** Ascending. */
	forEach(visit: (slot: number) => void): void {
		forEachBit(this.words, visit);
	}

	/** The members, each with `offset` added, ascending. */
	numbers(offset = 0): Uint32Array {
		const { words } = this;
		const numbers = new Uint32Array(this.count());
		let count = 0;
		for (let index = 0; index < words.length; index++) {
			const base = offset + index * 32;
			for (let rest = words[index] as number; rest !== 0; rest &= rest - 1) numbers[count++] = base + lowestBit(rest);
		}
		return numbers;
	}
}
