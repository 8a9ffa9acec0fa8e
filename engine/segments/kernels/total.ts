import type { EventBatch } from '../columns';
import { PeopleSet } from '../people-set';
import type { FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';
import { numbersIn } from './numbers';

/** Sum, or average over all events (one without the property counts as 0). Multi-value properties add up. */
export class Total implements Kernel {
	/**
	 * For each slot, side by side so that they are fetched together: the number of events; the sum; what rounding took
	 * away from it, so that the order of events does not matter (Neumaier's summation).
	 */
	private readonly figures: Float64Array;

	constructor(
		private readonly plan: FigurePlan,
		private readonly size: number,
		scratch: Scratch,
	) {
		this.figures = scratch.doubles(size * 3);
	}

	add(batch: EventBatch, selection: Selection): void {
		const column = batch.property(this.plan.path);
		if (column.numbers) return this.addNumbers(column.numbers, selection);
		const numbersOf = numbersIn(column);
		const { rows, slots, count } = selection;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			this.figures[slot * 3] = (this.figures[slot * 3] as number) + 1;
			for (const number of numbersOf(rows[index] as number)) this.addTo(slot, number);
		}
	}

	holding(): PeopleSet {
		const found = new PeopleSet(this.size);
		const { figures } = this;
		const { test, includeZero, kind } = this.plan;
		const zeroHolds = includeZero && test(0);
		for (let slot = 0, place = 0; slot < this.size; slot++, place += 3) {
			const events = figures[place] as number;
			if (events === 0) {
				if (zeroHolds) found.add(slot);
				continue;
			}
			const sum = (figures[place + 1] as number) + (figures[place + 2] as number);
			if (test(kind === 'average' ? sum / events : sum)) found.add(slot);
		}
		return found;
	}

	private addNumbers(numbers: Float64Array, { rows, slots, count }: Selection): void {
		const { figures, size } = this;
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= size) continue;
			figures[slot * 3] = (figures[slot * 3] as number) + 1;
			const number = numbers[rows[index] as number] as number;
			if (!Number.isNaN(number)) this.addTo(slot, number);
		}
	}

	private addTo(slot: number, number: number): void {
		const { figures } = this;
		const place = slot * 3;
		const sum = figures[place + 1] as number;
		const next = sum + number;
		const error = Math.abs(sum) >= Math.abs(number) ? sum - next + number : number - next + sum;
		figures[place + 1] = next;
		figures[place + 2] = (figures[place + 2] as number) + error;
	}
}
