// Figures and how they are printed.
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
export const geometricMean = (numbers) => Math.exp(numbers.reduce((sum, number) => sum + Math.log(number), 0) / numbers.length);

const misses = [];

/** Prints a figure against its target: `ratio` must be at most, or at least, `target`. */
export function judge(what, ratio, target, kind = 'most') {
	const isMet = kind === 'most' ? ratio <= target : ratio >= target;
	if (!isMet) misses.push(what);
	console.log(`${isMet ? 'ok  ' : 'MISS'} ${what}: ${digits(ratio)} (at ${kind} ${target})`);
}

export function digits(number) {
	return number >= 100 ? number.toFixed(0) : number.toPrecision(3);
}

export function heading(text) {
	console.log(`\n## ${text}`);
}

/** Rows of texts and numbers, in columns. */
export function table(rows) {
	const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? digits(cell) : String(cell))));
	const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
	for (const row of cells) console.log(row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  '));
}

export function summary() {
	console.log(misses.length === 0 ? '\nAll targets met.' : `\nTargets missed: ${misses.join('; ')}`);
}
