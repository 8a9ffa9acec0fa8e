import type { ColumnSource, PeopleBatch, PersonRange } from './columns';
import { PeopleSet } from './people-set';
import type { CompiledRule } from './plan';
import { visitAll } from './scan';

export interface People {
	living: PeopleSet;
	/** Who passes each of the rule's tests of people. */
	leaves: PeopleSet[];
}

/** One pass over the people of a range answers everything that concerns them alone. */
export async function readPeople(rule: Pick<CompiledRule, 'leaves' | 'peopleProperties' | 'bucketKeys'>, source: ColumnSource, range: PersonRange): Promise<People> {
	const size = range.to - range.from;
	const people = { living: new PeopleSet(size), leaves: rule.leaves.map(() => new PeopleSet(size)) };
	const sets = [people.living, ...people.leaves];
	const query = { range, properties: rule.peopleProperties, bucketKeys: rule.bucketKeys };
	await visitAll(source.people(query), (batch) => {
		const rows = [batch.living, ...rule.leaves.map((leaf) => leaf(batch, batch.living))];
		for (const [index, set] of sets.entries()) {
			if (batch.dense) putWords(set, rows[index] as Uint32Array, batch, range.from);
			else putRows(set, rows[index] as Uint32Array, batch, range.from);
		}
		return true;
	});
	for (const set of sets) set.trim();
	return people;
}

/** Both begin at a multiple of 32. */
function putWords(set: PeopleSet, rows: Uint32Array, batch: PeopleBatch, from: number): void {
	const shift = ((batch.first ?? (batch.people[0] as number)) - from) / 32;
	// The last word of a batch may hold fewer than 32 people: others in it are not this batch's to say.
	const whole = batch.first === undefined ? batch.people.length >>> 5 : rows.length;
	const begin = Math.max(0, -shift);
	const end = Math.min(whole, set.words.length - shift);
	for (let word = begin; word < end; word++) set.words[word + shift] = rows[word] as number;
	if (whole < rows.length) putRows(set, rows, batch, from, whole * 32);
}

function putRows(set: PeopleSet, rows: Uint32Array, { people }: PeopleBatch, from: number, firstRow = 0): void {
	for (let row = firstRow; row < people.length; row++) {
		const place = (people[row] as number) - from;
		if (place >= 0 && place < set.size) set.set(place, (((rows[row >>> 5] as number) >>> (row & 31)) & 1) === 1);
	}
}
