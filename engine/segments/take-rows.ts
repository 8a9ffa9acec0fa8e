import { lowestBit } from './bits';
import type { PeopleBatch } from './columns';
import type { PeopleSet } from './people-set';

/**
 * The rows of a batch whose people are in a set; takes them out of it. The set begins with the person `from`, a multiple
 * of 32.
 */
export function takeRows(batch: PeopleBatch, left: PeopleSet, from: number, take: (row: number) => void): void {
	if (batch.dense) return takeWords(batch, left, from, take);
	const { people } = batch;
	for (let row = 0; row < people.length; row++) {
		const place = (people[row] as number) - from;
		if (place < 0 || place >= left.size || !left.has(place)) continue;
		left.delete(place);
		take(row);
	}
}

/** Both begin at a multiple of 32: 32 people at a time. */
function takeWords(batch: PeopleBatch, { words }: PeopleSet, from: number, take: (row: number) => void): void {
	const first = batch.first ?? (batch.people[0] as number);
	const rows = batch.first === undefined ? batch.people.length : batch.living.length * 32;
	const shift = (first - from) / 32;
	for (let word = Math.max(0, -shift); word * 32 < rows && word + shift < words.length; word++) {
		// The last word of a batch may hold fewer than 32 people: others in it are not this batch's to say.
		const own = rows - word * 32 < 32 ? 2 ** (rows - word * 32) - 1 : -1;
		const bits = (words[word + shift] as number) & own;
		words[word + shift] = (words[word + shift] as number) & ~own;
		for (let rest = bits; rest !== 0; rest &= rest - 1) take(word * 32 + lowestBit(rest));
	}
}
