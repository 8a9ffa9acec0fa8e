import { rowTest, type EventBatch, type EventTimes } from '../columns';
import { PeopleSet } from '../people-set';
import type { OccurrencePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';

/** Which event is the first or last one, and whether it is as wanted. */
export class Occurrence implements Kernel {
	private readonly times: Float64Array;

	private readonly wanted: PeopleSet;

	constructor(
		private readonly plan: OccurrencePlan,
		private readonly size: number,
		scratch: Scratch,
	) {
		this.times = scratch.doubles(size).fill(NaN);
		this.wanted = new PeopleSet(size);
	}

	add(batch: EventBatch, { rows, slots, count }: Selection): void {
		const { base, offsets } = batch.time as EventTimes;
		const tests = this.plan.that.map(({ path, test }) => rowTest(batch.property(path), test));
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			const row = rows[index] as number;
			const at = base + (offsets[row] as number);
			if (!this.replaces(at, this.times[slot] as number)) continue;
			this.times[slot] = at;
			this.wanted.set(slot, tests.every((passes) => passes(row)));
		}
	}

	holding(): PeopleSet {
		return this.wanted;
	}

	/** Of events at one instant the first to arrive is the first, the last to arrive the last. */
	private replaces(time: number, known: number): boolean {
		if (Number.isNaN(known)) return true;
		return this.plan.which === 'first' ? time < known : time >= known;
	}
}
