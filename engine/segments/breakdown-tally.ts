import { Bins } from './bins';
import { MonthTally } from './month-tally';
import { elements, textOf } from './values';

/** What a breakdown counts. */
export interface Counted {
	/** What the rows are: each a value, a range of numbers (of years, where there are dates of many), or a month or year in the account's zone. */
	by: 'value' | 'range' | 'month' | 'year';
	/** The values with most people first; anything else in its order. */
	rows: BreakdownRow[];
	/** People with a value that is in no row: there are more values than were asked for. */
	other: number;
	/** People without the property. */
	missing: number;
}

export interface BreakdownRow {
	label: string;
	people: number;
	/** Of a range: from included, to not (but in the last one). */
	from?: number;
	to?: number;
}

/** Different values counted one by one; of others it is only known how many people have them. */
const MOST_VALUES = 100_000;

/** Counts the values of cells, and makes rows of them. */
export class Tally {
	/** By what they are called; numbers as they are, until the rows are made. */
	private readonly values = new Map<string | number, number>();

	private readonly months: MonthTally;

	private readonly bins = new Bins();

	private onlyNumbers = true;

	private onlyDates = true;

	/** Somebody has more than one value. */
	private several = false;

	private missing = 0;

	private uncounted = 0;

	constructor(zone: string) {
		this.months = new MonthTally(zone);
	}

	add(cell: unknown, people: number): void {
		const values = elements(cell);
		if (values.length === 0) this.missing += people;
		else if (values.length === 1) this.count(values[0], people);
		else {
			const different = new Map(values.map((value) => [labelOf(value), value]));
			this.several ||= different.size > 1;
			for (const value of different.values()) this.count(value, people);
		}
	}

	/** At most about `most` rows. */
	rows(most: number): Counted {
		const { missing } = this;
		const isMany = this.values.size > most;
		if (isMany && this.onlyNumbers) return { by: 'range', rows: this.bins.rows(most), other: 0, missing };
		if (isMany && this.onlyDates) return { ...this.months.rows(most), other: 0, missing };
		const sorted = [...this.labelled()].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([label, people]) => ({ label, people }));
		const other = sorted.slice(most).reduce((sum, { people }) => sum + people, this.uncounted);
		return { by: 'value', rows: sorted.slice(0, most), other, missing };
	}

	/**
	 * Whether a cell has a value beyond the rows; undefined when `other` is right as it is. It is not where people have
	 * several values: they were added once for each.
	 */
	beyond({ by, rows, other }: Counted): ((cell: unknown) => boolean) | undefined {
		if (by !== 'value' || other === 0 || !this.several) return undefined;
		const shown = new Set(rows.map(({ label }) => label));
		return (cell) => elements(cell).some((value) => !shown.has(labelOf(value)));
	}

	private count(value: unknown, people: number): void {
		this.note(value, people);
		// -0 is 0 as a key, too.
		const key = typeof value === 'number' ? value : labelOf(value);
		const known = this.values.get(key);
		if (known === undefined && this.values.size >= MOST_VALUES) this.uncounted += people;
		else this.values.set(key, (known ?? 0) + people);
	}

	/** The number 7 and the text "7" are one value. */
	private labelled(): Map<string, number> {
		const labelled = new Map<string, number>();
		for (const [key, people] of this.values) labelled.set(labelOf(key), (labelled.get(labelOf(key)) ?? 0) + people);
		return labelled;
	}

	/** Numbers and dates are kept as such while there is nothing else. */
	private note(value: unknown, people: number): void {
		this.onlyNumbers &&= typeof value === 'number';
		if (this.onlyNumbers) this.bins.add(value as number, people);
		this.onlyDates &&= this.months.add(value, people);
	}
}

function labelOf(value: unknown): string {
	return textOf(value) ?? JSON.stringify(value);
}
