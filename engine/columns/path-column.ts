import type { Column } from '../segments/columns';
import { pathReader } from '../segments/paths';
import type { RawColumn } from './encoding';
import { namesFor } from './names';

/** A column where no row has anything. */
export function missingColumn(rows: number): Column {
	return { get: () => undefined, dictionary: { codes: new Uint8Array(rows), values: [undefined] } };
}

/** A stored column as the evaluator reads it. */
export function columnOf(raw: RawColumn): Column {
	if (raw.kind === 'dictionary') {
		const { codes, values } = raw;
		return { get: (row) => values[codes[row] as number], dictionary: { codes, values } };
	}
	const { numbers } = raw;
	const get = (row: number) => (Number.isNaN(numbers[row]) ? undefined : numbers[row]);
	return numbers instanceof Float64Array ? { get, numbers } : { get };
}

/**
 * The column of a property path. A literal name comes first; a dotted path reaches inside the objects of shorter names.
 * @param stored the column of a literal name, undefined where no row has such a property
 */
export function pathColumn(path: string, rows: number, stored: (name: string) => Column | undefined): Column {
	const found = namesFor(path).flatMap((name) => {
		const column = stored(name);
		return column ? [{ name, column }] : [];
	});
	const [first] = found;
	if (!first) return missingColumn(rows);
	if (found.length === 1 && first.name === path) return first.column;
	const read = pathReader(path);
	if (found.length === 1 && first.column.dictionary) {
		const { codes, values } = first.column.dictionary;
		const inner = values.map((value) => read({ [first.name]: value }));
		return { get: (row) => inner[codes[row] as number], dictionary: { codes, values: inner } };
	}
	return { get: (row) => read(Object.fromEntries(found.map(({ name, column }) => [name, column.get(row)]))) };
}
