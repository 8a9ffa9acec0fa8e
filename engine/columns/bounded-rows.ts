import type { Param, Tx } from '../store/database';

/** What is in memory at a time: so many rows, with so many bytes of text. A single row may be larger. */
export interface Bounds {
	rows: number;
	bytes: number;
}

/** SQL: bytes of what may be long in a row. Neither store reads a long text for its length. */
const BYTES = { event: 'octet_length(properties)', person: 'octet_length(properties) + octet_length(devices)' };

/** Rows to be read: `SELECT .. FROM table which`. */
export interface Selection {
	table: keyof typeof BYTES;
	/** WHERE, and ORDER BY where it matters which rows are first. */
	which: string;
	params: readonly Param[];
}

/** How many rows there are, and how large: of the first `most` of them. */
export async function sizeOf(tx: Tx, { table, which, params }: Selection, most: number): Promise<Bounds> {
	const size = await tx.get<Bounds>(
		`SELECT count(*) AS rows, coalesce(sum(bytes), 0) AS bytes
		 FROM (SELECT ${BYTES[table]} AS bytes FROM ${table} ${which} LIMIT $${params.length + 1}) AS first_rows`,
		[...params, most],
	);
	return size as Bounds;
}

/** How many of the first rows are within bounds, at least one where there is any; and whether there may be more than these. */
export async function fitting(tx: Tx, selection: Selection, bounds: Bounds): Promise<{ limit: number; more: boolean }> {
	const found = await sizeOf(tx, selection, bounds.rows);
	if (found.bytes <= bounds.bytes) return { limit: found.rows, more: found.rows === bounds.rows };
	const { table, which, params } = selection;
	const sizes = await tx.all<{ bytes: number }>(`SELECT ${BYTES[table]} AS bytes FROM ${table} ${which} LIMIT $${params.length + 1}`, [...params, bounds.rows]);
	let limit = 0;
	for (let sum = 0; limit < sizes.length; limit++) {
		sum += (sizes[limit] as { bytes: number }).bytes;
		if (limit > 0 && sum > bounds.bytes) break;
	}
	return { limit, more: limit < sizes.length || sizes.length === bounds.rows };
}

/** Rows so few that they are read without asking for their size. */
const FEW = 8;

export interface PagedRows {
	table: Selection['table'];
	columns: string;
	/** The columns by which rows are told apart, and in whose order they come, beginning above `after`. */
	keys: readonly string[];
	after: readonly number[];
	/** What else holds of them, with `params` after as many of `keys`. */
	where: string;
	params: readonly Param[];
}

/** All rows that a statement would give, in pages within bounds. */
export async function* pagesOf<Row extends object>(tx: Tx, { table, columns, keys, after: first, where, params }: PagedRows, bounds: Bounds): AsyncGenerator<Row[]> {
	const order = keys.join(', ');
	const which = `WHERE (${order}) > (${keys.map((_, index) => `$${index + 1}`).join(', ')}) AND ${where} ORDER BY ${order}`;
	let [after, limit, more] = [first, Math.min(FEW, bounds.rows), true];
	for (;;) {
		const rows = await tx.all<Row>(`SELECT ${columns} FROM ${table} ${which} LIMIT $${keys.length + params.length + 1}`, [...after, ...params, limit]);
		if (rows.length > 0) yield rows;
		if (!more || rows.length < limit) return;
		const last = rows[rows.length - 1] as Row & Record<string, number>;
		after = keys.map((key) => last[key] as number);
		({ limit, more } = await fitting(tx, { table, which, params: [...after, ...params] }, bounds));
		if (limit === 0) return;
	}
}

/** Pages of what is too much to be kept. */
export function pageOf({ rows, bytes }: Bounds): Bounds {
	return { rows: Math.ceil(rows / 5), bytes: Math.ceil(bytes / 5) };
}
