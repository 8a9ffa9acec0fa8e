/** Words of 32 bits: bit `n & 31` of word `n >>> 5` stands for n. */

export function wordsFor(bits: number): number {
	return Math.ceil(bits / 32);
}

/** How many bits of a word are set. */
export function popCount(word: number): number {
	let bits = word - ((word >>> 1) & 0x55555555);
	bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
	return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The place of the lowest bit of a word that is not 0. */
export function lowestBit(word: number): number {
	return 31 - Math.clz32(word & -word);
}

/** Calls back with every bit that is set, ascending. */
export function forEachBit(words: Uint32Array, visit: (bit: number) => void): void {
	for (let index = 0; index < words.length; index++) {
		for (let rest = words[index] as number; rest !== 0; rest &= rest - 1) visit(index * 32 + lowestBit(rest));
	}
}
