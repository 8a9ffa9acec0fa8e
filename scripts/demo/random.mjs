// Seeded randomness: the same seed and stream always give the same numbers, on every machine.

/**
 * Hashes a string to an unsigned 32-bit number (FNV-1a with a murmur3 finalizer, so that neighbours spread).
 * @param {string} text
 * @param {number} [seed]
 */
export function hash32(text, seed = 0) {
	let h = (2166136261 ^ seed) >>> 0;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}

/**
 * The same as a share of 0..1 (1 excluded).
 * @param {string} text
 * @param {number} [seed]
 */
export function share(text, seed = 0) {
	return hash32(text, seed) / 2 ** 32;
}

/**
 * A generator of its own for a named stream of a seed (sfc32).
 * @param {number} seed
 * @param {string} stream
 */
export function random(seed, stream) {
	let a = hash32(stream, seed);
	let b = hash32(stream, a);
	let c = hash32(stream, b);
	let counter = 1;

	/** A number of 0..1 (1 excluded). */
	function next() {
		const t = (((a + b) | 0) + counter) | 0;
		counter = (counter + 1) | 0;
		a = b ^ (b >>> 9);
		b = (c + (c << 3)) | 0;
		c = ((c << 21) | (c >>> 11)) + t;
		return (t >>> 0) / 2 ** 32;
	}
	for (let i = 0; i < 12; i++) next();

	return {
		next,
		/** @param {number} from @param {number} to An integer of from..to, both included. */
		integer: (from, to) => from + Math.floor(next() * (to - from + 1)),
		/** @param {number} probability */
		chance: (probability) => next() < probability,
		/** @template T @param {readonly T[]} list @returns {T} */
		pick: (list) => /** @type {T} */ (list[Math.floor(next() * list.length)]),
		/**
		 * @template T
		 * @param {readonly (readonly [T, number])[]} table values with their weights
		 * @returns {T}
		 */
		weighted(table) {
			let left = next() * table.reduce((sum, [, weight]) => sum + weight, 0);
			for (const [value, weight] of table) {
				left -= weight;
				if (left < 0) return value;
			}
			return /** @type {readonly [T, number]} */ (table[table.length - 1])[0];
		},
	};
}

/** @typedef {ReturnType<typeof random>} Random */
