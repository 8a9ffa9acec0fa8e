import type { BreakdownRow } from './breakdown';

/** About how many ranges. */
const WANTED = 10;

/** Puts numbers into about ten ranges whose ends are round. */
export class Bins {
	private numbers = new Float64Array(1024);

	private people = new Uint32Array(1024);

	private length = 0;

	add(number: number, people: number): void {
		if (this.length === this.numbers.length) this.grow();
		this.numbers[this.length] = number;
		this.people[this.length++] = people;
	}

	rows(): BreakdownRow[] {
		const numbers = this.numbers.subarray(0, this.length);
		const [low, high] = [numbers.reduce((a, b) => Math.min(a, b), Infinity), numbers.reduce((a, b) => Math.max(a, b), -Infinity)];
		const step = roundStep((high - low) / WANTED);
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
	if (!(least > 0) || !Number.isFinite(least)) return 1;
	const power = 10 ** Math.floor(Math.log10(least));
	return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= least) ?? 10 * power;
}

/** Without what binary fractions add: 0.30000000000000004 is 0.3. */
function tidy(number: number): number {
	return Number(number.toPrecision(12));
}
