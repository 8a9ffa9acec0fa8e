import type { ColumnSource, PersonRange } from './columns';
import { PeopleSet } from './people-set';

export interface RangeOfPeople {
	range: PersonRange;
	/** Those asked about. */
	only?: Uint32Array;
}

/** Ranges begin at multiples of 32, so that the words of sets and of batches of people fall together. */
export async function rangesOf(source: ColumnSource, width: number): Promise<Iterable<RangeOfPeople>> {
	return source.only ? listedRanges(source.only, width) : spannedRanges(await source.span(), width);
}

function* spannedRanges({ from, to }: PersonRange, width: number): Iterable<RangeOfPeople> {
	for (let start = from - (from % 32); start < to; start += width) yield { range: { from: start, to: Math.min(to, start + width) } };
}

/** `people` ascending. Only as wide as the people are apart. */
export function* listedRanges(people: Uint32Array, width: number): Iterable<RangeOfPeople> {
	for (let first = 0; first < people.length; ) {
		const from = (people[first] as number) - ((people[first] as number) % 32);
		let end = first;
		while (end < people.length && (people[end] as number) < from + width) end++;
		const only = people.subarray(first, end);
		yield { range: { from, to: (only[only.length - 1] as number) + 1 }, only };
		first = end;
	}
}

/** Those of the people (ascending) who are in the range. */
export function setOf(people: Uint32Array, { from, to }: PersonRange): PeopleSet {
	const set = new PeopleSet(to - from);
	for (let index = firstFrom(people, from); index < people.length && (people[index] as number) < to; index++) {
		set.add((people[index] as number) - from);
	}
	return set;
}

function firstFrom(people: Uint32Array, person: number): number {
	let [low, high] = [0, people.length];
	while (low < high) {
		const middle = (low + high) >>> 1;
		if ((people[middle] as number) < person) low = middle + 1;
		else high = middle;
	}
	return low;
}
