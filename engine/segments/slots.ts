import type { PersonRange } from './columns';

/** Places in the arrays of one evaluation: a short number for every person it may answer with. */
export interface Slots {
	readonly size: number;
	readonly range: PersonRange;
	/** -1 for people who are not asked about. */
	slotOf(person: number): number;
	personAt(slot: number): number;
}

/** Everybody of a range. */
export class RangeSlots implements Slots {
	readonly size: number;

	constructor(readonly range: PersonRange) {
		this.size = range.to - range.from;
	}

	slotOf(person: number): number {
		return person >= this.range.from && person < this.range.to ? person - this.range.from : -1;
	}

	personAt(slot: number): number {
		return this.range.from + slot;
	}
}

/** A few people, far apart: arrays as long as the list, not as the range of their numbers. */
export class ListSlots implements Slots {
	readonly size: number;
	readonly range: PersonRange;
	private readonly slots: Map<number, number>;

	/** `people` ascending and not empty. */
	constructor(private readonly people: Uint32Array) {
		this.size = people.length;
		this.range = { from: people[0] as number, to: (people[people.length - 1] as number) + 1 };
		this.slots = new Map(Array.from(people, (person, slot) => [person, slot]));
	}

	slotOf(person: number): number {
		return this.slots.get(person) ?? -1;
	}

	personAt(slot: number): number {
		return this.people[slot] as number;
	}
}
