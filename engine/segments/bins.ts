import type { BreakdownRow } from './breakdown-tally';

/** About how many ranges, at most. */
const WANTED = 10;
/** What differs by less is not told apart. */
const SMALLEST_STEP = 1e-290;
/** A round one beyond it might be no number. */
const LARGEST_STEP = 5e307;

/** Puts numbers into ranges whose ends are round. */
export class Bins {
	private numbers = new Float64Array(1024);

	private people = new Uint32Array(1024);

	private length = 0;

	add(number: number, people: number): void {
		if (this.length === this.numbers.length) this.grow();
		this.numbers[this.length] = number;
		this.people[this.length++] = people;
	}

	/** About ten rows, fewer where fewer are asked for. */
	rows(most: number): BreakdownRow[] {
		const numbers = this.numbers.subarray(0, this.length);
		const [low, high] = [numbers.reduce((a, b) => Math.min(a, b), Infinity), numbers.reduce((a, b) => Math.max(a, b), -Infinity)];
		const wanted = Math.max(1, Math.min(WANTED, most));
		// The difference of two numbers may be too large for one.
		const step = roundStep(high / wanted - low / wanted);
		const first = Math.floor(low / step);
		const count = Math.max(1, Math.ceil(high / step) - first);
		const rows = Array.from({ length: count }, (_, index): BreakdownRow => {
			const [from, to] = [tidy((first + index) * step), tidy((first + index + 1) * step)];
			return { label: `${from} to ${to}`, people: 0, from, to };
		});
		numbers.forEach((number, index) => {
			// The last range has its end, too.
			const place = Math.min(count - 1, Math.floor(number / step) - first);
			const row = rows[place] as BreakdownRow;
			row.people += this.people[index] as number;
		});
		return rows;
	}

	private grow(): void {
		const [numbers, people] = [new Float64Array(this.length * 2), new Uint32Array(this.length * 2)];
		numbers.set(this.numbers);
		people.set(this.people);
		[this.numbers, this.people] = [numbers, people];
	}
}

/** The next of 1, 2, 5, 10, 20, ... and their fractions. */
function roundStep(least: number): number {
	if (!(least > 0)) return 1;
	if (least < SMALLEST_STEP) return SMALLEST_STEP;
	if (least > LARGEST_STEP) return LARGEST_STEP;
	const power = 10 ** Math.floor(Math.log10(least));
	return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** Without what binary fractions add: 0.30000000000000004 is 0.3. */
function tidy(number: number): number {
	return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, Number(number.toPrecision(15))));
}
