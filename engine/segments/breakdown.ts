import { Tally, type Counted } from './breakdown-tally';
import type { ColumnSource, PeopleBatch } from './columns';
import { LIMITS } from './limits';
import type { PeopleSet } from './people-set';
import { listedRanges, setOf } from './ranges';
import { visitAll } from './scan';
import { takeRows } from './take-rows';

/** A segment by one property of people. */
export interface Breakdown extends Counted {
	property: string;
	/** People of the segment. */
	total: number;
}

/** Rows, unless something else is asked for. */
const MOST_ROWS = 20;

/** Told of some people with one cell. */
type See = (cell: unknown, people: number) => void;

/**
 * How many of these people (ascending) have each value of a property. Somebody with several values counts for each, so
 * rows may add up to more than the total; "other" counts them once. Numbers with more different values than rows become
 * ranges, dates months or years.
 */
export async function breakdownOf(
	source: ColumnSource,
	people: Uint32Array,
	property: string,
	{ most = MOST_ROWS, zone }: { most?: number; zone: string },
): Promise<Breakdown> {
	const tally = new Tally(zone);
	await eachCell(source, people, property, (cell, number) => tally.add(cell, number));
	const counted = tally.rows(most);
	const isBeyond = tally.beyond(counted);
	if (isBeyond) {
		counted.other = 0;
		await eachCell(source, people, property, (cell, number) => {
			if (isBeyond(cell)) counted.other += number;
		});
	}
	return { property, total: people.length, ...counted };
}

async function eachCell(source: ColumnSource, people: Uint32Array, property: string, see: See): Promise<void> {
	for (const { range, only } of listedRanges(people, LIMITS.people)) {
		const batches: PeopleBatch[] = [];
		await visitAll(source.people({ range, properties: [property], bucketKeys: false }), (batch) => batches.push(batch) > 0);
		const left = setOf(only as Uint32Array, range);
		// What later batches say of somebody overrides earlier ones.
		for (const batch of batches.reverse()) cellsOf(batch, property, left, range.from, see);
	}
}

/** The cells of those who are left in a batch; takes them out. */
function cellsOf(batch: PeopleBatch, property: string, left: PeopleSet, from: number, see: See): void {
	const column = batch.property(property);
	if (!column.dictionary) return takeRows(batch, left, from, (row) => see(column.get(row), 1));
	const { codes, values } = column.dictionary;
	const people = new Uint32Array(values.length);
	takeRows(batch, left, from, (row) => {
		const code = codes[row] as number;
		people[code] = (people[code] as number) + 1;
	});
	people.forEach((number, code) => number > 0 && see(values[code], number));
}
