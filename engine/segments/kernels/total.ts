import type { EventBatch } from '../columns';
import { PeopleSet } from '../people-set';
import type { FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';
import { numbersIn } from './numbers';

/** Sum, or average over all events (one without the property counts as 0). Multi-value properties add up. */
export class Total implements Kernel {
	private readonly events: Uint32Array;

	private readonly sums: Float64Array;

	/** What rounding took away from each sum, so that the order of events does not matter (Neumaier's summation). */
	private readonly lost: Float64Array;

	constructor(
		private readonly plan: FigurePlan,
		private readonly size: number,
		scratch: Scratch,
	) {
		this.events = scratch.words(size);
		this.sums = scratch.doubles(size);
		this.lost = scratch.doubles(size);
	}

	add(batch: EventBatch, selection: Selection): void {
		const column = batch.property(this.plan.path);
		if (column.numbers) return this.addNumbers(column.numbers, selection);
		const numbersOf = numbersIn(column);
		const { rows, slots, count } = selection;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			this.events[slot] = (this.events[slot] as number) + 1;
			for (const number of numbersOf(rows[index] as number)) this.addTo(slot, number);
		}
	}

	holding(): PeopleSet {
		const found = new PeopleSet(this.size);
		const { events, sums, lost } = this;
		const { test, includeZero, kind } = this.plan;
		const zeroHolds = includeZero && test(0);
		for (let slot = 0; slot < this.size; slot++) {
			const count = events[slot] as number;
			if (count === 0) {
				if (zeroHolds) found.add(slot);
				continue;
			}
			const sum = (sums[slot] as number) + (lost[slot] as number);
			if (test(kind === 'average' ? sum / count : sum)) found.add(slot);
		}
		return found;
	}

	private addNumbers(numbers: Float64Array, { rows, slots, count }: Selection): void {
		const { events, size } = this;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			events[slot] = (events[slot] as number) + 1;
			const number = numbers[rows[index] as number] as number;
			if (!Number.isNaN(number)) this.addTo(slot, number);
		}
	}

	private addTo(slot: number, number: number): void {
		const sum = this.sums[slot] as number;
		const next = sum + number;
		const error = Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum;
		this.lost[slot] = (this.lost[slot] as number) + error;
		this.sums[slot] = next;
	}
}
