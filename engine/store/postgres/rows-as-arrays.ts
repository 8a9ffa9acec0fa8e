import type { Columns, Param } from '../database';
import { ARRAYS, arrayOf } from './arrays';

/** A FROM item of rows that travel as an array per column (see `turned`). `place`: a further column with their numbers, from 1; `after`: parameters before theirs. */
export function unnest(columns: Columns, { alias = 'fresh', place, after = 0 }: { alias?: string; place?: string; after?: number } = {}): string {
	const arrays = Object.values(columns).map((type, index) => `$${after + index + 1}::${ARRAYS[type]}`);
	const names = [...Object.keys(columns), ...(place ? [place] : [])];
	return `unnest(${arrays.join(', ')}) ${place ? 'WITH ORDINALITY ' : ''}AS ${alias}(${names.join(', ')})`;
}

/** The parameters of `unnest`. */
export function turned(columns: Columns, rows: ReadonlyArray<readonly Param[]>): Buffer[] {
	return Object.values(columns).map((type, index) => arrayOf(type, rows, index));
}
