import { wallClock } from '../time/local';
import { Bins } from './bins';
import type { Column, ColumnSource, PeopleBatch } from './columns';
import { parseDate } from './dates';
import { LIMITS } from './limits';
import type { PeopleSet } from './people-set';
import { listedRanges, setOf } from './ranges';
import { visitAll } from './scan';
import { elements, textOf } from './values';

/** A segment by one property of people. */
export interface Breakdown {
	property: string;
	/** What the rows are: each a value, a range of numbers, or a month of a date in the account's zone. */
	by: 'value' | 'range' | 'month';
	/** People of the segment. */
	total: number;
	/** The values with most people first; ranges and months in their order. */
	rows: BreakdownRow[];
	/** People with values that are in no row: there are more than were asked for. */
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

/** Rows, unless something else is asked for. */
const MOST_ROWS = 20;
/** Different values counted one by one; of others it is only known how many people have them. */
const MOST_VALUES = 100_000;

/**
 * How many of these people (ascending) have each value of a property. Somebody with several values counts for each, so
 * rows may add up to more than the total. Numbers with more different values than rows become ranges, dates months.
 */
export async function breakdownOf(
	source: ColumnSource,
	people: Uint32Array,
	property: string,
	{ most = MOST_ROWS, zone }: { most?: number; zone: string },
): Promise<Breakdown> {
	const tally = new Tally(zone);
	for (const { range, only } of listedRanges(people, LIMITS.people)) {
		const batches: PeopleBatch[] = [];
		await visitAll(source.people({ range, properties: [property], bucketKeys: false }), (batch) => batches.push(batch) > 0);
		const left = setOf(only as Uint32Array, range);
		// What later batches say of somebody overrides earlier ones.
		for (const batch of batches.reverse()) count(batch, batch.property(property), left, range.from, tally);
	}
	return { property, total: people.length, ...tally.rows(most) };
}

/** Counts those who are left in a batch, and takes them out. */
function count(batch: PeopleBatch, column: Column, left: PeopleSet, from: number, tally: Tally): void {
	const perCode = column.dictionary && new Uint32Array(column.dictionary.values.length);
	for (let row = 0; row < batch.people.length; row++) {
		const place = (batch.people[row] as number) - from;
		if (place < 0 || place >= left.size || !left.has(place)) continue;
		left.delete(place);
		if (perCode && column.dictionary) {
			const code = column.dictionary.codes[row] as number;
			perCode[code] = (perCode[code] as number) + 1;
		} else tally.add(column.get(row), 1);
	}
	perCode?.forEach((number, code) => number > 0 && tally.add(column.dictionary?.values[code], number));
}

class Tally {
	private readonly values = new Map<string, number>();

	private readonly months = new Map<string, number>();

	private readonly bins = new Bins();

	private onlyNumbers = true;

	private onlyDates = true;

	private missing = 0;

	private uncounted = 0;

	constructor(private readonly zone: string) {}

	add(cell: unknown, people: number): void {
		const texts = new Set<string>();
		for (const value of elements(cell)) {
			const text = textOf(value) ?? JSON.stringify(value);
			if (texts.has(text)) continue;
			texts.add(text);
			this.note(value, people);
			const known = this.values.get(text);
			if (known === undefined && this.values.size >= MOST_VALUES) this.uncounted += people;
			else this.values.set(text, (known ?? 0) + people);
		}
		if (texts.size === 0) this.missing += people;
	}

	rows(most: number): Omit<Breakdown, 'property' | 'total'> {
		const { missing } = this;
		const isMany = this.values.size > most;
		if (isMany && this.onlyNumbers) return { by: 'range', rows: this.bins.rows(), other: 0, missing };
		if (isMany && this.onlyDates) {
			const months = [...this.months].sort(([a], [b]) => (a < b ? -1 : 1)).map(([label, people]) => ({ label, people }));
			return { by: 'month', rows: months, other: 0, missing };
		}
		const sorted = [...this.values].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([label, people]) => ({ label, people }));
		const other = sorted.slice(most).reduce((sum, { people }) => sum + people, this.uncounted);
		return { by: 'value', rows: sorted.slice(0, most), other, missing };
	}

	/** Numbers and dates are kept as such while there is nothing else. */
	private note(value: unknown, people: number): void {
		if (typeof value === 'number') this.bins.add(value, people);
		else this.onlyNumbers = false;
		const instant = this.onlyDates && typeof value === 'string' ? parseDate(value, this.zone) : undefined;
		if (instant === undefined) this.onlyDates = false;
		else {
			const month = wallClock(instant, this.zone).toFormat('yyyy-MM');
			this.months.set(month, (this.months.get(month) ?? 0) + people);
		}
	}
}
