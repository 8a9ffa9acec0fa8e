import type { EventBatch, EventTimes } from '../columns';
import type { PeopleSet } from '../people-set';
import type { EventPlan, FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import { BitPlanes } from './bit-planes';
import { DAY, Days } from './days';
import type { Kernel } from './kernel';
import { markSlots } from './mark';

/** Days a window may touch: a bit each stays within 24 bytes. */
const MOST_DAYS = 192;

/** On how many days of the zone there are events: a set of slots for each day of the window. */
export class DistinctDays implements Kernel {
	private readonly planes: BitPlanes;

	/** Undefined for windows that are open or too long. */
	static of(plan: EventPlan, figure: FigurePlan, size: number, zone: string, scratch: Scratch): DistinctDays | undefined {
		const { from, to } = plan;
		if (!Number.isFinite(from) || !Number.isFinite(to) || to - from > (MOST_DAYS - 2) * DAY) return undefined;
		return new DistinctDays(plan, figure, size, new Days(from, Math.max(from, to), zone), scratch);
	}

	private constructor(
		private readonly window: { from: number; to: number },
		private readonly figure: FigurePlan,
		private readonly size: number,
		private readonly days: Days,
		scratch: Scratch,
	) {
		this.planes = new BitPlanes(days.count, size, scratch);
	}

	add(batch: EventBatch, selection: Selection): void {
		if (selection.count === 0) return;
		const from = Math.max(batch.first, this.window.from);
		const to = Math.min(batch.last, this.window.to);
		const start = this.days.steadyStart(from, to);
		if (start === undefined) return this.addSlowly(batch, selection);
		const [first, last] = [Math.floor((from - start) / DAY), Math.floor((to - start) / DAY)];
		if (first < last) return this.addDays(batch.time as EventTimes, start, selection);
		markSlots(selection.slots, selection.count, this.planes.words, first * this.planes.width, this.size);
	}

	holding(): PeopleSet {
		const { test, includeZero } = this.figure;
		return this.planes.slotsInSoMany((days) => (days > 0 || includeZero) && test(days));
	}

	private addDays({ base, offsets }: EventTimes, start: number, { rows, slots, count }: Selection): void {
		const { size } = this;
		const { words, width } = this.planes;
		const shift = base - start;
		// Events arrive about in the order of their times: most are of the same day as the one before.
		let [plane, begin] = [0, Infinity];
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			const offset = offsets[rows[index] as number] as number;
			if (!(offset >= begin && offset < begin + DAY)) {
				const day = Math.floor((offset + shift) / DAY);
				plane = day * width;
				begin = day * DAY - shift;
			}
			const word = plane + (slot >>> 5);
			words[word] = (words[word] as number) | (1 << (slot & 31));
		}
	}

	/** Where clocks change. */
	private addSlowly({ time }: EventBatch, { rows, slots, count }: Selection): void {
		const { base, offsets } = time as EventTimes;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot < this.size) this.planes.add(this.days.of(base + (offsets[rows[index] as number] as number)), slot);
		}
	}
}
