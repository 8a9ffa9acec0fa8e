import type { EventBatch } from '../columns';
import { PeopleSet } from '../people-set';
import type { FigurePlan } from '../plan';
import type { Scratch } from '../scratch';
import type { Selection } from '../selection';
import type { Kernel } from './kernel';
import { numbersIn } from './numbers';

/** Smallest or greatest number; without any, nothing holds. */
export class Extreme implements Kernel {
	private readonly found: Float64Array;

	constructor(
		private readonly plan: FigurePlan,
		private readonly size: number,
		scratch: Scratch,
	) {
		this.found = scratch.doubles(size).fill(NaN);
	}

	add(batch: EventBatch, selection: Selection): void {
		const column = batch.property(this.plan.path);
		const { rows, slots, count } = selection;
		const numbersOf = column.numbers ? undefined : numbersIn(column);
		for (let index = 0; index < count; index++) {
			const slot = slots[index] as number;
			if (slot >= this.size) continue;
			const row = rows[index] as number;
			if (column.numbers) this.take(slot, column.numbers[row] as number);
			else for (const number of numbersOf?.(row) ?? []) this.take(slot, number);
		}
	}

	holding(): PeopleSet {
		const holding = new PeopleSet(this.size);
		for (let slot = 0; slot < this.size; slot++) {
			const found = this.found[slot] as number;
			if (!Number.isNaN(found) && this.plan.test(found)) holding.add(slot);
		}
		return holding;
	}

	/** No comparison holds for NaN, which a row without a number has. */
	private take(slot: number, number: number): void {
		const known = this.found[slot] as number;
		const better = this.plan.kind === 'min' ? number < known : number > known;
		if (better || (Number.isNaN(known) && !Number.isNaN(number))) this.found[slot] = number;
	}
}
