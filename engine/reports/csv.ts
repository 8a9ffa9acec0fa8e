/** What a spreadsheet would take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * A CSV text by RFC 4180, with a header and CRLF line ends. Texts that begin a formula get a leading apostrophe, which
 * spreadsheets do not show; numbers are left as they are. Objects become JSON; null and undefined are empty.
 * @param columns keys of the rows; the header names them
 */
export function toCsv(rows: Iterable<Readonly<Record<string, unknown>>>, columns: readonly string[]): string {
	return line(columns) + csvLines(rows, columns);
}

/** The same without a header, to continue a CSV text. */
export function csvLines(rows: Iterable<Readonly<Record<string, unknown>>>, columns: readonly string[]): string {
	let text = '';
	for (const row of rows) text += line(columns.map((column) => row[column]));
	return text;
}

function line(cells: readonly unknown[]): string {
	return `${cells.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
	const text = typeof value === 'string' ? value : JSON.stringify(value);
	const isFormula = FORMULA.test(text);
	const safe = isFormula ? `'${text}` : text;
	return isFormula || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
