import { mulberry32, shuffle } from './shuffle';

/**
 * Divides people who were selected into the blocks they are released in. Who comes first is drawn from `seed`, as it
 * decides who gets the places of a limit, or what is left of the day. People of one block are neighbours wherever the
 * store keeps them, though, which makes their release and their messages far cheaper: where nobody of a stretch of the
 * draw can be ahead of another, the stretch is sorted, and its blocks are drawn instead.
 * @param people ascending numbers
 * @param draw `places`: how many there are for these people alone, so that as many are asked before one is missing.
 *   Infinity: everybody has one. 0: each person's place in the draw matters
 */
export function blocksOfRun(people: Uint32Array, { seed, places, blockSize }: { seed: number; places: number; blockSize: number }): Uint32Array[] {
	const drawn = shuffle(people, seed);
	const equal = drawn.subarray(0, places >= drawn.length ? drawn.length : places - (places % blockSize)).sort();
	return [...drawnBlocks(equal, seed, blockSize), ...cut(drawn.subarray(equal.length), blockSize)];
}

/** Two draws from one seed would give the same numbers. */
const ANOTHER_DRAW = 0x9e3779b9;

/** Blocks of neighbours in a drawn order. Where the first begins is drawn, too, as what does not fill a block comes last. */
function drawnBlocks(sorted: Uint32Array, seed: number, size: number): Uint32Array[] {
	const first = Math.floor(mulberry32(seed ^ ANOTHER_DRAW)() * sorted.length);
	const turned = new Uint32Array(sorted.length);
	turned.set(sorted.subarray(first));
	turned.set(sorted.subarray(0, first), sorted.length - first);
	const blocks = cut(turned, size);
	const full = Math.floor(sorted.length / size);
	const order = shuffle(Uint32Array.from({ length: full }, (_, index) => index), seed);
	return [...Array.from(order, (index) => blocks[index] as Uint32Array), ...blocks.slice(full)];
}

function cut(people: Uint32Array, size: number): Uint32Array[] {
	return Array.from({ length: Math.ceil(people.length / size) }, (_, index) => people.subarray(index * size, (index + 1) * size));
}
