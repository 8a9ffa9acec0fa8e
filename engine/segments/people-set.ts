/** A set of slots (see slots.ts), one bit each. */
export class PeopleSet {
	private readonly words: Uint32Array;

	constructor(private readonly size: number) {
		this.words = new Uint32Array(Math.ceil(size / 32));
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

	isEmpty(): boolean {
		return this.words.every((word) => word === 0);
	}

	count(): number {
		let total = 0;
		for (let word of this.words) {
			for (; word !== 0; word &= word - 1) total++;
		}
		return total;
	}

	intersect(other: PeopleSet): PeopleSet {
		return this.combine(other, (mine, theirs) => mine & theirs);
	}

	minus(other: PeopleSet): PeopleSet {
		return this.combine(other, (mine, theirs) => mine & ~theirs);
	}

	/** Takes the other set's members in. */
	addAll(other: PeopleSet): void {
		for (let index = 0; index < this.words.length; index++) {
			this.words[index] = (this.words[index] as number) | (other.words[index] as number);
		}
	}

	/** Ascending. */
	forEach(visit: (slot: number) => void): void {
		this.words.forEach((bits, index) => {
			for (let rest = bits; rest !== 0; rest &= rest - 1) visit(index * 32 + (31 - Math.clz32(rest & -rest)));
		});
	}

	private combine(other: PeopleSet, pick: (mine: number, theirs: number) => number): PeopleSet {
		const result = new PeopleSet(this.size);
		for (let index = 0; index < this.words.length; index++) {
			result.words[index] = pick(this.words[index] as number, other.words[index] as number);
		}
		return result;
	}
}
