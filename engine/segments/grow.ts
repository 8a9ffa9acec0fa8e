/** The same numbers in an array twice as long. */
export function doubled(numbers: Uint32Array): Uint32Array<ArrayBuffer> {
	const longer = new Uint32Array(numbers.length * 2);
	longer.set(numbers);
	return longer;
}
