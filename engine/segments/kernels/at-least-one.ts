import type { EventBatch } from '../columns';
import { PeopleSet } from '../people-set';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';
import { markSlots } from './mark';

export class AtLeastOne implements Kernel {
	private readonly seen: PeopleSet;

	constructor(size: number) {
		this.seen = new PeopleSet(size);
	}

	add(_batch: EventBatch, { slots, count }: Selection): void {
		markSlots(slots, count, this.seen.words, 0, this.seen.size);
	}

	holding(): PeopleSet {
		return this.seen;
	}
}
