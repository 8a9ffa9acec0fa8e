import { popCount } from '../bits';
import type { EventBatch, EventTimes } from '../columns';
import { PeopleSet } from '../people-set';
import type { EventPlan, FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import { DAY, Days } from './days';
import type { Kernel } from './kernel';

/** Days a window may touch: so many bits, in words, stay below 24 bytes. */
const MOST_DAYS = 192;

/** On how many days of the zone there are events: a bit for each day of the window. */
export class DistinctDays implements Kernel {
	/** `width` words for each slot. */
	private readonly masks: Uint32Array;

	private readonly width: number;

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
		this.width = Math.ceil(days.count / 32);
		this.masks = scratch.words(size * this.width);
	}

	add(batch: EventBatch, selection: Selection): void {
		if (selection.count === 0) return;
		const from = Math.max(batch.first, this.window.from);
		const to = Math.min(batch.last, this.window.to);
		const start = this.days.steadyStart(from, to);
		if (start === undefined) return this.addSlowly(batch, selection);
		const [first, last] = [Math.floor((from - start) / DAY), Math.floor((to - start) / DAY)];
		if (first === last) this.addDay(first, selection);
		else if (this.width === 1) this.addDays(batch.time as EventTimes, start, selection);
		else this.addManyDays(batch.time as EventTimes, start, selection);
	}

	holding(): PeopleSet {
		const { masks, width, size } = this;
		const { test, includeZero } = this.figure;
		const passes = Uint8Array.from({ length: this.days.count + 1 }, (_, days) => (test(days) ? 1 : 0));
		if (!includeZero) passes[0] = 0;
		const found = new PeopleSet(size);
		for (let slot = 0, word = 0; slot < size; slot++) {
			let days = 0;
			for (const end = word + width; word < end; word++) days += popCount(masks[word] as number);
			if (passes[days] === 1) found.add(slot);
		}
		return found;
	}

	private addDay(day: number, { slots, count }: Selection): void {
		const { masks, size, width } = this;
		const [word, bit] = [day >>> 5, 1 << (day & 31)];
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			const place = slot * width + word;
			masks[place] = (masks[place] as number) | bit;
		}
	}

	private addDays({ base, offsets }: EventTimes, start: number, { rows, slots, count }: Selection): void {
		const { masks, size } = this;
		const shift = base - start;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			const day = ((offsets[rows[index] as number] as number) + shift) / DAY;
			masks[slot] = (masks[slot] as number) | (1 << day);
		}
	}

	private addManyDays({ base, offsets }: EventTimes, start: number, { rows, slots, count }: Selection): void {
		const { masks, size, width } = this;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			const day = Math.floor(((offsets[rows[index] as number] as number) + base - start) / DAY);
			const place = slot * width + (day >>> 5);
			masks[place] = (masks[place] as number) | (1 << (day & 31));
		}
	}

	/** Where clocks change. */
	private addSlowly({ time }: EventBatch, { rows, slots, count }: Selection): void {
		const { base, offsets } = time as EventTimes;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			const day = this.days.of(base + (offsets[rows[index] as number] as number));
			const place = slot * this.width + (day >>> 5);
			this.masks[place] = (this.masks[place] as number) | (1 << (day & 31));
		}
	}
}
