import type { EventBatch } from '../columns';
import { PeopleSet } from '../people-set';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';

export class AtLeastOne implements Kernel {
	private readonly seen: PeopleSet;

	constructor(size: number) {
		this.seen = new PeopleSet(size);
	}

	add(_batch: EventBatch, { slots, count }: Selection): void {
		mark(slots, count, this.seen.words, this.seen.size);
	}

	holding(): PeopleSet {
		return this.seen;
	}
}

function mark(slots: Uint32Array, count: number, words: Uint32Array, size: number): void {
	for (let index = 0; index < count; index++) {
		const slot = slots[index] as number;
		if (slot < size) words[slot >>> 5] = (words[slot >>> 5] as number) | (1 << (slot & 31));
	}
}
