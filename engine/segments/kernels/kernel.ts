import type { EventBatch } from '../columns';
import type { PeopleSet } from '../people-set';
import type { Selection } from '../selection';

/** Gathers what the events in each slot come to: one file per measure. At most 24 bytes per slot. */
export interface Kernel {
	/** Takes the selected rows in; they have been placed. Slots from the kernel's size on count nowhere. */
	add(batch: EventBatch, selection: Selection): void;
	/** The slots whose events are what the rule wants. */
	holding(): PeopleSet;
	/** True when it has gathered more than it may; what it holds is then incomplete. */
	readonly full?: boolean;
}
