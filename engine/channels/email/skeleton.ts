/**
 * Writes the texts of several messages as one, with a name wherever they differ: what APIs want that personalize one email for
 * many people. Putting each person's values in the place of the names gives their text back, letter by letter.
 *
 * A link keeps its beginning, which providers need to count clicks; names stand between whole words and attributes.
 */
export class Skeleton {
	/** By message, then by number of the name. */
	readonly values: string[][];

	/** @param name the n-th name as it stands in the text; none may occur in any of the texts */
	constructor(
		count: number,
		private readonly name: (index: number) => string,
	) {
		this.values = Array.from({ length: count }, () => []);
	}

	/** @param texts one per message, of equally many pieces (`piecesIn`); throws otherwise */
	write(texts: readonly string[]): string {
		const pieces = texts.map(piecesOf);
		const [first = []] = pieces;
		if (pieces.length !== this.values.length || pieces.some(({ length }) => length !== first.length)) throw new Error('These texts are not built alike');
		return first.map((_piece, index) => this.piece(pieces.map((of) => of[index] as string))).join('');
	}

	private piece(variants: readonly string[]): string {
		const [first = ''] = variants;
		if (variants.every((one) => one === first)) return first;
		const before = variants.reduce(commonStart).replace(/[^\s/=?"'>]*$/, '');
		const rests = variants.map((one) => one.slice(before.length));
		const after = rests.reduce(commonEnd).replace(/^[^\s"'<>]*/, '');
		const name = this.name(this.values[0]?.length ?? 0);
		rests.forEach((rest, index) => this.values[index]?.push(rest.slice(0, rest.length - after.length)));
		return before + name + after;
	}
}

/** How many pieces a text has: messages of one template have equally many, but for its conditions. */
export function piecesIn(text: string): number {
	return piecesOf(text).length;
}

/** Tags, what is between them, and lines. */
function piecesOf(text: string): string[] {
	return text.split(/(?<=[>\n])|(?=<)/);
}

function commonStart(one: string, other: string): string {
	let length = 0;
	while (length < one.length && one[length] === other[length]) length++;
	return one.slice(0, length);
}

function commonEnd(one: string, other: string): string {
	let length = 0;
	while (length < one.length && length < other.length && one[one.length - 1 - length] === other[other.length - 1 - length]) length++;
	return one.slice(one.length - length);
}
