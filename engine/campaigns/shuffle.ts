/** A copy of `people` in a random order that the same seed (u32) gives again (Fisher-Yates). */
export function shuffle(people: Uint32Array, seed: number): Uint32Array {
	const order = Uint32Array.from(people);
	const random = mulberry32(seed);
	for (let last = order.length - 1; last > 0; last--) {
		const other = Math.floor(random() * (last + 1));
		const kept = order[last] as number;
		order[last] = order[other] as number;
		order[other] = kept;
	}
	return order;
}

/** Numbers in [0, 1) from a 32-bit seed (mulberry32, public domain). */
export function mulberry32(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
