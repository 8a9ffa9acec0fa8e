import { popCount } from './bits';
import type { EventBatch } from './columns';
import { PeopleSet } from './people-set';
import type { Scratch } from './scratch';
import type { Selection } from './selection';

/** Where the events of each person (or of each person and value) count: slots 0..size-1 of a kernel's arrays. */
export interface Layout {
	readonly size: number;
	/** Gives every selected row its slot. Rows that count nowhere are dropped, or get a slot beyond `size`. */
	place(batch: EventBatch, selection: Selection, name: string): void;
	/** Paths it reads of events of a name (as `eventKey` writes it), if any. */
	properties?(name: string): readonly string[];
	/** Those of the candidates whose slots are given. */
	candidatesAt(slots: PeopleSet): PeopleSet;
}

/** A slot for every person of the range: no look at the candidates per row. */
export class DirectLayout implements Layout {
	readonly size: number;

	constructor(
		private readonly candidates: PeopleSet,
		private readonly from: number,
	) {
		this.size = candidates.size;
	}

	place({ person }: EventBatch, selection: Selection): void {
		const { rows, count } = selection;
		if (this.from === 0 && count === person.length) return selection.placeIn(person);
		selection.place((newRows, slots) => {
			offsetsOf(rows, count, person, this.from, newRows, slots);
			return count;
		});
	}

	candidatesAt(slots: PeopleSet): PeopleSet {
		return this.candidates.intersect(slots);
	}
}

function offsetsOf(rows: Uint32Array, count: number, person: Uint32Array, from: number, newRows: Uint32Array, slots: Uint32Array): void {
	for (let index = 0; index < count; index++) {
		const row = rows[index] as number;
		newRows[index] = row;
		slots[index] = (person[row] as number) - from;
	}
}

/** Slots for the candidates alone: arrays as long as they are many, and rows of others are dropped. */
export class CompactLayout implements Layout {
	readonly size: number;

	/** Candidates before each word. */
	private readonly ranks: Uint32Array;

	constructor(
		private readonly candidates: PeopleSet,
		private readonly from: number,
		scratch: Scratch,
	) {
		const { words } = candidates;
		this.ranks = scratch.words(words.length);
		let count = 0;
		for (let index = 0; index < words.length; index++) {
			this.ranks[index] = count;
			count += popCount(words[index] as number);
		}
		this.size = count;
	}

	place({ person }: EventBatch, selection: Selection): void {
		const { rows, count } = selection;
		const { size } = this.candidates;
		selection.place((newRows, slots) =>
			ranksOf(rows, count, person, this.from, size, this.candidates.words, this.ranks, newRows, slots),
		);
	}

	/** Slot by slot. */
	members(): PeopleSet {
		return this.candidates;
	}

	candidatesAt(slots: PeopleSet): PeopleSet {
		const found = new PeopleSet(this.candidates.size);
		let slot = 0;
		this.candidates.forEach((place) => {
			if (slots.has(slot++)) found.add(place);
		});
		return found;
	}
}

function ranksOf(
	rows: Uint32Array,
	count: number,
	person: Uint32Array,
	from: number,
	size: number,
	members: Uint32Array,
	ranks: Uint32Array,
	newRows: Uint32Array,
	slots: Uint32Array,
): number {
	let kept = 0;
	for (let index = 0; index < count; index++) {
		const row = rows[index] as number;
		const place = ((person[row] as number) - from) >>> 0;
		if (place >= size) continue;
		const bits = members[place >>> 5] as number;
		const bit = 1 << (place & 31);
		if ((bits & bit) === 0) continue;
		newRows[kept] = row;
		slots[kept++] = (ranks[place >>> 5] as number) + popCount(bits & (bit - 1));
	}
	return kept;
}
