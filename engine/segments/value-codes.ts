import type { Column } from './columns';
import { elements, textOf, type Scalar } from './values';

const NONE: readonly number[] = [];

/**
 * Numbers for the values of a property: 0, 1, 2, ... as they are first met. Values that are written alike are one value;
 * every element of a multi-value property is a value of its own; what is no text, number or boolean is none.
 */
export class ValueCodes {
	/** By code less `first`, as first met. */
	readonly values: Scalar[] = [];

	private readonly known = new Map<string, number>();

	/** `special` may give a value a code of its own, below `first`, from which others are numbered. */
	constructor(
		private readonly special: (value: unknown) => number | undefined = () => undefined,
		private readonly first = 0,
	) {}

	/** The codes of a row's different values; once per dictionary value where the column has a dictionary. */
	of(column: Column): (row: number) => readonly number[] {
		const { dictionary } = column;
		if (!dictionary) return (row) => this.codesOf(column.get(row));
		const { codes, values } = dictionary;
		const byCode: Array<readonly number[] | undefined> = new Array(values.length);
		return (row) => {
			const code = codes[row] as number;
			return (byCode[code] ??= this.codesOf(values[code]));
		};
	}

	private codesOf(cell: unknown): readonly number[] {
		const present = elements(cell);
		if (present.length === 0) return NONE;
		const codes = present.map((value) => this.codeOf(value)).filter((code) => code !== undefined);
		return codes.length > 1 ? [...new Set(codes)] : codes;
	}

	private codeOf(value: unknown): number | undefined {
		const special = this.special(value);
		if (special !== undefined) return special;
		const text = textOf(value);
		if (text === undefined) return undefined;
		let code = this.known.get(text);
		if (code === undefined) {
			code = this.first + this.known.size;
			this.known.set(text, code);
			this.values.push(value as Scalar);
		}
		return code;
	}
}
